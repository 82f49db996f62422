//! The lock file, which makes one process the owner of the store.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use crate::store::error::StoreError;

/// A lock of the file `config.lock` beside the store, released on drop.
///
/// redb locks its own file as well, but only this lock lasts while a damaged file is set aside.
#[derive(Debug)]
pub(super) struct LockFile(File);

impl LockFile {
    /// Returns None on file systems without locks, such as some network disks.
    pub(super) fn acquire(store: &Path) -> Result<Option<Self>, StoreError> {
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true);
        let file = file
            .open(store.with_extension("lock"))
            .map_err(|error| StoreError::open(store, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Err(StoreError::Owned {
                path: store.to_owned(),
            }),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                Ok(None)
            }
            Err(TryLockError::Error(error)) => Err(StoreError::open(store, error)),
        }
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // To close the file is not enough: a process that another thread is starting has a copy of the handle for a
        // moment.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_is_released_on_drop_even_if_there_is_a_copy_of_the_handle() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("config.redb");
        let lock = LockFile::acquire(&store).unwrap().unwrap();
        let _copy = lock.0.try_clone().unwrap();
        LockFile::acquire(&store).unwrap_err();
        drop(lock);
        LockFile::acquire(&store).unwrap().unwrap();
    }
}
