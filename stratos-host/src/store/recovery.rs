//! Opens a store in any state of its file, with the help of a backup.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use atomic_write_file::AtomicWriteFile;
use redb::Database;
use tracing::debug;

use crate::store::database::DatabaseHandle;
use crate::store::error::StoreError;
use crate::store::export::ConfigExport;
use crate::store::format;
use crate::store::lock_file::LockFile;
use crate::store::notice::{Backup, Notice};
use crate::store::store_file::{StoreFile, sync_parent_dir, unused_path};

/// A store that was opened or created.
pub(super) struct Opened {
    pub(super) database: DatabaseHandle,
    /// Whether the store was created empty, without a readable backup.
    pub(super) is_new: bool,
    pub(super) notice: Option<Notice>,
}

/// Opens the store, or creates it. A damaged file is renamed and never deleted.
pub(super) fn open(path: &Path) -> Result<Opened, StoreError> {
    let lock = LockFile::acquire(path)?;
    let (database, is_new, notice) = match path.symlink_metadata().map(|_| format::open(path)) {
        Ok(Err(StoreError::Corrupt { reason, .. })) => {
            debug!(path = %path.display(), reason, "config store is recovered");
            let kept = set_aside(path).map_err(|error| StoreError::open(path, error))?;
            let (database, backup) = restore(path)?;
            let is_new = !matches!(backup, Backup::Used { .. });
            let path = path.to_owned();
            let notice = Notice::SetAside {
                path,
                kept,
                reason,
                backup,
            };
            (database, is_new, Some(notice))
        }
        Ok(opened) => (opened?, false, None),
        Err(_) => {
            let (database, backup) = restore(path)?;
            let is_new = !matches!(backup, Backup::Used { .. });
            let path = path.to_owned();
            let notice = (backup != Backup::None).then_some(Notice::Missing { path, backup });
            (database, is_new, notice)
        }
    };
    Ok(Opened {
        database: DatabaseHandle::new(database, StoreFile::new(path), lock),
        is_new,
        notice,
    })
}

/// Writes the backup, from which a later start restores the values if the store is damaged.
pub(super) fn write_backup(path: &Path, export: &ConfigExport) -> Option<Notice> {
    let (path, text) = (backup_path(path), export.to_json());
    if fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
        return None;
    }
    let written = AtomicWriteFile::open(&path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.commit()
    });
    written.err().map(|error| Notice::NoBackup {
        path,
        reason: error.to_string(),
    })
}

/// Creates a store with the values of the backup, or an empty one without a readable backup.
fn restore(path: &Path) -> Result<(Database, Backup), StoreError> {
    let backup_path = backup_path(path);
    let open_error = |error: io::Error| StoreError::open(&backup_path, error);
    let (export, backup) = match fs::read(&backup_path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            (ConfigExport::default(), Backup::None)
        }
        Err(error) => return Err(open_error(error)),
        Ok(bytes) => match ConfigExport::from_json(&bytes) {
            Ok(export) => {
                let (path, values) = (backup_path, export.value_count());
                (export, Backup::Used { path, values })
            }
            Err(error) => {
                let kept = set_aside(&backup_path).map_err(open_error)?;
                let reason = error.to_string();
                (ConfigExport::default(), Backup::Damaged { kept, reason })
            }
        },
    };
    Ok((format::create(path, export)?, backup))
}

/// Renames a damaged file, durably.
fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let now = UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
    let kept = unused_path(path, &format!(".corrupt-{now}"));
    fs::rename(path, &kept)?;
    sync_parent_dir(path)?;
    Ok(kept)
}

/// Path of the backup of a store.
pub(crate) fn backup_path(path: &Path) -> PathBuf {
    path.with_extension("backup.json")
}
