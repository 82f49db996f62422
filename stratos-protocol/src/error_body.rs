//! Bodies of HTTP responses that report an error.

use serde::{Deserialize, Serialize};

/// Body of an error response that a host or the SDK sends by itself, as `application/json`.
///
/// A page reads `error` to show it, and `code` to decide. Optional fields are absent where they do not apply.
///
/// ```
/// use stratos_protocol::error_body::{ErrorBody, ErrorBodyCode};
///
/// let body = ErrorBody::new(ErrorBodyCode::HandlerFailed, "the disk is full");
/// let json = serde_json::to_string(&body).unwrap();
/// assert_eq!(json, r#"{"error":"the disk is full","code":"handler-failed"}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// A sentence for people.
    pub error: String,
    /// The reason, for programs.
    #[serde(default)]
    pub code: ErrorBodyCode,
    /// The plugin that cannot respond, with [`ErrorBodyCode::PluginUnavailable`] and [`ErrorBodyCode::NoResponse`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<PluginStatus>,
    /// The route prefixes that the host knows, with [`ErrorBodyCode::UnknownPrefix`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefixes: Vec<String>,
}

/// Reason of an error response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ErrorBodyCode {
    /// No plugin has a route prefix that covers the path (404, host).
    UnknownPrefix,
    /// The plugin of the prefix does not run (503, host).
    PluginUnavailable,
    /// The plugin ended, or sent no valid response (502, host).
    NoResponse,
    /// The host refuses the request, such as one of a foreign web page, or one too many (4xx, 503, host).
    RequestRefused,
    /// An operation of the host failed, such as one of its control API (4xx or 5xx, host).
    OperationFailed,
    /// The plugin has no route with this path (404, SDK).
    UnknownRoute,
    /// The plugin has routes with this path for other methods only (405, SDK).
    MethodNotAllowed,
    /// An argument of the route's handler cannot be read from the request (4xx, SDK).
    InvalidRequest,
    /// The route's handler returned an error (500, SDK).
    HandlerFailed,
    /// The route's handler panicked (500, SDK).
    HandlerPanicked,
    /// A reason that this version does not know, or none.
    #[default]
    #[serde(other)]
    Unknown,
}

/// The plugin that an [`ErrorBody`] is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginStatus {
    /// The manifest's id.
    pub id: String,
    /// The name of the plugin's state, such as `stopped` or `errored`.
    pub state: String,
    /// The reason of the state, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl ErrorBody {
    /// A body without optional fields.
    pub fn new(code: ErrorBodyCode, error: impl Into<String>) -> Self {
        Self {
            error: error.into(),
            code,
            plugin: None,
            prefixes: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_written_as_its_golden_text_and_a_new_code_is_read() {
        let body = ErrorBody {
            plugin: Some(PluginStatus {
                id: "my-plugin".to_owned(),
                state: "errored".to_owned(),
                reason: Some("no disk".to_owned()),
            }),
            ..ErrorBody::new(ErrorBodyCode::PluginUnavailable, "it is errored")
        };
        assert_eq!(
            serde_json::to_string(&body).unwrap(),
            r#"{"error":"it is errored","code":"plugin-unavailable","plugin":{"id":"my-plugin","state":"errored","reason":"no disk"}}"#
        );
        for other in [r#"{"error":"?","code":"new"}"#, r#"{"error":"?"}"#] {
            let body: ErrorBody = serde_json::from_str(other).unwrap();
            assert_eq!(body.code, ErrorBodyCode::Unknown);
        }
    }
}
