//! The open database, and what to do when the disk or the file fails it.

use std::any::Any;
use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use redb::Database;
use redb::backends::InMemoryBackend;

use crate::store::lock_file::Place;

/// A database, and the file that it is in.
#[derive(Debug)]
pub(super) struct DatabaseHandle {
    /// None in memory.
    place: Option<Place>,
    /// None only where it could not be opened again after an error of the disk.
    database: RwLock<Option<Database>>,
    /// Released after the database is closed.
    _lock: Option<File>,
}

impl DatabaseHandle {
    pub(super) fn new(place: Place, database: Database, lock: Option<File>) -> Self {
        Self {
            place: Some(place),
            database: RwLock::new(Some(database)),
            _lock: lock,
        }
    }

    pub(super) fn in_memory() -> Result<Self, redb::Error> {
        let database = Database::builder().create_with_backend(InMemoryBackend::new())?;
        Ok(Self {
            place: None,
            database: RwLock::new(Some(database)),
            _lock: None,
        })
    }

    pub(super) const fn is_in_memory(&self) -> bool {
        self.place.is_none()
    }

    /// Does something with the database, which is opened again where an error of the disk had closed it.
    ///
    /// An answer counts only while the file is where it was: what goes into a deleted file is gone with the process.
    pub(super) fn with<T>(
        &self,
        work: impl Fn(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, redb::Error> {
        let done = match &*self.database.read().unwrap_or_else(PoisonError::into_inner) {
            Some(database) => guarded(|| work(database)),
            None => Err(redb::Error::PreviousIo),
        };
        let done = match done {
            Err(redb::Error::PreviousIo | redb::Error::LockPoisoned(_)) => self.again(work),
            done => done,
        };
        if done.is_err() && self.place.is_some() {
            // A write that failed at its last step may be there: only the file can tell.
            self.open_database().take();
        }
        let done = done?;
        self.is_in_place()?;
        Ok(done)
    }

    fn again<T>(
        &self,
        work: impl Fn(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, redb::Error> {
        let Some(place) = &self.place else {
            return Err(redb::Error::PreviousIo);
        };
        self.is_in_place()?;
        let mut database = self.open_database();
        // The file has one owner, also within this process: close it before it is opened.
        drop(database.take());
        let opened = guarded(|| Ok(Database::open(place.path())?))?;
        guarded(|| work(database.insert(opened)))
    }

    fn open_database(&self) -> RwLockWriteGuard<'_, Option<Database>> {
        let database = self.database.write();
        database.unwrap_or_else(PoisonError::into_inner)
    }

    fn is_in_place(&self) -> Result<(), redb::Error> {
        match &self.place {
            Some(place) if !place.is_same() => Err(redb::Error::Io(io::Error::new(
                io::ErrorKind::NotFound,
                format!(
                    "{} was deleted or replaced while it was open: start the shell again",
                    place.path().display()
                ),
            ))),
            _ => Ok(()),
        }
    }
}

/// Turns a panic into an error: redb checks what it reads, and some of its checks are assertions.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, redb::Error> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(redb::Error::Corrupted(panic_text(&*panic))))
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("the database gave up").to_owned()
}
