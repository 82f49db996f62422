//! The folder in which a shell keeps what outlives it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use thiserror::Error;

use crate::owner::Owner;
use crate::store::{Store, StoreError};

/// A state folder that this process owns, or none at all.
#[derive(Debug)]
pub struct State {
    pub(crate) folder: Option<PathBuf>,
    pub(crate) store: Store,
}

/// Why a state folder cannot be used.
#[derive(Debug, Error)]
pub enum StateError {
    /// Another shell uses it.
    #[error("another shell (process {pid}, port {port}) uses the state folder {}", folder.display())]
    Owned {
        /// The folder.
        folder: PathBuf,
        /// The other shell's process.
        pid: u32,
        /// The other shell's port.
        port: u16,
    },
    /// It cannot be made.
    #[error("cannot make the state folder {}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The reason.
        #[source]
        source: io::Error,
    },
    /// Its config store cannot be opened.
    #[error("cannot use the state folder {}", folder.display())]
    Store {
        /// The folder.
        folder: PathBuf,
        /// The reason.
        #[source]
        source: StoreError,
    },
}

impl State {
    /// Makes the folder if need be and becomes its one owner.
    ///
    /// # Errors
    ///
    /// When another shell owns it, or the disk refuses.
    pub fn open(folder: &Path) -> Result<Self, StateError> {
        let make = |source| StateError::Folder {
            folder: folder.to_owned(),
            source,
        };
        fs::create_dir_all(folder).map_err(make)?;
        if fs::read_dir(folder).map_err(make)?.next().is_none() {
            // A folder that is ours alone ignores itself, so that no project forgets to.
            fs::write(folder.join(".gitignore"), "*\n").map_err(make)?;
        }
        let store = Store::open(&folder.join("config.redb")).map_err(|source| {
            match (&source, Owner::read(folder)) {
                (StoreError::Owned { .. }, Ok(Owner { pid, port, .. })) => StateError::Owned {
                    folder: folder.to_owned(),
                    pid,
                    port,
                },
                _ => StateError::Store {
                    folder: folder.to_owned(),
                    source,
                },
            }
        })?;
        Ok(Self {
            folder: Some(folder.to_owned()),
            store,
        })
    }

    /// State that is gone with the process.
    ///
    /// # Errors
    ///
    /// When the empty store cannot be laid out in memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        Ok(Self {
            folder: None,
            store: Store::in_memory()?,
        })
    }

    /// Stores a config value before any plugin runs.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    pub fn set(&self, plugin: &str, key: &str, value: &Value) -> Result<(), StoreError> {
        self.store.set(plugin, key, value)
    }

    /// Forgets all config values of all plugins.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    pub fn clear(&self) -> Result<(), StoreError> {
        self.store.clear()
    }
}
