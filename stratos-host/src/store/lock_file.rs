//! The lock file, which makes one process the owner of the store.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use crate::store::error::StoreError;

/// Locks the file `config.lock` beside the store, until the returned file is closed.
///
/// redb locks its own file as well, but only this lock lasts while a damaged file is set aside. Returns None on file
/// systems without locks, such as some network disks.
pub(super) fn acquire(store: &Path) -> Result<Option<File>, StoreError> {
    let mut options = OpenOptions::new();
    let file = options.create(true).truncate(false).write(true);
    let file = file
        .open(store.with_extension("lock"))
        .map_err(|error| StoreError::open(store, error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::Owned {
            path: store.to_owned(),
        }),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(None),
        Err(TryLockError::Error(error)) => Err(StoreError::open(store, error)),
    }
}
