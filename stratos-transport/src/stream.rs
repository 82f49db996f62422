//! Byte streams that connections run over.

use std::fmt;

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};

/// The buffer of a memory pair in bytes, per direction: as large as a socket's.
const MEMORY_BUFFER_BYTES: usize = 64 * 1024;

/// A byte stream of any kind.
pub type BoxedStream = Box<dyn ByteStream>;

/// A bidirectional byte stream; implemented for every type that fits.
pub trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> ByteStream for T {}

impl fmt::Debug for dyn ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByteStream")
    }
}

/// Creates two connected streams in memory, with a buffer of 64 KiB per direction.
#[must_use]
pub fn memory_pair() -> (DuplexStream, DuplexStream) {
    tokio::io::duplex(MEMORY_BUFFER_BYTES)
}
