//! The JSON-RPC 2.0 envelope: one message a line.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use thiserror::Error;

use crate::error::RpcError;
use crate::method::{Notification, Request};

/// One message, with its payload still as JSON text.
#[derive(Debug, Clone)]
pub enum Message {
    /// Wants an answer.
    Request {
        /// Chosen by the sender, unique among its requests in flight.
        id: u64,
        /// See [`Request::METHOD`].
        method: String,
        /// The parameters; `null` where the sender gave none.
        params: Box<RawValue>,
    },
    /// Wants no answer.
    Notification {
        /// See [`Notification::METHOD`].
        method: String,
        /// The parameters; `null` where the sender gave none.
        params: Box<RawValue>,
    },
    /// Answers a request.
    Response {
        /// The id of the request.
        id: u64,
        /// The result, or why there is none.
        outcome: Result<Box<RawValue>, RpcError>,
    },
}

/// A line that is no message of this protocol.
#[derive(Debug, Error)]
pub enum ParseMessageError {
    /// The line is not a JSON object with the fields of the envelope.
    #[error("not a JSON-RPC message")]
    Json(#[source] serde_json::Error),
    /// The `jsonrpc` field is absent or names another version.
    #[error("`jsonrpc` must be \"2.0\"")]
    JsonRpcVersion,
    /// The fields present make neither a request, nor a notification, nor a response.
    #[error("neither a request, a notification nor a response")]
    Shape,
}

/// A value that has no JSON form, such as a map with keys that are not strings.
#[derive(Debug, Error)]
#[error("cannot write the value as JSON")]
pub struct EncodeError(#[from] serde_json::Error);

impl Message {
    /// A request with typed parameters.
    ///
    /// # Errors
    ///
    /// When the parameters have no JSON form.
    pub fn request<R: Request>(id: u64, params: &R) -> Result<Self, EncodeError> {
        Ok(Self::Request {
            id,
            method: R::METHOD.to_owned(),
            params: Self::encode(params)?,
        })
    }

    /// Parameters as JSON.
    ///
    /// # Errors
    ///
    /// When they have no JSON form.
    pub fn encode<T: Serialize>(params: &T) -> Result<Box<RawValue>, EncodeError> {
        Ok(to_raw_value(params)?)
    }

    /// A notification with typed parameters.
    ///
    /// # Errors
    ///
    /// When the parameters have no JSON form.
    pub fn notification<N: Notification>(params: &N) -> Result<Self, EncodeError> {
        Ok(Self::Notification {
            method: N::METHOD.to_owned(),
            params: to_raw_value(params)?,
        })
    }

    /// Reads one line, without its line end.
    ///
    /// Fields that this version does not know are ignored.
    ///
    /// # Errors
    ///
    /// When the line is not a message; the connection is of no use after that.
    ///
    /// ```
    /// use stratos_protocol::Message;
    ///
    /// let line = r#"{"jsonrpc":"2.0","id":7,"method":"stop","params":{},"new_field":1}"#;
    /// assert!(matches!(Message::parse(line), Ok(Message::Request { id: 7, .. })));
    /// ```
    pub fn parse(line: &str) -> Result<Self, ParseMessageError> {
        let wire: Incoming = serde_json::from_str(line).map_err(ParseMessageError::Json)?;
        if wire.jsonrpc != "2.0" {
            return Err(ParseMessageError::JsonRpcVersion);
        }
        let params = wire.params.unwrap_or_else(null);
        match (wire.id, wire.method, wire.result, wire.error) {
            (Some(id), Some(method), None, None) => Ok(Self::Request { id, method, params }),
            (None, Some(method), None, None) => Ok(Self::Notification { method, params }),
            (Some(id), None, Some(result), None) => Ok(Self::Response {
                id,
                outcome: Ok(result),
            }),
            (Some(id), None, None, Some(error)) => Ok(Self::Response {
                id,
                outcome: Err(error),
            }),
            _ => Err(ParseMessageError::Shape),
        }
    }

    /// The line for this message, without a line end.
    #[must_use]
    pub fn to_line(&self) -> String {
        let mut wire = Outgoing {
            jsonrpc: "2.0",
            id: None,
            method: None,
            params: None,
            result: None,
            error: None,
        };
        match self {
            Self::Request { id, method, params } => {
                wire.id = Some(*id);
                wire.method = Some(method);
                wire.params = Some(params);
            }
            Self::Notification { method, params } => {
                wire.method = Some(method);
                wire.params = Some(params);
            }
            Self::Response { id, outcome } => {
                wire.id = Some(*id);
                match outcome {
                    Ok(result) => wire.result = Some(result),
                    Err(error) => wire.error = Some(error),
                }
            }
        }
        serde_json::to_string(&wire).expect("strings, numbers and raw JSON always serialise")
    }
}

/// The JSON text `null`.
#[must_use]
pub fn null() -> Box<RawValue> {
    RawValue::NULL.to_owned()
}

#[derive(Serialize)]
struct Outgoing<'a> {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a RpcError>,
}

#[derive(Deserialize)]
struct Incoming {
    #[serde(default)]
    jsonrpc: String,
    id: Option<u64>,
    method: Option<String>,
    #[serde(default, deserialize_with = "present")]
    params: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "present")]
    result: Option<Box<RawValue>>,
    error: Option<RpcError>,
}

/// Keeps `"result": null` apart from no result at all, which a plain `Option` would not.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_null_result_is_a_result() {
        let message = Message::parse(r#"{"jsonrpc":"2.0","id":1,"result":null}"#).unwrap();
        let Message::Response { outcome, .. } = message else {
            panic!("{message:?}")
        };
        assert_eq!(outcome.unwrap().get(), "null");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for line in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"jsonrpc":"1.0","id":1,"method":"x"}"#,
            r#"{"id":1,"method":"x"}"#,
            r#"{"jsonrpc":"2.0"}"#,
            r#"{"jsonrpc":"2.0","id":1}"#,
            r#"{"jsonrpc":"2.0","id":-1,"method":"x"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"x","result":1}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}"#,
        ] {
            assert!(Message::parse(line).is_err(), "{line}");
        }
    }
}
