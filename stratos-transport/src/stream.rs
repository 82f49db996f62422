//! Byte streams that connections run over.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

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

/// A stream in memory that ends when a token is cancelled, like a socket whose other side is a process that ends: data
/// that was written before can still be read.
#[derive(Debug)]
pub(crate) struct ClosableStream {
    stream: DuplexStream,
    closed: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl ClosableStream {
    pub(crate) fn new(stream: DuplexStream, closed: CancellationToken) -> Self {
        Self {
            stream,
            closed: Box::pin(closed.cancelled_owned()),
        }
    }

    fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll_stream: impl FnOnce(Pin<&mut DuplexStream>, &mut Context<'_>) -> Poll<T>,
        at_end: impl FnOnce() -> T,
    ) -> Poll<T> {
        // Before the stream, because data that is written between the two polls must not be lost.
        let closed = self.closed.as_mut().poll(cx);
        match poll_stream(Pin::new(&mut self.stream), cx) {
            Poll::Pending => closed.map(|()| at_end()),
            ready => ready,
        }
    }
}

impl AsyncRead for ClosableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll(cx, |stream, cx| stream.poll_read(cx, buffer), || Ok(()))
    }
}

impl AsyncWrite for ClosableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let at_end = || Err(io::ErrorKind::BrokenPipe.into());
        self.poll(cx, |stream, cx| stream.poll_write(cx, buffer), at_end)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_closed_stream_can_be_read_to_its_end_and_not_be_written() {
        let (ours, mut theirs) = memory_pair();
        let closed = CancellationToken::new();
        let mut ours = ClosableStream::new(ours, closed.clone());
        theirs.write_all(b"the last data").await.unwrap();
        closed.cancel();
        let mut data = String::new();
        ours.read_to_string(&mut data).await.unwrap();
        assert_eq!(data, "the last data");
        let too_much = vec![0; MEMORY_BUFFER_BYTES + 1];
        let error = ours.write_all(&too_much).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[tokio::test]
    async fn a_pending_read_ends_when_the_stream_is_closed() {
        let (ours, _theirs) = memory_pair();
        let closed = CancellationToken::new();
        let mut ours = ClosableStream::new(ours, closed.clone());
        let (read, ()) = tokio::join!(ours.read_u8(), async { closed.cancel() });
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
