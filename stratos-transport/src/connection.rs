//! Messages over a byte stream, one at a time.

use std::io;

use futures_util::StreamExt as _;
use stratos_protocol::Message;
use tokio::io::{AsyncWriteExt as _, BufWriter, ReadHalf, WriteHalf};
use tokio_util::codec::FramedRead;

use crate::codec::LineCodec;
use crate::error::ConnectionError;
use crate::stream::BoxedStream;

pub(crate) type LineReader = FramedRead<ReadHalf<BoxedStream>, LineCodec>;
pub(crate) type LineWriter = BufWriter<WriteHalf<BoxedStream>>;

/// A connection that sends and receives single messages, as the handshake needs it.
///
/// After the handshake, [`Peer::new`](crate::Peer::new) takes it over.
#[derive(Debug)]
pub struct Connection {
    pub(crate) reader: LineReader,
    pub(crate) writer: LineWriter,
    /// The longest line in bytes that the other side accepts.
    pub(crate) send_limit: usize,
}

impl Connection {
    /// Creates a connection over `stream` whose lines have at most `frame_bytes` bytes in either direction.
    #[must_use]
    pub fn new(stream: BoxedStream, frame_bytes: usize) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self {
            reader: FramedRead::new(reader, LineCodec::new(frame_bytes)),
            writer: BufWriter::new(writer),
            send_limit: frame_bytes,
        }
    }

    /// Sets the longest line to send, in bytes, to the limit that the other side announced in the handshake.
    pub fn set_send_limit(&mut self, frame_bytes: usize) {
        self.send_limit = frame_bytes;
    }

    /// Sends one message and flushes it.
    ///
    /// # Errors
    ///
    /// If the other side has closed the stream.
    pub async fn send(&mut self, message: &Message) -> Result<(), ConnectionError> {
        write_line(&mut self.writer, &message.to_line()).await?;
        Ok(self.writer.flush().await?)
    }

    /// Waits for one message; returns `None` at the end of the stream.
    ///
    /// # Errors
    ///
    /// If reading fails or the line is not a message.
    pub async fn receive(&mut self) -> Result<Option<Message>, ConnectionError> {
        receive(&mut self.reader).await
    }
}

/// Reads and parses one line; returns `None` at the end of the stream.
pub(crate) async fn receive(reader: &mut LineReader) -> Result<Option<Message>, ConnectionError> {
    let Some(line) = reader.next().await.transpose()? else {
        return Ok(None);
    };
    match Message::parse(&line) {
        Ok(message) => Ok(Some(message)),
        Err(source) => Err(ConnectionError::Parse {
            excerpt: line.chars().take(60).flat_map(char::escape_debug).collect(),
            source,
        }),
    }
}

/// Writes one line and its line end to the buffer, without flushing it.
pub(crate) async fn write_line(writer: &mut LineWriter, line: &str) -> io::Result<()> {
    writer.write_all(line.as_bytes()).await?;
    writer.write_all(b"\n").await
}
