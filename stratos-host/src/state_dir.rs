//! The folder in which a shell keeps what outlives it.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use crate::owner::Owner;
use crate::store::{ConfigStore, Notice, StoreError};

/// A state folder that this process owns, or none at all.
#[derive(Debug)]
pub struct StateDir {
    pub(crate) folder: Option<PathBuf>,
    pub(crate) store: ConfigStore,
    pub(crate) notices: Vec<Notice>,
}

/// Why a state folder cannot be used.
#[derive(Debug, Error)]
pub enum StateDirError {
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
    /// Another shell uses it that has no port yet, or another command does.
    #[error("another process, which only just started, uses the state folder {}", folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
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

impl StateDir {
    /// Makes the folder if need be and becomes its one owner.
    ///
    /// # Errors
    ///
    /// When another shell owns it, or the disk refuses.
    pub fn open(folder: &Path) -> Result<Self, StateDirError> {
        let make = |source| StateDirError::Folder {
            folder: folder.to_owned(),
            source,
        };
        fs::create_dir_all(folder).map_err(make)?;
        if fs::read_dir(folder).map_err(make)?.next().is_none() {
            // A folder that is ours alone ignores itself, so that no project forgets to.
            fs::write(folder.join(".gitignore"), "*\n").map_err(make)?;
        }
        let (store, notices) = ConfigStore::open(&folder.join("config.redb"))
            .map_err(|source| StateDirError::new(folder, source))?;
        // Whoever left it is gone, and its number may be another process's by now.
        Owner::remove(folder);
        Ok(Self {
            folder: Some(folder.to_owned()),
            store,
            notices,
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
            store: ConfigStore::in_memory()?,
            notices: Vec::new(),
        })
    }

    /// What happened to the config store when it was opened, for whoever owns the values.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The config values of all plugins.
    #[must_use]
    pub const fn store(&self) -> &ConfigStore {
        &self.store
    }
}

impl StateDirError {
    fn new(folder: &Path, source: StoreError) -> Self {
        let folder = folder.to_owned();
        if !matches!(source, StoreError::Owned { .. }) {
            return Self::Store { folder, source };
        }
        match Owner::read(&folder) {
            Ok(Owner { pid, port, .. }) if answers(port) => Self::Owned { folder, pid, port },
            // Of a shell that was killed; the one that is there now has not said yet who it is.
            _ => Self::Busy { folder },
        }
    }
}

fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}
