//! Single messages over a byte stream.

use std::io;

use futures_util::StreamExt as _;
use stratos_protocol::Message;
use stratos_protocol::message::ParseMessageError;
use thiserror::Error;
use tokio::io::{AsyncWriteExt as _, BufWriter, ReadHalf, WriteHalf};
use tokio_util::codec::FramedRead;

use crate::lines::Lines;
use crate::stream::BoxedStream;

pub(crate) type LineReader = FramedRead<ReadHalf<BoxedStream>, Lines>;
pub(crate) type LineWriter = BufWriter<WriteHalf<BoxedStream>>;

/// Sends and receives messages one at a time.
#[derive(Debug)]
pub struct Connection {
    pub(crate) reader: LineReader,
    pub(crate) writer: LineWriter,
    pub(crate) frame_bytes: usize,
}

/// The connection broke, or the other side does not speak the protocol.
#[derive(Debug, Error)]
pub enum ConnectionError {
    /// Reading or writing the byte stream.
    #[error("the connection broke")]
    Io(#[source] io::Error),
    /// A line exceeds the limit.
    #[error("a line is longer than {limit} bytes")]
    LineTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// A line is not text.
    #[error("a line is not text in UTF-8")]
    NotText,
    /// The stream ended before its last line did.
    #[error("the connection ended in the middle of a line, after {length} bytes of it")]
    CutOff {
        /// How much of the line came.
        length: usize,
    },
    /// A line is not a message.
    #[error("a line is not a message of the protocol: {excerpt}")]
    Parse {
        /// The beginning of the line, with control characters escaped.
        excerpt: String,
        /// What is wrong with it.
        #[source]
        source: ParseMessageError,
    },
    /// A second request came with the id of one that is still worked on.
    #[error("two requests in flight have the id {id}")]
    DuplicateId {
        /// The id.
        id: u64,
    },
}

impl ConnectionError {
    /// Whether the other side said what it must not say; otherwise it is gone, for whatever reason.
    #[must_use]
    pub fn is_offence(&self) -> bool {
        !matches!(self, Self::Io(_) | Self::CutOff { .. })
    }
}

impl Connection {
    /// Lines of at most `frame_bytes` over this stream.
    #[must_use]
    pub fn new(stream: BoxedStream, frame_bytes: usize) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self {
            reader: FramedRead::new(reader, Lines::new(frame_bytes)),
            writer: BufWriter::new(writer),
            frame_bytes,
        }
    }

    /// What the other side accepts, which it says in the handshake.
    pub fn limit_frames(&mut self, frame_bytes: usize) {
        self.frame_bytes = frame_bytes;
    }

    /// Sends one message and flushes it.
    ///
    /// # Errors
    ///
    /// When the other side is gone.
    pub async fn send(&mut self, message: &Message) -> Result<(), ConnectionError> {
        write_line(&mut self.writer, &message.to_line())
            .await
            .map_err(ConnectionError::Io)?;
        self.writer.flush().await.map_err(ConnectionError::Io)
    }

    /// Waits for one message; `None` at the end of the stream.
    ///
    /// # Errors
    ///
    /// When the connection breaks or the line is not a message.
    pub async fn receive(&mut self) -> Result<Option<Message>, ConnectionError> {
        receive(&mut self.reader).await
    }
}

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

/// Writes without flushing.
pub(crate) async fn write_line(writer: &mut LineWriter, line: &str) -> io::Result<()> {
    writer.write_all(line.as_bytes()).await?;
    writer.write_all(b"\n").await
}
