//! Local sockets: Unix sockets, or named pipes on Windows.
//!
//! An address is a path on Unix and a name that starts with `\\.\pipe\` on Windows.

use std::ffi::OsStr;
use std::io;

use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::tokio::{Listener, Stream};
use interprocess::local_socket::{GenericFilePath, ListenerOptions};

use crate::stream::BoxedStream;

/// Accepts connections on a local socket.
#[derive(Debug)]
pub struct LocalListener(Listener);

impl LocalListener {
    /// Creates the socket; it is removed again when the listener is dropped.
    ///
    /// On Linux only its owner can connect; elsewhere the socket's folder must keep others out.
    ///
    /// # Errors
    ///
    /// When the operating system refuses: the path is too long, exists, or is not writable.
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
    /// When the operating system refuses; the next call may succeed.
    pub async fn accept(&self) -> io::Result<LocalStream> {
        self.0.accept().await.map(LocalStream)
    }
}

/// A connection over a local socket.
#[derive(Debug)]
pub struct LocalStream(Stream);

impl LocalStream {
    /// Connects to a socket that somebody listens on.
    ///
    /// # Errors
    ///
    /// When nobody listens there.
    pub async fn connect(address: &OsStr) -> io::Result<Self> {
        Stream::connect(address.to_fs_name::<GenericFilePath>()?)
            .await
            .map(Self)
    }

    /// The stream without the knowledge of what kind it is.
    #[must_use]
    pub fn into_boxed(self) -> BoxedStream {
        Box::new(self.0)
    }
}
