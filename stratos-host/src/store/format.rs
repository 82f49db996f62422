//! The format of the file: which versions there are, and how an older one becomes the newest.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use redb::{Database, ReadOnlyDatabase, ReadableDatabase, TableDefinition, TableError};
use stratos_transport::guard::Guard;

use crate::store::change::{Change, VALUES};
use crate::store::database::guarded;
use crate::store::lock_file::{beside, sync_names};
use crate::store::{ConfigExport, Notice, StoreError};

/// The version, under the one key [`VERSION`]. Files of the first version do not have this table.
const FORMAT: TableDefinition<'_, &str, u32> = TableDefinition::new("format");
const VERSION: &str = "version";
const FIRST: u32 = 1;
const NEWEST: u32 = 2;

/// Opens a file of any known version as one of the newest.
pub(super) fn open(path: &Path, notices: &mut Vec<Notice>) -> Result<Database, StoreError> {
    let file = fs::metadata(path).map_err(|error| StoreError::open(path, error))?;
    if !file.is_file() {
        return Err(StoreError::corrupt(path, "it is not a file"));
    }
    if file.len() == 0 {
        // redb would make an empty store of it.
        return Err(StoreError::corrupt(path, "it is empty"));
    }
    // Opening a file for writing changes it: a newer one is not ours to change, and an older one is kept as it is.
    match guarded(|| version(&ReadOnlyDatabase::open(path)?)) {
        Ok(FIRST) => return migrate(path, notices),
        Ok(found) if found > NEWEST => refuse_if_whole(path)?,
        _ => {}
    }
    let database = open_checked(path)?;
    let found = guarded(|| version(&database)).map_err(|error| refusal(path, error))?;
    refuse_newer(path, found)?;
    match found {
        // After a crash it can be read only now.
        FIRST => {
            drop(database);
            migrate(path, notices)
        }
        0 => Err(StoreError::corrupt(
            path,
            "no program ever wrote its format 0",
        )),
        _ => Ok(database),
    }
}

/// Makes a store with these values. It gets its name when it is whole, so that a crash leaves none or a good one.
pub(super) fn create(path: &Path, everything: ConfigExport) -> Result<Database, StoreError> {
    let new = path.with_extension("new");
    // Of a process that was killed at this point.
    let _ = fs::remove_file(&new);
    let made = guarded(|| {
        let database = Database::create(&new)?;
        let transaction = database.begin_write()?;
        transaction.open_table(FORMAT)?.insert(VERSION, NEWEST)?;
        Change::ReplaceAll(everything).apply(&transaction)?;
        transaction.commit()?;
        database.close()?;
        fs::rename(&new, path)?;
        sync_names(path)?;
        Ok(Database::open(path)?)
    });
    made.map_err(|error| StoreError::open(path, error))
}

/// A first version becomes a second one by saying so.
fn migrate(path: &Path, notices: &mut Vec<Notice>) -> Result<Database, StoreError> {
    let kept = beside(path, &format!(".v{FIRST}"));
    copy(path, &kept).map_err(|error| StoreError::open(path, error))?;
    let stamped = open_checked(path).and_then(|database| {
        let stamp = guarded(|| {
            let transaction = database.begin_write()?;
            transaction.open_table(FORMAT)?.insert(VERSION, NEWEST)?;
            Ok(transaction.commit()?)
        });
        stamp.map_err(|error| refusal(path, error))?;
        Ok(database)
    });
    let database = stamped.inspect_err(|_| {
        // Nothing was migrated: the file itself is what there is to keep.
        let _ = fs::remove_file(&kept);
    })?;
    notices.push(Notice::Migrated {
        path: path.to_owned(),
        from: FIRST,
        to: NEWEST,
        kept,
    });
    Ok(database)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let copied = fs::copy(from, to)
        .and_then(|_| File::options().write(true).open(to)?.sync_all())
        .and_then(|()| sync_names(to));
    if copied.is_err() {
        // Half a copy is none.
        let _ = fs::remove_file(to);
    }
    copied
}

fn refuse_newer(path: &Path, found: u32) -> Result<(), StoreError> {
    if found > NEWEST && Guard::StoreVersion.is_on() {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known: NEWEST,
        });
    }
    Ok(())
}

/// A damaged file may say anything about its version, and a check writes: so it is done to a copy.
fn refuse_if_whole(path: &Path) -> Result<(), StoreError> {
    let probe = path.with_extension("probe");
    copy(path, &probe).map_err(|error| StoreError::open(path, error))?;
    let found = open_checked(&probe).map(|database| guarded(|| version(&database)));
    // What it is for is known now.
    let _ = fs::remove_file(&probe);
    match found {
        Ok(Ok(found)) => refuse_newer(path, found),
        _ => Ok(()),
    }
}

fn version(database: &impl ReadableDatabase) -> Result<u32, redb::Error> {
    let transaction = database.begin_read()?;
    match transaction.open_table(VALUES) {
        Ok(_) | Err(TableError::TableDoesNotExist(_)) => {}
        Err(error) => return Err(error.into()),
    }
    match transaction.open_table(FORMAT) {
        Ok(table) => match table.get(VERSION)? {
            Some(version) => Ok(version.value()),
            None => Err(redb::Error::Corrupted("it has no version".to_owned())),
        },
        Err(TableError::TableDoesNotExist(_)) => Ok(FIRST),
        Err(error) => Err(error.into()),
    }
}

/// Looks at every page, since redb believes a file that was closed in order.
fn open_checked(path: &Path) -> Result<Database, StoreError> {
    let opened = guarded(|| {
        let mut builder = Database::builder();
        builder.set_check_integrity_on_open(Guard::StoreCheck.is_on());
        Ok(builder.open(path)?)
    });
    opened.map_err(|error| refusal(path, error))
}

fn refusal(path: &Path, error: redb::Error) -> StoreError {
    use redb::Error::{
        Corrupted, DatabaseAlreadyOpen, Io, TableIsMultimap, TableTypeMismatch, UpgradeRequired,
    };

    let no_store = [io::ErrorKind::InvalidData, io::ErrorKind::UnexpectedEof];
    match error {
        DatabaseAlreadyOpen => StoreError::Owned {
            path: path.to_owned(),
        },
        Corrupted(reason) => StoreError::corrupt(path, reason),
        Io(error) if no_store.contains(&error.kind()) => {
            StoreError::corrupt(path, error.to_string())
        }
        UpgradeRequired(_) | TableTypeMismatch { .. } | TableIsMultimap(_) => {
            StoreError::corrupt(path, error.to_string())
        }
        error => StoreError::open(path, error),
    }
}
