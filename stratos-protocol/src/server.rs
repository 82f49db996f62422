//! Routes on the shell's HTTP server.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::lifecycle::Done;
use crate::method::Request;

/// `server/register`, from the plugin (V1): requests below this prefix are for it.
///
/// Refused with [`PrefixTaken`](crate::ErrorCode::PrefixTaken) when it overlaps another plugin's.
/// The host passes requests on with their full path, to the plugin's HTTP socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// An absolute path, see [`check_prefix`].
    pub prefix: String,
}

impl Request for Register {
    const METHOD: &'static str = "server/register";
    type Answer = Done;
}

/// The first segment of the paths that the host keeps for itself.
pub const RESERVED_PREFIX: &str = "/__stratos";

/// A route prefix that cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PrefixError {
    /// It does not start with a slash.
    #[error("route prefix `{prefix}` must start with a slash: write `/{prefix}`")]
    Relative {
        /// As given.
        prefix: String,
    },
    /// It ends with a slash.
    #[error("route prefix `{prefix}` must not end with a slash: write `{}`", prefix.trim_end_matches('/'))]
    TrailingSlash {
        /// As given.
        prefix: String,
    },
    /// It is longer than 256 bytes.
    #[error("the route prefix is {length} bytes long, at most 256 are allowed")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// It is the root or lies in the host's own part.
    #[error(
        "route prefix `{prefix}` is reserved by the shell: the convention is `/api/<plugin id>`"
    )]
    Reserved {
        /// As given.
        prefix: String,
    },
    /// A segment is empty, `.`, `..`, or has characters that do not belong into a prefix.
    #[error(
        "route prefix `{}` has the segment `{}`: use letters, digits, `-`, `_`, `.` and `~` only; parameters and wildcards belong into the router",
        prefix.escape_debug(), segment.escape_debug()
    )]
    Segment {
        /// As given.
        prefix: String,
        /// The segment that is wrong.
        segment: String,
    },
}

/// Refuses prefixes that cannot be served.
///
/// # Errors
///
/// The reason, with the way out.
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
    if prefix.len() > 256 {
        return Err(PrefixError::TooLong {
            length: prefix.len(),
        });
    }
    if prefix.is_empty() || prefix == "/" || covers(RESERVED_PREFIX, prefix) {
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

/// Whether a path lies at or below a prefix, by whole segments.
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

    #[test]
    fn prefixes() {
        for good in ["/a", "/api/my-plugin", "/loadsheet", "/api/v1.2/x_y~z"] {
            assert_eq!(check_prefix(good), Ok(()), "{good}");
        }
        check_prefix(&format!("/{}", "x".repeat(256))).unwrap_err();
        for bad in [
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
            "/ä",
        ] {
            assert!(check_prefix(bad).is_err(), "{bad}");
        }
    }
}
