//! The plugin that a folder lies in.

use std::path::{Path, PathBuf};

use stratos_manifest::Manifest;

use crate::git;
use crate::manifests::walk::is_plugin;

/// The folder of the nearest plugin above `folder`, as a path from the current folder where that is possible. The search
/// ends at the root of the repository, and passes manifests of other programs.
pub(crate) fn enclosing_plugin(folder: &Path) -> Option<PathBuf> {
    let folder = dunce::canonicalize(folder).ok()?;
    let root = git::root(&folder);
    let mut above = folder
        .ancestors()
        .take_while(|inside| root != Some(*inside))
        .filter_map(Path::parent);
    let found =
        above.find(|folder| folder.join(Manifest::FILE_NAME).is_file() && is_plugin(folder))?;
    Some(from_current_dir(found).unwrap_or_else(|| found.to_owned()))
}

fn from_current_dir(folder: &Path) -> Option<PathBuf> {
    let current = dunce::canonicalize(".").ok()?;
    if let Ok(below) = folder.strip_prefix(&current) {
        let is_current = below.as_os_str().is_empty();
        return Some(if is_current { ".".into() } else { below.into() });
    }
    let levels = current.strip_prefix(folder).ok()?.components().count();
    Some(vec![".."; levels].iter().collect())
}
