//! A repaired manifest takes the place of the old one.

use std::fs;
use std::io::{self, Write as _};

use atomic_write_file::AtomicWriteFile;

use crate::error::Error;
use crate::manifests::{Target, read};

/// Writes `after` where `before` was, whole or not at all.
///
/// A link stays, and what it leads to is written. What somebody else wrote meanwhile stays, too.
///
/// A link that a search came across must not lead out of what was searched: nobody meant what is there.
pub(crate) fn rewrite(target: &Target, before: &[u8], after: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::File {
        what: "repair",
        path: target.path.clone(),
        source,
    };
    let file = dunce::canonicalize(&target.place).map_err(failed)?;
    if let Some(searched) = &target.searched
        && !file.starts_with(searched)
    {
        return Err(failed(io::Error::other(
            "it is a link that leads out of the folder that was searched; name it to repair what is there",
        )));
    }
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
        let target = Target {
            path: path.clone(),
            place: path.clone(),
            searched: None,
            given: None,
        };
        let error = rewrite(&target, b"old", b"repaired").unwrap_err();
        assert_eq!(error.exit(), 3);
        assert_eq!(fs::read_to_string(&path).unwrap(), "newer");
        rewrite(&target, b"newer", b"repaired").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "repaired");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
