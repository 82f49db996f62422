//! The file by which a running shell is found: `host.json` in its state folder.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use atomic_write_file::AtomicWriteFile;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::now_millis;
use crate::token::random_hex;

const FILE: &str = "host.json";

/// Who runs a shell, and how to control it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Owner {
    /// Its process.
    pub pid: u32,
    /// When it started, in milliseconds since 1970.
    pub started: u64,
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// What its control API asks for, as `Authorization: Bearer {token}`.
    pub token: String,
}

/// Why `host.json` could not be written or read.
#[derive(Debug, Error)]
pub enum OwnerError {
    /// There is none: no shell runs with this state folder.
    #[error("no shell runs with the state folder {}", folder.display())]
    Nobody {
        /// The state folder.
        folder: PathBuf,
    },
    /// It cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: io::Error,
    },
    /// It cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: io::Error,
    },
}

impl Owner {
    /// This process, with a new token.
    #[must_use]
    pub fn this_process(port: u16) -> Self {
        Self {
            pid: std::process::id(),
            started: now_millis(),
            port,
            token: random_hex(32),
        }
    }

    /// Reads who runs a shell with this state folder, or ran one that was killed.
    ///
    /// # Errors
    ///
    /// When nobody does, or the file is not readable.
    pub fn read(folder: &Path) -> Result<Self, OwnerError> {
        let path = folder.join(FILE);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| OwnerError::Read {
                path,
                source: error.into(),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(OwnerError::Nobody {
                folder: folder.to_owned(),
            }),
            Err(source) => Err(OwnerError::Read { path, source }),
        }
    }

    /// Writes the file, readable for its owner only.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub fn write(&self, folder: &Path) -> Result<(), OwnerError> {
        let path = folder.join(FILE);
        self.try_write(&path)
            .map_err(|source| OwnerError::Write { path, source })
    }

    /// Removes the file when the shell ends in order.
    pub fn remove(folder: &Path) {
        // A file that stays is recognised by its process being gone.
        let _ = fs::remove_file(folder.join(FILE));
    }

    fn try_write(&self, path: &Path) -> io::Result<()> {
        let mut options = AtomicWriteFile::options();
        #[cfg(unix)]
        {
            use atomic_write_file::unix::OpenOptionsExt as _;
            use std::os::unix::fs::OpenOptionsExt as _;
            options
                .mode(0o600)
                .preserve_mode(false)
                .preserve_owner(false);
        }
        let mut file = options.read(false).open(path)?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        file.commit()
    }
}

impl std::fmt::Debug for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Owner")
            .field("pid", &self.pid)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}
