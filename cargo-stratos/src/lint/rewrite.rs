//! A repaired manifest takes the place of the old one.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use atomic_write_file::AtomicWriteFile;

use crate::error::Error;
use crate::manifests::read;

/// Writes `after` where `before` was, whole or not at all.
///
/// A link stays, and what it leads to is written. What somebody else wrote meanwhile stays, too.
pub(crate) fn rewrite(path: &Path, before: &[u8], after: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::File {
        what: "repair",
        path: path.to_owned(),
        source,
    };
    let file = fs::canonicalize(path).map_err(failed)?;
    let metadata = fs::metadata(&file).map_err(failed)?;
    if metadata.permissions().readonly() {
        return Err(failed(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the file is read-only",
        )));
    }
    if read(&file)? != before {
        return Err(failed(io::Error::other(
            "somebody changed it while it was checked; nothing was written",
        )));
    }
    let write = || {
        let mut new = AtomicWriteFile::open(&file)?;
        new.write_all(after)?;
        new.commit()
    };
    write().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_meanwhile_is_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plugin.json");
        fs::write(&path, "newer").unwrap();
        let error = rewrite(&path, b"old", b"repaired").unwrap_err();
        assert_eq!(error.exit(), 3);
        assert_eq!(fs::read_to_string(&path).unwrap(), "newer");
        rewrite(&path, b"newer", b"repaired").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "repaired");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
