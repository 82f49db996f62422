//! What happened to a store when it was opened, in words for people.

use std::fmt;
use std::path::PathBuf;

/// Something that whoever owns the values must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The file was damaged, so another one took its place.
    SetAside {
        /// The store.
        path: PathBuf,
        /// Where the damaged file is now.
        kept: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// Where the values come from now.
        backup: Backup,
    },
    /// There was a backup, but no store.
    Missing {
        /// The store.
        path: PathBuf,
        /// Where the values come from now.
        backup: Backup,
    },
    /// An older version of this program wrote the file.
    Migrated {
        /// The store.
        path: PathBuf,
        /// Its old format.
        from: u32,
        /// Its format now.
        to: u32,
        /// A copy of the old file.
        kept: PathBuf,
    },
    /// One value in a good file is not JSON.
    Damaged {
        /// Whose value.
        plugin: String,
        /// Its key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The values are not in the backup yet.
    NoBackup {
        /// The backup.
        path: PathBuf,
        /// Why it was not written.
        reason: String,
    },
}

/// Where the values of a store that was lost come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backup {
    /// From here.
    Used {
        /// The backup.
        path: PathBuf,
        /// How many values are in it.
        values: usize,
    },
    /// From nowhere.
    None,
    /// From nowhere, since the backup is damaged too.
    Damaged {
        /// Where it is now.
        kept: PathBuf,
        /// What is wrong with it.
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
            Self::Migrated {
                path,
                from,
                to,
                kept,
            } => write!(
                f,
                "the config store {} had format {from} and has format {to} now; the old file is kept as {}",
                path.display(),
                kept.display()
            ),
            Self::Damaged {
                plugin,
                key,
                reason,
            } => write!(
                f,
                "the stored value of {plugin:?} under {key:?} is damaged ({reason}): set or delete it; \
                 until then the backup stays as it is"
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
