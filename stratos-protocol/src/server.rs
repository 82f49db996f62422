//! The server service: route prefixes on the shell's HTTP server.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::method::{Empty, methods};

/// The path prefix that the host keeps for itself.
pub const RESERVED_PREFIX: &str = "/__stratos";

/// Routes of the shell itself that plugins call, in later shells (seen in plugins, or V3 for the last one).
///
/// No plugin can claim them or a prefix below them.
pub const SHELL_ROUTES: &[&str] = &[
    "/api/config",
    "/api/flight-events",
    "/api/plugins-config",
    "/api/simulator",
    "/api/auth/va",
];

/// The longest route prefix in bytes.
const PREFIX_BYTES: usize = 256;

/// `server/register`, from the plugin (V1): claims a route prefix, so the host forwards requests below it.
///
/// The host forwards requests with their full path to the plugin's HTTP socket.
/// Answered with the error [`PrefixTaken`](crate::ErrorCode::PrefixTaken) if the prefix overlaps another plugin's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// An absolute path, which must pass [`check_prefix`].
    pub prefix: String,
    /// The routes below the prefix, as far as the plugin knows them; for lists that people read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
}

/// A route of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The HTTP method, such as `GET`.
    pub method: String,
    /// The path with its prefix; parameters are written as `{name}`.
    pub path: String,
    /// Whether the handler reads nothing from the request, so that a request without a query or a body succeeds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_arguments: bool,
}

methods! {
    request Register = "server/register" -> Empty;
}

/// The error of [`check_prefix`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PrefixError {
    /// The prefix does not start with a slash.
    #[error("route prefix `{prefix}` must start with a slash: write `/{prefix}`")]
    Relative {
        /// The rejected prefix.
        prefix: String,
    },
    /// The prefix ends with a slash.
    #[error("route prefix `{prefix}` must not end with a slash: write `{}`", prefix.trim_end_matches('/'))]
    TrailingSlash {
        /// The rejected prefix.
        prefix: String,
    },
    /// The prefix is longer than 256 bytes.
    #[error("the route prefix is {length} bytes long, at most {PREFIX_BYTES} are allowed")]
    TooLong {
        /// The length of the rejected prefix in bytes.
        length: usize,
    },
    /// The prefix is empty, the root, or lies below [`RESERVED_PREFIX`] or one of [`SHELL_ROUTES`].
    #[error(
        "route prefix `{prefix}` is reserved by the shell: the convention is `/api/<plugin id>`"
    )]
    Reserved {
        /// The rejected prefix.
        prefix: String,
    },
    /// A segment is empty, `.` or `..`, or contains characters that a prefix must not have.
    #[error(
        "route prefix `{}` has the segment `{}`: use letters, digits, `-`, `_`, `.` and `~` only; parameters and wildcards belong into the router",
        prefix.escape_debug(), segment.escape_debug()
    )]
    Segment {
        /// The rejected prefix.
        prefix: String,
        /// The invalid segment.
        segment: String,
    },
}

/// Whether a path is the shell's own: below [`RESERVED_PREFIX`] or one of [`SHELL_ROUTES`].
#[must_use]
pub fn is_of_shell(path: &str) -> bool {
    covers(RESERVED_PREFIX, path) || SHELL_ROUTES.iter().any(|route| covers(route, path))
}

/// Validates a route prefix: an absolute path of plain segments that is not the shell's own.
///
/// # Errors
///
/// The rule that the prefix breaks, with a suggestion.
///
/// ```
/// use stratos_protocol::server::check_prefix;
///
/// assert!(check_prefix("/api/my-plugin").is_ok());
/// assert!(check_prefix("api/my-plugin").is_err());
/// assert!(check_prefix("/").is_err());
/// ```
pub fn check_prefix(prefix: &str) -> Result<(), PrefixError> {
    let owned = || prefix.to_owned();
    if prefix.len() > PREFIX_BYTES {
        return Err(PrefixError::TooLong {
            length: prefix.len(),
        });
    }
    if prefix.is_empty() || prefix == "/" || is_of_shell(prefix) {
        return Err(PrefixError::Reserved { prefix: owned() });
    }
    let Some(path) = prefix.strip_prefix('/') else {
        return Err(PrefixError::Relative { prefix: owned() });
    };
    if path.ends_with('/') {
        return Err(PrefixError::TrailingSlash { prefix: owned() });
    }
    for segment in path.split('/') {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        if matches!(segment, "" | "." | "..") || !segment.chars().all(plain) {
            return Err(PrefixError::Segment {
                prefix: owned(),
                segment: segment.to_owned(),
            });
        }
    }
    Ok(())
}

/// Tells whether a path equals a prefix or lies below it, compared by whole segments.
///
/// ```
/// use stratos_protocol::server::covers;
///
/// assert!(covers("/api/my", "/api/my/fleet"));
/// assert!(!covers("/api/my", "/api/my-plugin"));
/// ```
#[must_use]
pub fn covers(prefix: &str, path: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        let prefix = || "/api/my-plugin".to_owned();
        let route = |method: &str, path: &str, without_arguments| Route {
            method: method.to_owned(),
            path: path.to_owned(),
            without_arguments,
        };
        vec![
            golden::request(
                &Register {
                    prefix: prefix(),
                    routes: Vec::new(),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"server/register","params":{"prefix":"/api/my-plugin"}}"#,
            ),
            golden::request(
                &Register {
                    prefix: prefix(),
                    routes: vec![
                        route("GET", "/api/my-plugin/fleet", true),
                        route("PUT", "/api/my-plugin/fleet/{id}", false),
                    ],
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"server/register","params":{"prefix":"/api/my-plugin","routes":[{"method":"GET","path":"/api/my-plugin/fleet","without_arguments":true},{"method":"PUT","path":"/api/my-plugin/fleet/{id}"}]}}"#,
            ),
        ]
    }

    #[test]
    fn check_prefix_accepts_plain_absolute_paths_only() {
        for valid in [
            "/a",
            "/api",
            "/api/configurator",
            "/api/auth",
            "/api/my-plugin",
            "/loadsheet",
            "/api/v1.2/x_y~z",
        ] {
            assert_eq!(check_prefix(valid), Ok(()), "{valid}");
        }
        check_prefix(&format!("/{}", "x".repeat(256))).unwrap_err();
        for invalid in [
            "",
            "/",
            "//",
            "a",
            "/a/",
            "/a//b",
            "/a/../b",
            "/./a",
            "/{id}",
            "/a/*rest",
            "/:id",
            "/a b",
            "/a%2f",
            "/a\\b",
            "/__stratos",
            "/__stratos/api",
            "/api/config",
            "/api/config/x",
            "/api/auth/va/refresh",
            "/ä",
        ] {
            assert!(check_prefix(invalid).is_err(), "{invalid}");
        }
    }
}
