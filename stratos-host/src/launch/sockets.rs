//! Addresses for the local sockets of this run.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use crate::secret::random_hex;

const PREFIX: &str = "stratos-";

/// A private place for sockets, gone with this value.
///
/// On Unix it is a folder that only its owner may enter, in the temporary folder, whose path is
/// short: a socket's path has to fit into about 100 bytes. On Windows it is a name that nobody
/// can guess.
#[derive(Debug)]
pub(super) struct Sockets {
    name: String,
    /// Made when it is needed: by then its path has been written down.
    made: Mutex<Option<TempDir>>,
}

impl Sockets {
    pub(super) fn new() -> Self {
        let random = random_hex(6);
        Self {
            name: format!("{PREFIX}{random}"),
            made: Mutex::default(),
        }
    }

    /// Where they are, or will be.
    pub(super) fn folder(&self) -> PathBuf {
        std::env::temp_dir().join(&self.name)
    }

    pub(super) fn address(&self, name: &str) -> io::Result<OsString> {
        if cfg!(windows) {
            let secret = random_hex(32);
            return Ok(format!(r"\\.\pipe\stratos-{secret}-{name}").into());
        }
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.is_none() {
            // `tempdir` makes the folder with mode 0700 and fails if somebody else made it before.
            let mut builder = tempfile::Builder::new();
            *made = Some(builder.prefix(&self.name).rand_bytes(0).tempdir()?);
        }
        Ok(self.folder().join(name).into_os_string())
    }
}

/// Removes the place of a shell that is gone: nothing but sockets on which nobody listens, and the folder that they
/// leave empty. False where something else is.
pub(super) fn remove_dead(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let is_folder = fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir());
    if !is_folder || !name.starts_with(PREFIX) {
        return false;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_dead_socket(&entry.path()) {
            // What stays keeps the folder.
            let _ = fs::remove_file(entry.path());
        }
    }
    fs::remove_dir(folder).is_ok()
}

#[cfg(unix)]
fn is_dead_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    use std::os::unix::net::UnixStream;

    fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
        && UnixStream::connect(path).is_err()
}

/// Pipes have no place in the file system.
#[cfg(not(unix))]
fn is_dead_socket(_: &Path) -> bool {
    false
}
