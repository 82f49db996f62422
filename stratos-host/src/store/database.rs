//! The open database, and its recovery from errors of the disk.

use std::io;
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use redb::Database;
use tracing::debug;

use crate::store::catch_panic::catch_panic;
use crate::store::lock_file::LockFile;
use crate::store::store_file::StoreFile;

/// A handle to the database, which is reopened after an error of the disk.
#[derive(Debug)]
pub(super) struct DatabaseHandle {
    /// None for a database in memory.
    file: Option<StoreFile>,
    /// None after an error, until the database is reopened.
    database: RwLock<Option<Database>>,
    /// Released after the database is closed.
    _lock: Option<LockFile>,
}

impl DatabaseHandle {
    pub(super) fn new(database: Database, file: StoreFile, lock: Option<LockFile>) -> Self {
        Self {
            file: Some(file),
            database: RwLock::new(Some(database)),
            _lock: lock,
        }
    }

    pub(super) fn in_memory(database: Database) -> Self {
        Self {
            file: None,
            database: RwLock::new(Some(database)),
            _lock: None,
        }
    }

    pub(super) const fn is_in_memory(&self) -> bool {
        self.file.is_none()
    }

    /// Runs `work` with the database, after reopening it if an earlier error has closed it.
    ///
    /// Returns an error if the file was deleted or replaced, because writes to a deleted file are lost.
    pub(super) fn with<T>(
        &self,
        work: impl Fn(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, redb::Error> {
        let result = match &*self.database.read().unwrap_or_else(PoisonError::into_inner) {
            Some(database) => catch_panic(|| work(database)),
            None => Err(redb::Error::PreviousIo),
        };
        let result = match result {
            Err(redb::Error::PreviousIo | redb::Error::LockPoisoned(_)) => self.reopen(work),
            result => result,
        };
        if result.is_err() && self.file.is_some() {
            // A commit that failed in its last step may be on the disk. Reopening the file shows whether it is.
            self.write_lock().take();
        }
        let result = result?;
        self.check_file()?;
        Ok(result)
    }

    /// Reopens the database and runs `work` with it.
    fn reopen<T>(
        &self,
        work: impl Fn(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, redb::Error> {
        let Some(file) = &self.file else {
            return Err(redb::Error::PreviousIo);
        };
        self.check_file()?;
        let mut database = self.write_lock();
        // redb refuses to open a file twice, also within one process, so the old database is closed first.
        drop(database.take());
        let opened = catch_panic(|| Ok(Database::open(file.path())?))?;
        debug!(path = %file.path().display(), "config store reopened after an error");
        catch_panic(|| work(database.insert(opened)))
    }

    fn write_lock(&self) -> RwLockWriteGuard<'_, Option<Database>> {
        let database = self.database.write();
        database.unwrap_or_else(PoisonError::into_inner)
    }

    fn check_file(&self) -> Result<(), redb::Error> {
        match &self.file {
            Some(file) if !file.is_unchanged() => Err(redb::Error::Io(io::Error::new(
                io::ErrorKind::NotFound,
                format!(
                    "{} was deleted or replaced while it was open: start the shell again",
                    file.path().display()
                ),
            ))),
            _ => Ok(()),
        }
    }
}
