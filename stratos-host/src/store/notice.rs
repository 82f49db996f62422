//! Notices about problems that were found when a store was opened.

use std::fmt;
use std::path::PathBuf;

/// A problem that was found when a store was opened, and its solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The file was damaged, so it was renamed and a new store was created.
    SetAside {
        /// Path of the store.
        path: PathBuf,
        /// New path of the damaged file.
        kept: PathBuf,
        /// The damage, such as `it is empty`.
        reason: String,
        /// Origin of the values in the new store.
        backup: Backup,
    },
    /// The file did not exist, but its backup did.
    Missing {
        /// Path of the store.
        path: PathBuf,
        /// Origin of the values in the new store.
        backup: Backup,
    },
    /// A stored value is not JSON.
    Damaged {
        /// The plugin's id.
        plugin: String,
        /// The key of the value.
        key: String,
        /// The syntax error.
        reason: String,
    },
    /// The backup could not be written.
    NoBackup {
        /// Path of the backup.
        path: PathBuf,
        /// The error of the file system.
        reason: String,
    },
}

/// Origin of the values in a store that was created anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backup {
    /// The values are from the backup.
    Used {
        /// Path of the backup.
        path: PathBuf,
        /// Number of values in the backup.
        values: usize,
    },
    /// There is no backup, so the store is empty.
    None,
    /// The backup is damaged too, so the store is empty.
    Damaged {
        /// New path of the damaged backup.
        kept: PathBuf,
        /// The syntax error in the backup.
        reason: String,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetAside {
                path,
                kept,
                reason,
                backup,
            } => write!(
                f,
                "the config store {} is damaged ({reason}); the file is kept as {}; {backup}",
                path.display(),
                kept.display()
            ),
            Self::Missing { path, backup } => {
                write!(
                    f,
                    "the config store {} is missing; {backup}",
                    path.display()
                )
            }
            Self::Damaged {
                plugin,
                key,
                reason,
            } => write!(
                f,
                "the stored value of {plugin:?} under {key:?} is damaged ({reason}): set or delete it; \
                 until then the backup is not updated"
            ),
            Self::NoBackup { path, reason } => write!(
                f,
                "cannot write the backup {} of the config values ({reason})",
                path.display()
            ),
        }
    }
}

impl fmt::Display for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Used { path, values } => write!(
                f,
                "{values} values are back from {}, as they were when a shell last started; \
                 what was stored after that is lost",
                path.display()
            ),
            Self::None => f.write_str(
                "there is no backup, so every plugin begins without config values; \
                 `cargo stratos config import` brings back what you exported",
            ),
            Self::Damaged { kept, reason } => write!(
                f,
                "the backup is damaged too ({reason}) and kept as {}, so every plugin begins without config values; \
                 `cargo stratos config import` brings back what you exported",
                kept.display()
            ),
        }
    }
}
