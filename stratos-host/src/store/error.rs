//! Errors of the store.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

/// Error of a [`ConfigStore`](super::ConfigStore).
#[derive(Debug, Clone, Error)]
pub enum StoreError {
    /// Another process owns the store.
    #[error("another process uses the config store {}", path.display())]
    Owned {
        /// Path of the store.
        path: PathBuf,
    },
    /// The folder or the file cannot be created, read or written.
    #[error("cannot open the config store {}", path.display())]
    Open {
        /// Path of the store.
        path: PathBuf,
        /// The error of the database or the file system.
        #[source]
        source: Arc<redb::Error>,
    },
    /// The file is damaged, or is not a store.
    #[error("the config store {} is damaged: {reason}", path.display())]
    Corrupt {
        /// Path of the store.
        path: PathBuf,
        /// The damage, such as `it is empty`.
        reason: String,
    },
    /// A newer version of this program wrote the file, which was not changed.
    #[error(
        "the config store {} has format {found}, and this program knows formats up to {known}",
        path.display()
    )]
    Newer {
        /// Path of the store.
        path: PathBuf,
        /// Version of the file's format.
        found: u32,
        /// Version of the format that this program knows.
        known: u32,
    },
    /// A value could not be read.
    #[error("cannot read the config store")]
    Read(#[source] Arc<redb::Error>),
    /// A change could not be written, for example because the disk is full.
    #[error("cannot write the config store")]
    Write(#[source] Arc<redb::Error>),
    /// A key or a value exceeds its size limit.
    #[error("the {part} is {length} bytes long, at most {limit} are allowed")]
    TooLarge {
        /// `key` or `value`.
        part: &'static str,
        /// Size in bytes.
        length: usize,
        /// Maximum size in bytes.
        limit: usize,
    },
    /// Arrays and objects in a value exceed the nesting limit, above which an export could not be read back.
    #[error("the value is nested deeper than {limit} levels")]
    TooDeep {
        /// Maximum number of levels.
        limit: usize,
    },
    /// A stored value is not JSON.
    #[error("the stored value of `{key}` is damaged")]
    Damaged {
        /// Key of the value.
        key: String,
        /// The syntax error.
        #[source]
        source: Arc<serde_json::Error>,
    },
}

impl StoreError {
    /// Whether the key or the value exceeds a limit, so that a retry fails as well.
    #[must_use]
    pub fn is_limit_exceeded(&self) -> bool {
        matches!(self, Self::TooLarge { .. } | Self::TooDeep { .. })
    }

    /// The error of the file system because of which the store cannot be opened.
    pub(crate) fn io_error(&self) -> Option<&io::Error> {
        match self {
            Self::Open { source, .. } => match &**source {
                redb::Error::Io(error) => Some(error),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn open(path: &Path, error: impl Into<redb::Error>) -> Self {
        Self::Open {
            path: path.to_owned(),
            source: Arc::new(error.into()),
        }
    }

    pub(super) fn corrupt(path: &Path, reason: impl Into<String>) -> Self {
        Self::Corrupt {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }
}
