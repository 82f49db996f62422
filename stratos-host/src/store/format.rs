//! The format of the store's file, and its version.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use redb::backends::InMemoryBackend;
use redb::{Database, ReadOnlyDatabase, ReadableDatabase, TableDefinition};

use crate::store::catch_panic::catch_panic;
use crate::store::change::{Change, VALUES};
use crate::store::error::StoreError;
use crate::store::export::ConfigExport;
use crate::store::store_file::sync_parent_dir;

/// The table with the version of the format, under the one key [`VERSION`].
const FORMAT: TableDefinition<'_, &str, u32> = TableDefinition::new("format");
const VERSION: &str = "version";
/// The version of the format that this program reads and writes.
const CURRENT: u32 = 2;

/// Opens a store of the current format.
pub(super) fn open(path: &Path) -> Result<Database, StoreError> {
    let file = fs::metadata(path).map_err(|error| StoreError::open(path, error))?;
    if !file.is_file() {
        return Err(StoreError::corrupt(path, "it is not a file"));
    }
    if file.len() == 0 {
        // redb would create an empty database in it.
        return Err(StoreError::corrupt(path, "it is empty"));
    }
    // Opening a database for writing changes its file, so the version is read before, without writing.
    if let Ok(found) = catch_panic(|| version(&ReadOnlyDatabase::open(path)?))
        && found > CURRENT
    {
        refuse_if_intact(path)?;
    }
    let database = open_checked(path)?;
    // After a crash, only an open for writing makes the version readable.
    match version_of(path, &database)? {
        CURRENT => Ok(database),
        found if found > CURRENT => Err(newer(path, found)),
        found => Err(StoreError::corrupt(
            path,
            format!("it has the unknown format {found}"),
        )),
    }
}

/// Creates a store with these values. A crash leaves either no store or a complete one.
pub(super) fn create(path: &Path, export: ConfigExport) -> Result<Database, StoreError> {
    let new = path.with_extension("new");
    // A process that was killed here may have left one.
    let _ = fs::remove_file(&new);
    let created = catch_panic(|| {
        let database = Database::create(&new)?;
        initialize(&database, export)?;
        database.close()?;
        fs::rename(&new, path)?;
        sync_parent_dir(path)?;
        Ok(Database::open(path)?)
    });
    created.map_err(|error| StoreError::open(path, error))
}

/// Creates an empty store in memory.
pub(super) fn create_in_memory() -> Result<Database, redb::Error> {
    let database = Database::builder().create_with_backend(InMemoryBackend::new())?;
    initialize(&database, ConfigExport::default())?;
    Ok(database)
}

fn initialize(database: &Database, export: ConfigExport) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    transaction.open_table(FORMAT)?.insert(VERSION, CURRENT)?;
    Change::ReplaceAll(export).apply(&transaction)?;
    Ok(transaction.commit()?)
}

/// Returns an error if the file is an intact store of a newer format.
///
/// In a damaged file, the version may be wrong. The integrity check writes to the file, so it runs on a copy.
fn refuse_if_intact(path: &Path) -> Result<(), StoreError> {
    let copy = path.with_extension("probe");
    copy_synced(path, &copy).map_err(|error| StoreError::open(path, error))?;
    let found = open_checked(&copy).and_then(|database| version_of(&copy, &database));
    let _ = fs::remove_file(&copy);
    match found {
        Ok(found) if found > CURRENT => Err(newer(path, found)),
        _ => Ok(()),
    }
}

fn copy_synced(from: &Path, to: &Path) -> io::Result<()> {
    let copied = fs::copy(from, to)
        .and_then(|_| File::options().write(true).open(to)?.sync_all())
        .and_then(|()| sync_parent_dir(to));
    if copied.is_err() {
        // Removes an incomplete copy.
        let _ = fs::remove_file(to);
    }
    copied
}

fn newer(path: &Path, found: u32) -> StoreError {
    StoreError::Newer {
        path: path.to_owned(),
        found,
        known: CURRENT,
    }
}

fn version_of(path: &Path, database: &Database) -> Result<u32, StoreError> {
    catch_panic(|| version(database)).map_err(|error| open_error(path, error))
}

fn version(database: &impl ReadableDatabase) -> Result<u32, redb::Error> {
    let transaction = database.begin_read()?;
    let version = transaction.open_table(FORMAT)?.get(VERSION)?;
    let version = version.map(|version| version.value());
    if version == Some(CURRENT) {
        transaction.open_table(VALUES)?;
    }
    version.ok_or_else(|| redb::Error::Corrupted("it has no format version".to_owned()))
}

/// Opens a database and checks every page, which redb does only after a crash by itself.
fn open_checked(path: &Path) -> Result<Database, StoreError> {
    let opened = catch_panic(|| {
        let mut builder = Database::builder();
        builder.set_check_integrity_on_open(true);
        Ok(builder.open(path)?)
    });
    opened.map_err(|error| open_error(path, error))
}

fn open_error(path: &Path, error: redb::Error) -> StoreError {
    use redb::Error::{
        Corrupted, DatabaseAlreadyOpen, Io, TableDoesNotExist, TableIsMultimap, TableTypeMismatch,
        UpgradeRequired,
    };

    let is_corrupt = match &error {
        Io(error) => matches!(
            error.kind(),
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
        ),
        UpgradeRequired(_)
        | TableDoesNotExist(_)
        | TableTypeMismatch { .. }
        | TableIsMultimap(_) => true,
        _ => false,
    };
    match error {
        DatabaseAlreadyOpen => StoreError::Owned {
            path: path.to_owned(),
        },
        Corrupted(reason) => StoreError::corrupt(path, reason),
        error if is_corrupt => StoreError::corrupt(path, error.to_string()),
        error => StoreError::open(path, error),
    }
}
