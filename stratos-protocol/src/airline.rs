//! The airline service: the airline that the pilot is bound to, and requests to its API.
//!
//! The shell makes the requests, so that the plugin needs no token.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::method::methods;

/// `airline/get`, from the plugin (V3: `airline`): the bound airline, `null` if there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetAirline {}

/// An airline (V3: `name` and `base_url`; `id` is assumed).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Airline {
    /// Id at the platform, if the shell tells it.
    #[serde(default)]
    pub id: Option<String>,
    /// Name for people.
    pub name: String,
    /// Base URL of the airline's API, such as `https://api.example.org`.
    pub base_url: String,
}

/// `airline/call`, from the plugin (V3: `createClient()`): sends a request to the airline's API with the pilot's token.
///
/// On a status of 401, the shell refreshes the login once and repeats the request once. Every status is a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// Path and query below the base URL, which must pass [`check_path`].
    pub path: String,
    /// The body, sent as JSON; `None` for a request without a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

/// Method of a [`Call`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The method as HTTP writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// The result of [`Call`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// The body: its value if it is JSON, a text if it is anything else, `null` if it is empty. At most
    /// [`AIRLINE_BODY_BYTES`](crate::limits::AIRLINE_BODY_BYTES) long.
    pub body: Value,
}

methods! {
    request GetAirline = "airline/get" -> Option<Airline>;
    request Call = "airline/call" -> Answer;
}

/// The error of [`check_path`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` is no path of the airline's API: {reason}", path.escape_debug())]
pub struct PathError {
    /// The refused path.
    pub path: String,
    /// The rule that it breaks, with what to do.
    pub reason: &'static str,
}

/// Checks that a path stays below the airline's base URL, so that the pilot's token reaches no other server.
///
/// # Errors
///
/// If the path does not begin with one `/`, has a segment `..`, or characters that no URL has.
///
/// ```
/// use stratos_protocol::airline::check_path;
///
/// assert!(check_path("/api/bids?page=2").is_ok());
/// assert!(check_path("https://elsewhere.example/").is_err());
/// assert!(check_path("//elsewhere.example/").is_err());
/// ```
pub fn check_path(path: &str) -> Result<(), PathError> {
    let is_parent = |segment: &str| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        segment == ".."
    };
    let location = path.split(['?', '#']).next().unwrap_or_default();
    let reason = if !path.starts_with('/') {
        "it must begin with `/`, the shell adds the base URL"
    } else if path.starts_with("//") || path.contains('\\') {
        "it would lead to another server"
    } else if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        "spaces and characters beyond ASCII must be percent-encoded"
    } else if path.contains('#') {
        "servers receive no fragment"
    } else if location.split('/').any(is_parent) {
        "it must not contain `..`"
    } else {
        return Ok(());
    };
    Err(PathError {
        path: path.to_owned(),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        vec![
            golden::request(
                &GetAirline {},
                r#"{"jsonrpc":"2.0","id":1,"method":"airline/get","params":{}}"#,
            ),
            golden::response::<GetAirline>(
                &Some(Airline {
                    id: None,
                    name: "Sky Virtual".to_owned(),
                    base_url: "https://sky.example".to_owned(),
                }),
                r#"{"jsonrpc":"2.0","id":1,"result":{"id":null,"name":"Sky Virtual","base_url":"https://sky.example"}}"#,
            ),
            golden::request(
                &Call {
                    method: Method::Get,
                    path: "/api/bids?page=2".to_owned(),
                    body: None,
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"airline/call","params":{"method":"GET","path":"/api/bids?page=2"}}"#,
            ),
            golden::request(
                &Call {
                    method: Method::Patch,
                    path: "/api/pilot".to_owned(),
                    body: Some(json!({ "home": "EDDF" })),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"airline/call","params":{"method":"PATCH","path":"/api/pilot","body":{"home":"EDDF"}}}"#,
            ),
            golden::response::<Call>(
                &Answer {
                    status: 404,
                    body: json!({ "message": "no such pilot" }),
                },
                r#"{"jsonrpc":"2.0","id":1,"result":{"status":404,"body":{"message":"no such pilot"}}}"#,
            ),
        ]
    }

    #[test]
    fn paths_stay_below_the_base_url() {
        for path in [
            "/",
            "/api/bids",
            "/api/bids?x=../y",
            "/a%20b",
            "/a..b",
            "/.../x",
        ] {
            assert_eq!(check_path(path), Ok(()), "{path}");
        }
        for path in [
            "",
            "api",
            "http://x/",
            "//x/",
            "/\\x",
            "/a b",
            "/ü",
            "/a\nb",
            "/..",
            "/a/../b",
            "/%2e%2E/x",
            "/.%2e",
            "/a#b",
        ] {
            assert!(check_path(path).is_err(), "{path}");
        }
    }
}
