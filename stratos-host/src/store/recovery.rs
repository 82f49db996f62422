//! Opening a store whatever has become of its file, and the backup that this may need.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use atomic_write_file::AtomicWriteFile;
use redb::Database;
use stratos_transport::guard::Guard;

use crate::store::database::DatabaseHandle;
use crate::store::lock_file::{Place, beside, own, sync_names};
use crate::store::{Backup, ConfigExport, Notice, StoreError, format};

/// A store that was opened.
pub(super) struct Opened {
    pub(super) disk: DatabaseHandle,
    /// It is empty: there was neither a file nor a backup that could be read.
    pub(super) is_new: bool,
    pub(super) notices: Vec<Notice>,
}

/// Opens the file, or makes one. What is damaged is set aside and never deleted.
pub(super) fn open(path: &Path) -> Result<Opened, StoreError> {
    let lock = own(path)?;
    let (mut notices, mut is_new) = (Vec::new(), false);
    let is_there = path.symlink_metadata().is_ok();
    let database = if is_there {
        match format::open(path, &mut notices) {
            Err(StoreError::Corrupt { reason, .. }) if Guard::StoreRescue.is_on() => {
                let kept = set_aside(path).map_err(|error| StoreError::open(path, error))?;
                let (database, backup) = restore(path)?;
                is_new = !matches!(backup, Backup::Used { .. });
                notices.push(Notice::SetAside {
                    path: path.to_owned(),
                    kept,
                    reason,
                    backup,
                });
                database
            }
            opened => opened?,
        }
    } else {
        let (database, backup) = restore(path)?;
        is_new = !matches!(backup, Backup::Used { .. });
        if backup != Backup::None {
            notices.push(Notice::Missing {
                path: path.to_owned(),
                backup,
            });
        }
        database
    };
    Ok(Opened {
        disk: DatabaseHandle::new(Place::new(path), database, lock),
        is_new,
        notices,
    })
}

/// Keeps what is in the store now for the day when its file is damaged; unless it is kept already.
pub(super) fn back_up(path: &Path, everything: &ConfigExport) -> Option<Notice> {
    let (path, text) = (backup_path(path), everything.to_json());
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

/// A new store with the values of the backup, or an empty one where there is none to use.
fn restore(path: &Path) -> Result<(Database, Backup), StoreError> {
    let from = backup_path(path);
    let fail = |error: io::Error| StoreError::open(&from, error);
    let (everything, backup) = match fs::read(&from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            (ConfigExport::default(), Backup::None)
        }
        Err(error) => return Err(fail(error)),
        Ok(bytes) => match ConfigExport::from_json(&bytes) {
            Ok(everything) => {
                let values = everything.count();
                (everything, Backup::Used { path: from, values })
            }
            Err(error) => {
                let (kept, reason) = (set_aside(&from).map_err(fail)?, error.to_string());
                (ConfigExport::default(), Backup::Damaged { kept, reason })
            }
        },
    };
    Ok((format::create(path, everything)?, backup))
}

fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let now = UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
    let kept = beside(path, &format!(".corrupt-{now}"));
    fs::rename(path, &kept)?;
    sync_names(path)?;
    Ok(kept)
}

fn backup_path(path: &Path) -> PathBuf {
    path.with_extension("backup.json")
}
