//! Addresses for the local sockets of this run.

use std::ffi::OsString;
use std::io;

use tempfile::TempDir;

/// A private place for sockets, gone with this value.
///
/// On Unix it is a folder that only its owner may enter, in the temporary folder, whose path is
/// short: a socket's path has to fit into about 100 bytes. On Windows it is a name that nobody
/// can guess.
#[derive(Debug)]
pub(super) struct Sockets(TempDir);

impl Sockets {
    pub(super) fn new() -> io::Result<Self> {
        // `tempdir` makes the folder with mode 0700 and fails if somebody else made it before.
        tempfile::Builder::new()
            .prefix("stratos-")
            .tempdir()
            .map(Self)
    }

    pub(super) fn address(&self, name: &str) -> OsString {
        if cfg!(windows) {
            let secret = crate::owner::random_hex();
            format!(r"\\.\pipe\stratos-{secret}-{name}").into()
        } else {
            self.0.path().join(name).into_os_string()
        }
    }
}
