//! Writes a fixed manifest.

use std::fs;
use std::io;

use crate::error::Error;
use crate::manifests::{Target, read_manifest};
use crate::replace_file::replace_file;

/// Replaces the contents of a manifest atomically, unless they are no longer `before`.
///
/// Through a symbolic link, the linked file is written. A link that a search found must not lead out of the searched
/// folder.
pub(super) fn write_fix(target: &Target, before: &[u8], after: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::file("fix", &target.path, source);
    let file = dunce::canonicalize(&target.absolute).map_err(failed)?;
    if let Some(root) = &target.search_root
        && !file.starts_with(root)
    {
        return Err(failed(io::Error::other(
            "it is a link that leads out of the folder that was searched; to fix the linked file, name it",
        )));
    }
    let metadata = fs::metadata(&file).map_err(failed)?;
    if metadata.permissions().readonly() {
        return Err(failed(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the file is read-only",
        )));
    }
    if read_manifest(&file)? != before {
        return Err(failed(io::Error::other(
            "it was changed during the check; nothing was written",
        )));
    }
    replace_file(&file, after).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_during_the_check_is_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plugin.json");
        fs::write(&path, "newer").unwrap();
        let target = Target::from_file(path.clone());
        let error = write_fix(&target, b"old", b"fixed").unwrap_err();
        assert_eq!(error.exit_code(), 3);
        assert_eq!(fs::read_to_string(&path).unwrap(), "newer");
        write_fix(&target, b"newer", b"fixed").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "fixed");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
