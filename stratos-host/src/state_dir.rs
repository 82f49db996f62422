//! The state folder, which keeps the config store and `host.json` between runs of a shell.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use crate::config::Project;
use crate::remote::HostFile;
use crate::store::{ConfigStore, Notice, StoreError, backup_path};

/// A state folder that this process owns, or state in memory.
#[derive(Debug)]
pub struct StateDir {
    /// None for state in memory.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) store: ConfigStore,
    pub(crate) notices: Vec<Notice>,
}

/// Error of opening a state folder.
#[derive(Debug, Error)]
pub enum StateDirError {
    /// A running shell owns the folder.
    #[error("another shell (process {pid}, port {port}) uses the state folder {}", folder.display())]
    Owned {
        /// Path of the state folder.
        folder: PathBuf,
        /// Process id of the other shell.
        pid: u32,
        /// Port of the other shell on 127.0.0.1.
        port: u16,
    },
    /// A shell that has no port yet, or another command, owns the folder.
    #[error("another process, which has just started, uses the state folder {}", folder.display())]
    Busy {
        /// Path of the state folder.
        folder: PathBuf,
    },
    /// The folder cannot be created.
    #[error("cannot create the state folder {}", folder.display())]
    Folder {
        /// Path of the state folder.
        folder: PathBuf,
        /// The error of the file system.
        #[source]
        source: io::Error,
    },
    /// The config store cannot be opened.
    #[error("cannot use the state folder {}", folder.display())]
    Store {
        /// Path of the state folder.
        folder: PathBuf,
        /// The error of the store.
        #[source]
        source: StoreError,
    },
}

impl StateDir {
    /// Name of state folders.
    pub const NAME: &str = ".stratos";
    /// Name of the config store's file in a state folder.
    pub const STORE_FILE: &str = "config.redb";

    /// Path of the state folder where none is named: [`NAME`](Self::NAME) in the folder of the only plugin, otherwise in
    /// the current folder.
    #[must_use]
    pub fn default_path(projects: &[Project]) -> PathBuf {
        let folder = match projects {
            [only] => &only.folder,
            _ => Path::new("."),
        };
        folder.join(Self::NAME)
    }

    /// Creates the folder unless it exists, without becoming its owner.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn create(folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        if fs::read_dir(folder)?.next().is_none() {
            // Excludes the new folder from git, so that projects need not.
            fs::write(folder.join(".gitignore"), "*\n")?;
        }
        Ok(())
    }

    /// Opens the folder, or creates it, and makes this process its owner.
    ///
    /// # Errors
    ///
    /// When another process owns the folder, or the disk fails.
    pub fn open(folder: &Path) -> Result<Self, StateDirError> {
        let folder_error = |source| StateDirError::Folder {
            folder: folder.to_owned(),
            source,
        };
        Self::create(folder).map_err(folder_error)?;
        let (store, notices) = ConfigStore::open(&folder.join(Self::STORE_FILE))
            .map_err(|source| StateDirError::new(folder, source))?;
        // Written by a shell that was killed; its process id may be reused.
        HostFile::remove(folder);
        remove_partial_files(folder);
        Ok(Self {
            folder: Some(folder.to_owned()),
            store,
            notices,
        })
    }

    /// Creates state in memory.
    ///
    /// # Errors
    ///
    /// When the store cannot be created.
    pub fn in_memory() -> Result<Self, StoreError> {
        Ok(Self {
            folder: None,
            store: ConfigStore::in_memory()?,
            notices: Vec::new(),
        })
    }

    /// Problems that were found when the config store was opened, for the user.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The store with the config values of all plugins.
    #[must_use]
    pub const fn store(&self) -> &ConfigStore {
        &self.store
    }
}

impl StateDirError {
    /// Whether this user may not write to the folder, or nobody may.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        let error = match self {
            Self::Folder { source, .. } => Some(source),
            Self::Store { source, .. } => source.io_error(),
            Self::Owned { .. } | Self::Busy { .. } => None,
        };
        matches!(
            error.map(io::Error::kind),
            Some(io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
        )
    }

    fn new(folder: &Path, source: StoreError) -> Self {
        let folder = folder.to_owned();
        if !matches!(source, StoreError::Owned { .. }) {
            return Self::Store { folder, source };
        }
        match HostFile::read(&folder) {
            Ok(HostFile { pid, port, .. }) if accepts_connections(port) => {
                Self::Owned { folder, pid, port }
            }
            // Written by a shell that was killed: the current owner has not written its own file yet.
            _ => Self::Busy { folder },
        }
    }
}

/// Removes the temporary files of atomic writes that a killed shell has left, which may have its token.
fn remove_partial_files(folder: &Path) {
    let backup = backup_path(Path::new(StateDir::STORE_FILE));
    let prefixes = [Path::new(HostFile::NAME), &backup].map(|file| format!(".{}.", file.display()));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            // A file that cannot be removed is not read either.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn accepts_connections(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use atomic_write_file::AtomicWriteFile;

    use super::*;

    #[test]
    fn temporary_files_of_a_killed_shell_are_removed_and_others_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name| folder.path().join(name);
        let names = || {
            let entries = fs::read_dir(folder.path()).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name());
            names.collect::<BTreeSet<_>>()
        };
        fs::write(path(".mine.json.x1Y2z3"), "").unwrap();
        // The second one writes a backup.
        for _ in 0..2 {
            drop(StateDir::open(folder.path()).unwrap());
        }
        let kept = names();
        for name in ["host.json", "config.backup.json"] {
            let before = names();
            let file = AtomicWriteFile::open(path(name)).unwrap();
            let partial: Vec<_> = names().difference(&before).cloned().collect();
            assert_eq!(partial.len(), 1, "{partial:?}");
            // The end of a process closes its files, which Windows could not remove otherwise.
            file.discard().unwrap();
            fs::write(folder.path().join(&partial[0]), "").unwrap();
        }
        drop(StateDir::open(folder.path()).unwrap());
        assert_eq!(names(), kept);
    }
}
