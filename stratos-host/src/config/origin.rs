//! Origins of web pages: scheme, host and port.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use axum::http::Uri;
use serde::Deserialize;
use thiserror::Error;

/// The origin of a web page, such as `http://localhost:5173`.
///
/// Stored as browsers write it in the `Origin` header: two origins are equal if and only if their texts are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Origin(String);

/// A text is not an origin as browsers write it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` is not an origin: {reason}", origin.escape_debug())]
pub struct OriginError {
    origin: String,
    reason: String,
}

impl Origin {
    /// The origin as browsers write it in the `Origin` header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Origin {
    type Error = OriginError;

    fn try_from(text: String) -> Result<Self, OriginError> {
        text.parse()
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    /// Parses an origin as browsers write it. A default port is accepted, and removed.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let rejected = |reason: String| OriginError {
            origin: text.to_owned(),
            reason,
        };
        let (scheme, host, port) = parse(text).map_err(|reason| rejected(reason.to_owned()))?;
        let origin = format!("{scheme}://{host}");
        let with_port = port.map_or(origin.clone(), |port| format!("{origin}:{port}"));
        let canonical = match (scheme, port) {
            ("http", Some(80)) | ("https", Some(443)) => origin,
            _ => with_port.clone(),
        };
        match with_port == text {
            true => Ok(Self(canonical)),
            false => Err(rejected(format!("browsers write it as `{canonical}`"))),
        }
    }
}

/// Scheme, host and port of a text that may have other parts of a URL too, in the spelling of browsers.
fn parse(text: &str) -> Result<(&'static str, String, Option<u16>), &'static str> {
    if text.eq_ignore_ascii_case("null") {
        return Err("any site can send `null`, from a sandboxed frame, so it is never allowed");
    }
    if text.contains('*') {
        return Err(
            "wildcards are not supported; list each origin, such as `http://localhost:5173`",
        );
    }
    if !text.is_ascii() {
        return Err(
            "browsers send such a host in its ASCII form, which begins with `xn--`: write that",
        );
    }
    let uri = text.trim().parse::<Uri>().unwrap_or_default();
    let scheme = match uri.scheme_str() {
        // `localhost:5173`, which the caller corrects.
        None | Some("http") => "http",
        Some("https") => "https",
        Some(_) => return Err(NOT_A_URL),
    };
    let authority = uri.authority().ok_or(NOT_A_URL)?;
    let port = authority.port_u16();
    let is_port_valid = match port {
        Some(port) => port != 0,
        None => authority.as_str().ends_with(authority.host()),
    };
    if !is_port_valid {
        return Err("its port is not a number from 1 to 65535");
    }
    Ok((scheme, canonical_host(authority.host())?, port))
}

const NOT_A_URL: &str = "write `http://` or `https://`, host and port";

fn canonical_host(host: &str) -> Result<String, &'static str> {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').map(str::parse::<Ipv6Addr>);
        let address = address.and_then(Result::ok);
        let address = address.ok_or("its host is not an IPv6 address")?;
        return Ok(format!("[{address}]"));
    }
    let host = host.to_ascii_lowercase();
    let is_valid = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if host.is_empty() || !host.chars().all(is_valid) {
        return Err("its host is not a host name: write one such as `http://localhost:5173`");
    }
    // Browsers parse a host whose last label is a number as an IPv4 address.
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = match last.strip_prefix("0x") {
        Some(digits) => digits.chars().all(|c| c.is_ascii_hexdigit()),
        None => last.chars().all(|c| c.is_ascii_digit()),
    };
    if is_number && host.parse::<Ipv4Addr>().is_err() {
        return Err("its host is not an IPv4 address of four numbers");
    }
    Ok(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_accepted_as_browsers_write_them() {
        for (text, origin) in [
            ("http://localhost:5173", "http://localhost:5173"),
            ("https://a.test", "https://a.test"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://[::1]:5173", "http://[::1]:5173"),
            ("http://xn--nh-via.test", "http://xn--nh-via.test"),
            ("http://localhost:80", "http://localhost"),
            ("https://localhost:443", "https://localhost"),
            ("https://localhost:80", "https://localhost:80"),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().as_str(), origin, "{text}");
        }
    }

    #[test]
    fn other_texts_are_rejected_with_the_correction() {
        for (text, reason) in [
            ("localhost:5173", "write it as `http://localhost:5173`"),
            (
                "http://localhost:5173/",
                "write it as `http://localhost:5173`",
            ),
            (
                "HTTP://LocalHost:5173",
                "write it as `http://localhost:5173`",
            ),
            ("http://localhost:80/", "write it as `http://localhost`"),
            (
                "http://localhost:05173",
                "write it as `http://localhost:5173`",
            ),
            (
                "http://me:secret@localhost:5173/a?b#c",
                "write it as `http://localhost:5173`",
            ),
            (
                " http://localhost:5173",
                "write it as `http://localhost:5173`",
            ),
            ("http://[0:0::1]:5173", "write it as `http://[::1]:5173`"),
            ("http://localhost:", "from 1 to 65535"),
            ("http://localhost:0", "from 1 to 65535"),
            ("http://localhost:65536", "from 1 to 65535"),
            ("http://localhost:+1", "write it as `http://localhost:1`"),
            ("http://a b", "`http://` or `https://`"),
            ("http://", "`http://` or `https://`"),
            ("", "`http://` or `https://`"),
            ("http://n\u{e4}h.test", "`xn--`"),
            ("http://127.1:5173", "IPv4 address"),
            ("http://0x7f.0x1:5173", "IPv4 address"),
            ("http://127.0.0.01:5173", "IPv4 address"),
            ("http://[::g]:5173", "IPv6 address"),
            ("http://a,b", "not a host name"),
            ("ftp://localhost", "`http://` or `https://`"),
            ("file:///a", "`http://` or `https://`"),
            ("null", "never allowed"),
            ("NULL", "never allowed"),
            ("*", "wildcards are not supported"),
            ("http://*:5173", "wildcards are not supported"),
            ("http://localhost:*", "wildcards are not supported"),
        ] {
            let error = text.parse::<Origin>().unwrap_err().to_string();
            assert!(
                error.contains("is not an origin: ") && error.contains(reason),
                "{error}"
            );
        }
    }
}
