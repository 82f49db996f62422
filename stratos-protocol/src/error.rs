//! Errors of requests.

use std::error::Error;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The error of a response: a code for programs and a text for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Error)]
#[error("{message}")]
pub struct RpcError {
    /// The kind of failure.
    pub code: ErrorCode,
    /// One line that includes the sender's whole chain of causes.
    pub message: String,
}

impl RpcError {
    /// Creates an error from a code and a text.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Defines [`ErrorCode`] and its conversions from a list of variants and their numbers on the wire.
macro_rules! error_codes {
    ($($(#[$doc:meta])+ $code:ident = $number:literal,)+) => {
        /// The kinds of failure, with their numbers on the wire.
        ///
        /// JSON-RPC defines the numbers from -32700 to -32600.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "i32", into = "i32")]
        pub enum ErrorCode {
            $($(#[$doc])+ $code,)+
            /// A code of a newer protocol version.
            Unknown(i32),
        }

        impl From<i32> for ErrorCode {
            fn from(number: i32) -> Self {
                match number {
                    $($number => Self::$code,)+
                    unknown => Self::Unknown(unknown),
                }
            }
        }

        impl From<ErrorCode> for i32 {
            fn from(code: ErrorCode) -> Self {
                match code {
                    $(ErrorCode::$code => $number,)+
                    ErrorCode::Unknown(number) => number,
                }
            }
        }

        #[cfg(test)]
        const KNOWN: &[ErrorCode] = &[$(ErrorCode::$code),+];
    };
}

error_codes! {
    /// The message is legal JSON-RPC, but not allowed in the present state.
    InvalidRequest = -32600,
    /// The receiver does not implement the method.
    MethodNotFound = -32601,
    /// The parameters do not have the method's shape, or break one of its rules.
    InvalidParams = -32602,
    /// The receiver failed for an internal reason.
    Internal = -32603,
    /// The plugin author's code returned an error.
    HandlerFailed = -32000,
    /// The plugin author's code panicked.
    HandlerPanicked = -32001,
    /// The plugin has no handler for the channel.
    NoHandler = -32002,
    /// The sender cancelled the request.
    Cancelled = -32003,
    /// Too many requests are in flight.
    Busy = -32004,
    /// The handshake failed: wrong nonce, incompatible version, or another plugin.
    Refused = -32005,
    /// The config store could not read or write.
    StoreFailed = -32006,
    /// The sender is a generation of the plugin that has been replaced.
    Retired = -32007,
    /// The route prefix is reserved or belongs to another plugin.
    PrefixTaken = -32008,
    /// The value exceeds one of the [limits](crate::limits).
    TooLarge = -32009,
    /// The shell does not have what the request needs, such as a service of later shells, or an airline.
    NotSupported = -32010,
    /// A server that the shell asked for the plugin did not answer, or not as expected.
    UpstreamFailed = -32011,
}

/// Formats an error and its causes in one line, as an [`RpcError`] carries them.
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
    fn error_codes_are_written_as_their_golden_numbers() {
        let written: Vec<_> = KNOWN
            .iter()
            .map(|code| {
                let number = serde_json::to_string(code).unwrap();
                assert_eq!(serde_json::from_str::<ErrorCode>(&number).unwrap(), *code);
                format!("{number} {code:?}")
            })
            .collect();
        let pinned = [
            "-32600 InvalidRequest",
            "-32601 MethodNotFound",
            "-32602 InvalidParams",
            "-32603 Internal",
            "-32000 HandlerFailed",
            "-32001 HandlerPanicked",
            "-32002 NoHandler",
            "-32003 Cancelled",
            "-32004 Busy",
            "-32005 Refused",
            "-32006 StoreFailed",
            "-32007 Retired",
            "-32008 PrefixTaken",
            "-32009 TooLarge",
            "-32010 NotSupported",
            "-32011 UpstreamFailed",
        ];
        assert_eq!(written, pinned);
    }

    #[test]
    fn an_unknown_code_keeps_its_number() {
        assert_eq!(ErrorCode::from(-1), ErrorCode::Unknown(-1));
        assert_eq!(i32::from(ErrorCode::Unknown(-1)), -1);
    }

    #[test]
    fn chain_does_not_repeat_a_cause() {
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
