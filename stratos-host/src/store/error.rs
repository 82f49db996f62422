//! Why the store could not do something.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

/// Why the store could not do it.
#[derive(Debug, Clone, Error)]
pub enum StoreError {
    /// Another process has the store open.
    #[error("another process uses the config store {}", path.display())]
    Owned {
        /// The file.
        path: PathBuf,
    },
    /// The folder or the file cannot be made, read or written.
    #[error("cannot open the config store {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: Arc<redb::Error>,
    },
    /// The file is no store, or is not as it was written.
    #[error("the config store {} is damaged: {reason}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A newer version of this program wrote the file; it was left as it is.
    #[error(
        "the config store {} has format {found}, and this program knows formats up to {known}",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that is known here.
        known: u32,
    },
    /// Reading failed.
    #[error("cannot read the config store")]
    Read(#[source] Arc<redb::Error>),
    /// Writing failed, for example because the disk is full.
    #[error("cannot write the config store")]
    Write(#[source] Arc<redb::Error>),
    /// A key or a value is larger than plugins may store.
    #[error("the {part} is {length} bytes long, at most {limit} are allowed")]
    TooLarge {
        /// `key` or `value`.
        part: &'static str,
        /// In bytes.
        length: usize,
        /// In bytes.
        limit: usize,
    },
    /// Arrays and objects in a value are nested deeper than plugins may store, and than an export could be read.
    #[error("the value is nested deeper than {limit} levels")]
    TooDeep {
        /// In levels.
        limit: usize,
    },
    /// A stored value is not JSON.
    #[error("the stored value of `{key}` is damaged")]
    Damaged {
        /// Its key.
        key: String,
        /// What is wrong with it.
        #[source]
        source: Arc<serde_json::Error>,
    },
}

impl StoreError {
    /// Whether no store would take this key or value.
    #[must_use]
    pub fn is_about_the_value(&self) -> bool {
        matches!(self, Self::TooLarge { .. } | Self::TooDeep { .. })
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
