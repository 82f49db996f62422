//! JSON-RPC 2.0 messages, one per line.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use thiserror::Error;

use crate::error::RpcError;
use crate::method::{Notification, Request};

/// A JSON-RPC message whose parameters or result are still JSON text.
#[derive(Debug, Clone)]
pub enum Message {
    /// A call that the receiver answers with a [`Response`](Self::Response).
    Request {
        /// The number that the sender chose, unique among its requests in flight.
        id: u64,
        /// The method's name, see [`Request::METHOD`].
        method: String,
        /// The parameters, `null` if the sender passed none.
        params: Box<RawValue>,
    },
    /// A call that the receiver does not answer.
    Notification {
        /// The method's name, see [`Notification::METHOD`].
        method: String,
        /// The parameters, `null` if the sender passed none.
        params: Box<RawValue>,
    },
    /// The answer to a request.
    Response {
        /// The id of the request.
        id: u64,
        /// The result or the error of the request.
        outcome: Result<Box<RawValue>, RpcError>,
    },
}

/// The error of [`Message::parse`].
#[derive(Debug, Error)]
pub enum ParseMessageError {
    /// The line is not a JSON object with the fields of the envelope.
    #[error("not a JSON-RPC message")]
    Json(#[source] serde_json::Error),
    /// The `jsonrpc` field is absent or not "2.0".
    #[error("`jsonrpc` must be \"2.0\"")]
    JsonRpcVersion,
    /// The fields match neither a request, nor a notification, nor a response.
    #[error("neither a request, a notification nor a response")]
    Shape,
}

/// The error for a value that has no JSON form, such as a map whose keys are not strings.
#[derive(Debug, Error)]
#[error("cannot write the value as JSON")]
pub struct EncodeError(#[from] serde_json::Error);

impl Message {
    /// Creates a request from typed parameters.
    ///
    /// # Errors
    ///
    /// If the parameters have no JSON form.
    pub fn request<R: Request>(id: u64, params: &R) -> Result<Self, EncodeError> {
        Ok(Self::Request {
            id,
            method: R::METHOD.to_owned(),
            params: Self::encode(params)?,
        })
    }

    /// Encodes parameters or a result as JSON text.
    ///
    /// # Errors
    ///
    /// If the value has no JSON form.
    pub fn encode<T: Serialize>(value: &T) -> Result<Box<RawValue>, EncodeError> {
        Ok(to_raw_value(value)?)
    }

    /// Creates a notification from typed parameters.
    ///
    /// # Errors
    ///
    /// If the parameters have no JSON form.
    pub fn notification<N: Notification>(params: &N) -> Result<Self, EncodeError> {
        Ok(Self::Notification {
            method: N::METHOD.to_owned(),
            params: Self::encode(params)?,
        })
    }

    /// Parses one line without its line end; unknown fields are ignored.
    ///
    /// # Errors
    ///
    /// If the line is not a message. The sender does not speak the protocol then, so the receiver closes the
    /// connection.
    ///
    /// ```
    /// use stratos_protocol::Message;
    ///
    /// let line = r#"{"jsonrpc":"2.0","id":7,"method":"stop","params":{},"new_field":1}"#;
    /// assert!(matches!(Message::parse(line), Ok(Message::Request { id: 7, .. })));
    /// ```
    pub fn parse(line: &str) -> Result<Self, ParseMessageError> {
        let wire: Envelope = serde_json::from_str(line).map_err(ParseMessageError::Json)?;
        if wire.jsonrpc != "2.0" {
            return Err(ParseMessageError::JsonRpcVersion);
        }
        let params = wire.params.unwrap_or_else(|| RawValue::NULL.to_owned());
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

    /// Encodes the message as one line without its line end.
    #[must_use]
    pub fn to_line(&self) -> String {
        let mut wire = EnvelopeRef {
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

#[derive(Serialize)]
struct EnvelopeRef<'a> {
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
struct Envelope {
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

/// Decodes a field that is present, even as `null`, to `Some`; serde would decode `"result": null` to `None`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn an_error_response_is_written_as_its_golden_line() {
        let response = Message::Response {
            id: 1,
            outcome: Err(RpcError::new(ErrorCode::Refused, "the nonce is wrong")),
        };
        assert_eq!(
            response.to_line(),
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"the nonce is wrong"}}"#
        );
    }

    #[test]
    fn a_null_result_is_not_a_missing_result() {
        let message = Message::parse(r#"{"jsonrpc":"2.0","id":1,"result":null}"#).unwrap();
        let Message::Response { outcome, .. } = message else {
            panic!("{message:?}")
        };
        assert_eq!(outcome.unwrap().get(), "null");
    }

    #[test]
    fn parse_rejects_other_versions_and_shapes() {
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
