//! Listeners and connectors of byte streams: over local sockets between processes, or in memory within one.

use std::ffi::OsString;
use std::io;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::local::{self, LocalListener};
use crate::stream::{BoxedStream, ClosableStream, memory_pair};

/// Number of connections that a memory listener queues before [`StreamConnector::connect`] waits.
const MEMORY_BACKLOG: usize = 16;

/// Accepts byte streams.
#[derive(Debug)]
pub enum StreamListener {
    /// A local socket, for connections from other processes.
    Local(LocalListener),
    /// The receiver of a [`memory_listener`], for connections from the same process.
    Memory(mpsc::Receiver<BoxedStream>),
}

/// Opens byte streams to a [`StreamListener`].
#[derive(Debug, Clone)]
pub enum StreamConnector {
    /// The address of a local socket of another process.
    Local(OsString),
    /// A [`memory_listener`] in the same process.
    Memory {
        /// Sends the other side of each connection to the listener.
        sender: mpsc::Sender<BoxedStream>,
        /// Ends the connections.
        closed: CancellationToken,
    },
}

/// Creates a listener in memory and its connector, whose connections end when `closed` is cancelled, like those of a
/// process that ends.
#[must_use]
pub fn memory_listener(closed: CancellationToken) -> (StreamConnector, StreamListener) {
    let (sender, receiver) = mpsc::channel(MEMORY_BACKLOG);
    (
        StreamConnector::Memory { sender, closed },
        StreamListener::Memory(receiver),
    )
}

impl StreamListener {
    /// Waits for one connection.
    ///
    /// # Errors
    ///
    /// If the operating system fails to accept, after which the next call may succeed. A memory listener fails with
    /// [`NotConnected`](io::ErrorKind::NotConnected) once all of its connectors are dropped.
    pub async fn accept(&mut self) -> io::Result<BoxedStream> {
        match self {
            Self::Local(listener) => listener.accept().await,
            Self::Memory(receiver) => receiver
                .recv()
                .await
                .ok_or_else(|| io::ErrorKind::NotConnected.into()),
        }
    }
}

impl StreamConnector {
    /// Opens one connection.
    ///
    /// # Errors
    ///
    /// If no listener exists at the address, or the memory listener was dropped.
    pub async fn connect(&self) -> io::Result<BoxedStream> {
        match self {
            Self::Local(address) => local::connect(address).await,
            Self::Memory { sender, closed } => {
                let (client, server) = memory_pair();
                sender
                    .send(Box::new(server))
                    .await
                    .map_err(|_| io::ErrorKind::ConnectionRefused)?;
                Ok(Box::new(ClosableStream::new(client, closed.clone())))
            }
        }
    }
}
