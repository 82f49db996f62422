//! Both ends of the place where a plugin takes HTTP connections.

use std::ffi::OsString;
use std::io;

use tokio::sync::mpsc;

use crate::local::{LocalListener, LocalStream};
use crate::stream::{BoxedStream, memory_pair};

/// The plugin's end: connections come in.
#[derive(Debug)]
pub enum Incoming {
    /// From other processes.
    Local(LocalListener),
    /// From this process.
    Memory(mpsc::Receiver<BoxedStream>),
}

/// The host's end: connections go out.
#[derive(Debug, Clone)]
pub enum Dialer {
    /// To another process, by the address of its local socket.
    Local(OsString),
    /// Within this process.
    Memory(mpsc::Sender<BoxedStream>),
}

/// The two ends within one process.
#[must_use]
pub fn memory_endpoint() -> (Dialer, Incoming) {
    let (sender, receiver) = mpsc::channel(16);
    (Dialer::Memory(sender), Incoming::Memory(receiver))
}

impl Incoming {
    /// Waits for one connection.
    ///
    /// # Errors
    ///
    /// When the operating system refuses, or, within one process, the host's end is gone for good.
    pub async fn accept(&mut self) -> io::Result<BoxedStream> {
        match self {
            Self::Local(listener) => Ok(listener.accept().await?.into_boxed()),
            Self::Memory(receiver) => receiver
                .recv()
                .await
                .ok_or_else(|| io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Dialer {
    /// Opens one connection.
    ///
    /// # Errors
    ///
    /// When the plugin does not listen (any more).
    pub async fn connect(&self) -> io::Result<BoxedStream> {
        match self {
            Self::Local(address) => Ok(LocalStream::connect(address).await?.into_boxed()),
            Self::Memory(sender) => {
                let (ours, theirs) = memory_pair();
                sender
                    .send(Box::new(theirs))
                    .await
                    .map_err(|_| io::ErrorKind::ConnectionRefused)?;
                Ok(Box::new(ours))
            }
        }
    }
}
