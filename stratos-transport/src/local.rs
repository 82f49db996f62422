//! Local sockets: Unix sockets, or named pipes on Windows.
//!
//! An address is a path on Unix and a name that starts with `\\.\pipe\` on Windows.

use std::ffi::OsStr;
use std::io;

use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::tokio::{Listener, Stream};
use interprocess::local_socket::{GenericFilePath, ListenerOptions};

use crate::stream::BoxedStream;

/// A local socket that accepts connections.
#[derive(Debug)]
pub struct LocalListener(Listener);

impl LocalListener {
    /// Creates the socket, which dropping the listener removes.
    ///
    /// On Linux only the owner of the socket can connect. On other platforms the caller must choose a folder that
    /// other users cannot enter.
    ///
    /// # Errors
    ///
    /// If the operating system cannot create the socket: the path is too long, exists, or is not writable.
    pub fn bind(address: &OsStr) -> io::Result<Self> {
        let options = ListenerOptions::new().name(address.to_fs_name::<GenericFilePath>()?);
        #[cfg(target_os = "linux")]
        let options = {
            use interprocess::os::unix::local_socket::ListenerOptionsExt as _;
            options.mode(0o600)
        };
        options.create_tokio().map(Self)
    }

    /// Waits for one connection.
    ///
    /// # Errors
    ///
    /// If the operating system fails to accept; the next call may succeed.
    pub async fn accept(&self) -> io::Result<BoxedStream> {
        Ok(Box::new(self.0.accept().await?))
    }
}

/// Connects to the socket of a [`LocalListener`].
///
/// # Errors
///
/// If no listener exists at the address.
pub async fn connect(address: &OsStr) -> io::Result<BoxedStream> {
    let stream = Stream::connect(address.to_fs_name::<GenericFilePath>()?).await?;
    Ok(Box::new(stream))
}
