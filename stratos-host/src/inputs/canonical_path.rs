//! Canonical paths, in which paths of cargo, of file events and of scans are equal.

use std::path::{Path, PathBuf};

/// The canonical form of a path. A path that does not exist is returned unchanged.
pub(crate) fn canonicalize(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
