//! The byte streams that everything runs over.

use std::fmt;

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};

/// A byte stream of whatever kind.
pub type BoxedStream = Box<dyn ByteStream>;

/// Bytes both ways.
pub trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> ByteStream for T {}

impl fmt::Debug for dyn ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByteStream")
    }
}

/// Two connected streams inside this process, with a buffer of 64 KiB each way, like a socket's.
#[must_use]
pub fn memory_pair() -> (DuplexStream, DuplexStream) {
    tokio::io::duplex(64 * 1024)
}
