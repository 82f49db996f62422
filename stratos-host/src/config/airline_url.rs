//! Base URL of an airline's API.

use std::fmt;

use axum::http::Uri;
use axum::http::uri::Scheme;
use serde::Deserialize;
use thiserror::Error;

/// Base URL of an airline's API: absolute, with `http` or `https`, without credentials, query and fragment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AirlineUrl {
    /// The URL without a slash at its end.
    text: String,
    uri: Uri,
}

/// Reason why a text is no [`AirlineUrl`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AirlineUrlError {
    /// The text is no absolute URL, or has another scheme.
    #[error("`{}` is not a URL such as `https://api.example.org`", .0.escape_debug())]
    Syntax(String),
    /// The URL has a user name or a password, which is not repeated here.
    #[error("the URL of the airline contains a user name or a password")]
    Credentials,
    /// The URL has a query or a fragment.
    #[error("`{}` has a query or a fragment, to which no path can be added", .0.escape_debug())]
    Query(String),
}

impl AirlineUrl {
    /// The URL without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether requests are encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTPS)
    }

    /// Host and port for the header `Host`.
    pub(crate) fn authority(&self) -> &str {
        self.uri.authority().map_or("", |host| host.as_str())
    }

    /// Name or address of the host, without the brackets of an IPv6 address.
    pub(crate) fn host(&self) -> &str {
        let host = self.uri.host().unwrap_or_default();
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// The port, by default that of HTTP.
    pub(crate) fn port(&self) -> u16 {
        self.uri.port_u16().unwrap_or(80)
    }

    /// The path, to which that of a request is appended.
    pub(crate) fn path(&self) -> &str {
        self.uri.path().trim_end_matches('/')
    }
}

impl TryFrom<String> for AirlineUrl {
    type Error = AirlineUrlError;

    fn try_from(text: String) -> Result<Self, AirlineUrlError> {
        // First, since the other messages contain the URL.
        if text.contains('@') {
            return Err(AirlineUrlError::Credentials);
        }
        if text.contains(['?', '#']) {
            return Err(AirlineUrlError::Query(text));
        }
        let is_supported = |uri: &Uri| {
            let scheme = uri.scheme();
            let has_host = uri.host().is_some_and(|host| !host.is_empty());
            let authority = uri.authority();
            let has_port = authority.is_some_and(|it| it.as_str().len() > it.host().len());
            let is_port_valid = !has_port || uri.port_u16().is_some();
            has_host
                && is_port_valid
                && (scheme == Some(&Scheme::HTTP) || scheme == Some(&Scheme::HTTPS))
        };
        match text.parse::<Uri>().ok().filter(is_supported) {
            Some(uri) => Ok(Self {
                text: text.trim_end_matches('/').to_owned(),
                uri,
            }),
            None => Err(AirlineUrlError::Syntax(text)),
        }
    }
}

impl fmt::Display for AirlineUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_absolute_and_have_no_secrets() {
        for (text, expected) in [
            ("https://api.example.org", Some("https://api.example.org")),
            (
                "http://localhost:8000/base/",
                Some("http://localhost:8000/base"),
            ),
            ("http://[::1]:8000", Some("http://[::1]:8000")),
            ("api.example.org", None),
            ("/api", None),
            ("ftp://example.org", None),
            ("https://", None),
            ("https://user:hunter22@example.org", None),
            ("user@example.org", None),
            ("https://example.org?a=b", None),
            ("https://example.org/#a", None),
            ("https://example.org/a b", None),
            ("", None),
        ] {
            let url = AirlineUrl::try_from(text.to_owned()).ok();
            assert_eq!(url.as_ref().map(AirlineUrl::as_str), expected, "{text}");
        }
        let error = AirlineUrl::try_from("https://user:hunter22@example.org".to_owned());
        assert!(!error.unwrap_err().to_string().contains("hunter22"));
        let url = AirlineUrl::try_from("http://[::1]:8000/base/".to_owned()).unwrap();
        assert_eq!((url.host(), url.port(), url.path()), ("::1", 8000, "/base"));
        assert_eq!(url.authority(), "[::1]:8000");
    }
}
