//! The folder with the local sockets of a run.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use crate::token::random_hex;

const PREFIX: &str = "stratos-";

/// A private folder for local sockets, removed on drop.
///
/// On Unix it lies in the temporary folder, whose path is short: a socket's path is limited to about 100 bytes. On
/// Windows there is no folder, and the names of pipes are random.
#[derive(Debug)]
pub(super) struct SocketDir {
    name: String,
    /// Created with the first address, after its path was written to the run record.
    created: Mutex<Option<TempDir>>,
}

impl SocketDir {
    pub(super) fn new() -> Self {
        let random = random_hex(6);
        Self {
            name: format!("{PREFIX}{random}"),
            created: Mutex::default(),
        }
    }

    /// The path of the folder, which may not exist yet.
    pub(super) fn path(&self) -> PathBuf {
        std::env::temp_dir().join(&self.name)
    }

    /// An address for a socket or pipe with this name.
    pub(super) fn address(&self, name: &str) -> io::Result<OsString> {
        if cfg!(windows) {
            let secret = random_hex(32);
            return Ok(format!(r"\\.\pipe\stratos-{secret}-{name}").into());
        }
        let mut created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        if created.is_none() {
            // `tempdir` creates the folder with mode 0700 and fails if it exists.
            let mut builder = tempfile::Builder::new();
            *created = Some(builder.prefix(&self.name).rand_bytes(0).tempdir()?);
        }
        Ok(self.path().join(name).into_os_string())
    }
}

/// Removes the socket folder of a shell that is gone: its stale sockets, and then the folder if it is empty.
///
/// Returns whether the folder was removed.
pub(super) fn remove_stale(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let is_folder = fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir());
    if !is_folder || !name.starts_with(PREFIX) {
        return false;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_stale_socket(&entry.path()) {
            // A file that cannot be removed keeps the folder from being removed.
            let _ = fs::remove_file(entry.path());
        }
    }
    fs::remove_dir(folder).is_ok()
}

/// Whether no process listens on a socket.
#[cfg(unix)]
fn is_stale_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    use std::os::unix::net::UnixStream;

    fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
        && UnixStream::connect(path).is_err()
}

/// Named pipes of Windows are not in the file system.
#[cfg(not(unix))]
fn is_stale_socket(_: &Path) -> bool {
    false
}
