//! Origins of web pages: scheme, host and port.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::Deserialize;
use thiserror::Error;

/// Where a web page comes from, such as `http://localhost:5173`.
///
/// Held as browsers spell it in the `Origin` header, which has one spelling for each origin: two are the same if and
/// only if their texts are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Origin(String);

/// A text that no browser would send as an origin.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` is not an origin: {why}", origin.escape_debug())]
pub struct OriginError {
    origin: String,
    why: String,
}

impl Origin {
    /// As browsers spell it.
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

    /// A default port may be written, and is left out as browsers do; everything else must be as browsers spell it.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let refused = |why: String| OriginError {
            origin: text.to_owned(),
            why,
        };
        if text.eq_ignore_ascii_case("null") {
            let why = "any site can send `null`, from a sandboxed frame, so it is never allowed";
            return Err(refused(why.to_owned()));
        }
        if text.contains('*') {
            let why = "there are no wildcards; name each one, such as `http://localhost:5173`";
            return Err(refused(why.to_owned()));
        }
        let written = Written::split(text);
        match written.scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => {}
            _ => {
                return Err(refused(
                    "write `http://` or `https://`, host and port".to_owned(),
                ));
            }
        }
        let host = written.host.to_ascii_lowercase();
        if !host.is_ascii() {
            let why =
                "browsers send such a host in its ASCII form, which begins with `xn--`: write that";
            return Err(refused(why.to_owned()));
        }
        let host = canonical_host(&host).map_err(refused)?;
        let port = match written.port.map(str::parse::<u16>) {
            None => None,
            Some(Ok(port)) if port != 0 => Some(port),
            Some(_) => {
                return Err(refused(
                    "its port is not a number from 1 to 65535".to_owned(),
                ));
            }
        };
        let spelled = written.with(&host, port);
        let canonical = match (written.scheme.to_ascii_lowercase().as_str(), port) {
            ("http", Some(80)) | ("https", Some(443)) => written.with(&host, None),
            _ => spelled.clone(),
        };
        if spelled == text {
            Ok(Self(canonical))
        } else {
            Err(refused(format!("browsers spell it `{canonical}`")))
        }
    }
}

/// An origin's parts as somebody wrote them. What does not belong into one is left out.
struct Written<'a> {
    scheme: &'a str,
    host: &'a str,
    port: Option<&'a str>,
}

impl<'a> Written<'a> {
    fn split(text: &'a str) -> Self {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
        let authority = &rest[..end];
        let (_user, authority) = authority.rsplit_once('@').unwrap_or(("", authority));
        // The colons of an IPv6 address are within its brackets.
        let after_host = authority.rfind(']').map_or(0, |bracket| bracket + 1);
        let (host, port) = match authority[after_host..].rfind(':') {
            Some(colon) => {
                let (host, port) = authority.split_at(after_host + colon);
                (host, Some(&port[1..]))
            }
            None => (authority, None),
        };
        Self { scheme, host, port }
    }

    fn with(&self, host: &str, port: Option<u16>) -> String {
        let scheme = self.scheme.to_ascii_lowercase();
        match port {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        }
    }
}

/// The one spelling of a host, which is in lower case here; the error says what is wrong.
fn canonical_host(host: &str) -> Result<String, String> {
    if let Some(inside) = host.strip_prefix('[') {
        let address = inside
            .strip_suffix(']')
            .and_then(|inside| inside.parse::<Ipv6Addr>().ok());
        let address = address.ok_or("its host is not an IPv6 address")?;
        return Ok(format!("[{address}]"));
    }
    let labels: Vec<&str> = host.split('.').collect();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if labels
        .iter()
        .any(|label| label.is_empty() || !label.chars().all(plain))
    {
        return Err("its host is not a name: write one such as `http://localhost:5173`".to_owned());
    }
    // Browsers read a host whose last label is a number as an IPv4 address.
    let last = labels.last().copied().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x");
    let numeric = last.chars().all(|c| c.is_ascii_digit())
        || hexadecimal.is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()));
    if numeric && host.parse::<Ipv4Addr>().is_err() {
        return Err("its host is not an IPv4 address of four numbers".to_owned());
    }
    Ok(host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_each() {
        for (text, spelled) in [
            ("http://localhost:5173", "http://localhost:5173"),
            ("https://a.test", "https://a.test"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://[::1]:5173", "http://[::1]:5173"),
            ("http://xn--nh-via.test", "http://xn--nh-via.test"),
            ("http://localhost:80", "http://localhost"),
            ("https://localhost:443", "https://localhost"),
            ("https://localhost:80", "https://localhost:80"),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().as_str(), spelled, "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused_with_the_way_out() {
        for (text, why) in [
            ("localhost:5173", "spell it `http://localhost:5173`"),
            ("http://localhost:5173/", "spell it `http://localhost:5173`"),
            ("HTTP://LocalHost:5173", "spell it `http://localhost:5173`"),
            ("http://localhost:80/", "spell it `http://localhost`"),
            ("http://localhost:05173", "spell it `http://localhost:5173`"),
            (
                "http://me:secret@localhost:5173/a?b#c",
                "spell it `http://localhost:5173`",
            ),
            (" http://localhost:5173", "spell it `http://localhost:5173`"),
            ("http://[0:0::1]:5173", "spell it `http://[::1]:5173`"),
            ("http://localhost:", "from 1 to 65535"),
            ("http://localhost:0", "from 1 to 65535"),
            ("http://localhost:65536", "from 1 to 65535"),
            ("http://localhost:+1", "spell it `http://localhost:1`"),
            ("http://localhost.:5173", "is not a name"),
            ("http://a b", "is not a name"),
            ("http://", "is not a name"),
            ("", "is not a name"),
            ("http://n\u{e4}h.test", "`xn--`"),
            ("http://127.1:5173", "IPv4 address"),
            ("http://0x7f.0x1:5173", "IPv4 address"),
            ("http://127.0.0.01:5173", "IPv4 address"),
            ("http://[::g]:5173", "IPv6 address"),
            ("ftp://localhost", "write `http://`"),
            ("file:///a", "write `http://`"),
            ("null", "never allowed"),
            ("NULL", "never allowed"),
            ("*", "no wildcards"),
            ("http://*:5173", "no wildcards"),
            ("http://localhost:*", "no wildcards"),
        ] {
            let error = text.parse::<Origin>().unwrap_err().to_string();
            assert!(
                error.contains("is not an origin: ") && error.contains(why),
                "{error}"
            );
        }
    }
}
