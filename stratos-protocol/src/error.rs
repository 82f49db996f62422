//! Why a request was not answered with a result.

use std::error::Error;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The error of a response: a code for programs and a text for people.
///
/// The sender's whole chain of causes is flattened into the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Error)]
#[error("{message}")]
pub struct RpcError {
    /// What kind of failure.
    pub code: ErrorCode,
    /// One line for a person.
    pub message: String,
}

impl RpcError {
    /// An error with this code and text.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// The kinds of failure, with the numbers they have on the wire.
///
/// The numbers from -32700 to -32600 are JSON-RPC's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "i32", into = "i32")]
pub enum ErrorCode {
    /// The message is legal JSON-RPC but not allowed at this moment.
    InvalidRequest,
    /// The receiver does not know the method.
    MethodNotFound,
    /// The parameters do not have the method's shape, or break one of its rules.
    InvalidParams,
    /// The receiver failed for a reason of its own.
    Internal,
    /// The author's code returned an error.
    HandlerFailed,
    /// The author's code panicked.
    HandlerPanicked,
    /// No handler is registered for the channel.
    NoHandler,
    /// The request was cancelled by its sender.
    Cancelled,
    /// Too many requests are in flight.
    Busy,
    /// The handshake failed: wrong nonce, another version, another plugin.
    Refused,
    /// The config store could not read or write.
    StoreFailed,
    /// The sender is a generation that has been replaced.
    Retired,
    /// The route prefix is reserved or belongs to somebody else.
    PrefixTaken,
    /// The value exceeds one of the [limits](crate::limits).
    TooLarge,
    /// A code of a newer version.
    Unknown(i32),
}

const NUMBERS: [(ErrorCode, i32); 14] = [
    (ErrorCode::InvalidRequest, -32600),
    (ErrorCode::MethodNotFound, -32601),
    (ErrorCode::InvalidParams, -32602),
    (ErrorCode::Internal, -32603),
    (ErrorCode::HandlerFailed, -32000),
    (ErrorCode::HandlerPanicked, -32001),
    (ErrorCode::NoHandler, -32002),
    (ErrorCode::Cancelled, -32003),
    (ErrorCode::Busy, -32004),
    (ErrorCode::Refused, -32005),
    (ErrorCode::StoreFailed, -32006),
    (ErrorCode::Retired, -32007),
    (ErrorCode::PrefixTaken, -32008),
    (ErrorCode::TooLarge, -32009),
];

impl From<i32> for ErrorCode {
    fn from(number: i32) -> Self {
        NUMBERS
            .iter()
            .find(|(_, known)| *known == number)
            .map_or(Self::Unknown(number), |(code, _)| *code)
    }
}

impl From<ErrorCode> for i32 {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::Unknown(number) => number,
            known => NUMBERS
                .iter()
                .find(|(code, _)| *code == known)
                .map_or(-32603, |(_, number)| *number),
        }
    }
}

/// An error and its causes in one line, as they cross the connection.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some libraries repeat the cause in their own text.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_code_survives_the_wire() {
        assert_eq!(ErrorCode::from(-1), ErrorCode::Unknown(-1));
        assert_eq!(i32::from(ErrorCode::Unknown(-1)), -1);
    }

    #[test]
    fn a_chain_says_each_cause_once() {
        #[derive(Debug, Error)]
        #[error("{text}")]
        struct Link {
            text: &'static str,
            source: Option<Box<Self>>,
        }
        let link = |text, source: Option<Link>| Link {
            text,
            source: source.map(Box::new),
        };
        let disk = link("the disk is full", None);
        let repeats = link("cannot write: the disk is full", Some(disk));
        let error = link("not stored", Some(repeats));
        assert_eq!(chain(&error), "not stored: cannot write: the disk is full");
    }
}
