//! Errors of connections and calls.

use std::io;
use std::time::Duration;

use stratos_protocol::RpcError;
use stratos_protocol::message::{EncodeError, ParseMessageError};
use thiserror::Error;

/// The reason why a connection ended out of order.
#[derive(Debug, Error)]
pub enum ConnectionError {
    /// Reading from or writing to the byte stream failed.
    #[error("the connection broke")]
    Io(#[source] io::Error),
    /// A line exceeds the maximum length.
    #[error("a line is longer than {limit} bytes")]
    LineTooLong {
        /// The maximum length in bytes.
        limit: usize,
    },
    /// A line is not valid UTF-8.
    #[error("a line is not text in UTF-8")]
    InvalidUtf8,
    /// The stream ended within a line.
    #[error("the connection ended in the middle of a line, after {length} bytes of it")]
    UnexpectedEof {
        /// Number of bytes of the line that were received.
        length: usize,
    },
    /// A line is not a JSON-RPC message.
    #[error("a line is not a message of the protocol: {excerpt}")]
    Parse {
        /// The first 60 characters of the line, with control characters escaped.
        excerpt: String,
        /// The error of the parser.
        #[source]
        source: ParseMessageError,
    },
    /// A request has the id of another request in flight.
    #[error("two requests in flight have the id {id}")]
    DuplicateId {
        /// The id of both requests.
        id: u64,
    },
}

impl ConnectionError {
    /// Returns true if the other side sent bytes that the protocol forbids, false if the stream failed or ended.
    #[must_use]
    pub(crate) fn is_protocol_violation(&self) -> bool {
        !matches!(self, Self::Io(_) | Self::UnexpectedEof { .. })
    }
}

impl From<io::Error> for ConnectionError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The error of a call or notification.
#[derive(Debug, Error)]
pub enum CallError {
    /// The parameters have no JSON form.
    #[error("cannot send the message")]
    Encode(#[source] EncodeError),
    /// The message exceeds the frame limit of the other side.
    #[error("the message is {length} bytes long, at most {limit} are allowed")]
    TooLarge {
        /// The length of the message in bytes.
        length: usize,
        /// The maximum length in bytes.
        limit: usize,
    },
    /// The connection ended before the answer arrived.
    #[error("the connection is closed")]
    Closed,
    /// The answer did not arrive within the given time.
    #[error("no answer within {} s", .0.as_secs_f32())]
    Timeout(Duration),
    /// The other side answered with an error.
    #[error("{0}")]
    Rpc(RpcError),
    /// The answer does not decode to the result type of the method.
    #[error("the answer has the wrong shape")]
    Decode(#[source] serde_json::Error),
}
