//! Moves folders, and puts one in the place of another.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::error::{Error, is_locked};

/// Attempts of a rename on Windows, where a virus scanner may read a new file for a moment.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// Puts the folder `new` in the place of `target`. The folder that is replaced, if there is one, is `earlier` then.
///
/// On an error, `target` is as before. If even that fails, the folder stays as `earlier`, which the error names.
pub(crate) fn replace_folder(new: &Path, target: &Path, earlier: &Path) -> Result<(), Error> {
    let is_replaced = fs::symlink_metadata(target).is_ok();
    if is_replaced {
        move_folder(target, earlier)?;
    }
    move_folder(new, target).map_err(|error| {
        let is_restored = !is_replaced || move_folder(earlier, target).is_ok();
        match error {
            Error::MoveFolder { path, source, .. } => Error::MoveFolder {
                path,
                kept: (!is_restored).then(|| earlier.to_owned()),
                source,
            },
            error => error,
        }
    })
}

/// Moves a folder or a link within a file system.
pub(crate) fn move_folder(from: &Path, to: &Path) -> Result<(), Error> {
    let mut attempt = 1;
    loop {
        match fs::rename(from, to) {
            Ok(()) => return Ok(()),
            Err(source) if attempt == ATTEMPTS || !is_locked(&source) => {
                return Err(Error::MoveFolder {
                    path: from.to_owned(),
                    kept: None,
                    source,
                });
            }
            Err(_) => thread::sleep(PAUSE),
        }
        attempt += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_replaced_stays() {
        let root = tempfile::tempdir().unwrap();
        let [new, target, earlier] =
            ["new", "target", "earlier"].map(|name| root.path().join(name));
        fs::create_dir(&target).unwrap();
        fs::write(target.join("file"), "kept").unwrap();

        let error = replace_folder(&new, &target, &earlier).unwrap_err();
        let Error::MoveFolder { path, kept, .. } = error else {
            panic!("{error}")
        };
        assert_eq!((path, kept), (new.clone(), None));
        assert!(target.join("file").exists());

        fs::create_dir(&new).unwrap();
        replace_folder(&new, &target, &earlier).unwrap();
        assert!(!target.join("file").exists());
        assert!(earlier.join("file").exists());
    }
}
