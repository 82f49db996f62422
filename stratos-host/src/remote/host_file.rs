//! `host.json` in the state folder: how other processes find a running shell and call its control API.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use atomic_write_file::AtomicWriteFile;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::now_millis;
use crate::token::random_hex;

/// The contents of `host.json`: the process of a running shell, and how to call its control API.
#[derive(Clone, Serialize, Deserialize)]
pub struct HostFile {
    /// The id of the shell's process.
    pub pid: u32,
    /// Start time of the shell in milliseconds since the Unix epoch.
    pub started: u64,
    /// The port of the shell's HTTP server on 127.0.0.1.
    pub port: u16,
    /// The token of the control API, for the header `Authorization: Bearer {token}`.
    pub token: String,
}

/// `host.json` cannot be read or written.
#[derive(Debug, Error)]
pub enum HostFileError {
    /// There is no `host.json`: no shell runs with this state folder.
    #[error("no shell runs with the state folder {}", folder.display())]
    NotFound {
        /// The state folder.
        folder: PathBuf,
    },
    /// The file cannot be read, or is not valid.
    #[error("cannot read {}", path.display())]
    Read {
        /// Path of `host.json`.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// Path of `host.json`.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

impl HostFile {
    /// Name of the file in a state folder.
    pub const NAME: &str = "host.json";

    /// The contents for a shell in this process, with a new token.
    #[must_use]
    pub(crate) fn for_this_process(port: u16) -> Self {
        Self {
            pid: std::process::id(),
            started: now_millis(),
            port,
            token: random_hex(32),
        }
    }

    /// Reads `host.json` in a state folder. The shell that wrote it may have been killed since.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no file, or it cannot be read.
    pub fn read(folder: &Path) -> Result<Self, HostFileError> {
        let path = folder.join(Self::NAME);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| HostFileError::Read {
                path,
                source: error.into(),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(HostFileError::NotFound {
                folder: folder.to_owned(),
            }),
            Err(source) => Err(HostFileError::Read { path, source }),
        }
    }

    /// Writes `host.json` into a state folder. On Unix, only the file's owner may read it.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), HostFileError> {
        let path = folder.join(Self::NAME);
        self.write_atomically(&path)
            .map_err(|source| HostFileError::Write { path, source })
    }

    /// Removes `host.json` when the shell ends.
    pub(crate) fn remove(folder: &Path) {
        // A file that cannot be removed names a process that does not answer any more.
        let _ = fs::remove_file(folder.join(Self::NAME));
    }

    fn write_atomically(&self, path: &Path) -> io::Result<()> {
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

impl fmt::Debug for HostFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFile")
            .field("pid", &self.pid)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}
