//! Base URL of the platform.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;
use thiserror::Error;

/// Base URL of the platform: HTTPS, or HTTP to this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlatformUrl(Url);

/// Reason why a text is no [`PlatformUrl`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum PlatformUrlError {
    #[error("`{0}` is not a URL such as `{default}`", default = PlatformUrl::DEFAULT)]
    Syntax(String),
    #[error("`{0}` would send the token without encryption")]
    NotHttps(Url),
    #[error("the URL of the platform contains a user name or a password")]
    Credentials,
    #[error("`{0}` has a query or a fragment, to which no path can be added")]
    Query(Url),
}

impl PlatformUrl {
    /// The public platform (observed in a published workflow).
    pub(crate) const DEFAULT: &str = "https://skyvexsoftware.com";

    /// URL to which the versions of a plugin are uploaded (observed).
    pub(crate) fn upload_url(&self, plugin_id: &str) -> Url {
        let mut url = self.0.clone();
        url.path_segments_mut()
            .expect("HTTP URLs have a path")
            .pop_if_empty()
            .extend(["api", "stratos", "plugins", plugin_id, "versions"]);
        url
    }
}

/// Whether the host of a URL is this machine, by its name or address.
pub(super) fn is_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

impl FromStr for PlatformUrl {
    type Err = PlatformUrlError;

    fn from_str(text: &str) -> Result<Self, PlatformUrlError> {
        let syntax = || PlatformUrlError::Syntax(text.to_owned());
        let url = Url::parse(text).map_err(|_| syntax())?;
        // First, since the other messages contain the URL.
        if !url.username().is_empty() || url.password().is_some() {
            return Err(PlatformUrlError::Credentials);
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(PlatformUrlError::NotHttps(url)),
            _ => return Err(syntax()),
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(PlatformUrlError::Query(url));
        }
        Ok(Self(url))
    }
}

impl fmt::Display for PlatformUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_sent_encrypted_or_to_this_machine_only() {
        for (text, expected) in [
            (PlatformUrl::DEFAULT, Some("https://skyvexsoftware.com")),
            (
                "https://example.com/base/",
                Some("https://example.com/base"),
            ),
            ("http://127.0.0.1:8000", Some("http://127.0.0.1:8000")),
            ("http://[::1]:8000/x", Some("http://[::1]:8000/x")),
            ("HTTP://LOCALHOST", Some("http://localhost")),
            // The parser normalizes every notation of an address.
            ("http://0x7f.1", Some("http://127.0.0.1")),
            ("http://example.com", None),
            ("http://127.0.0.1.example.com", None),
            ("http://localhost.example.com", None),
            ("http://localhost@example.com", None),
            ("http://127.0.0.2", None),
            ("http://0.0.0.0", None),
            ("https://user:password@example.com", None),
            ("https://example.com?a=b", None),
            ("https://example.com#a", None),
            ("ftp://example.com", None),
            ("file:///etc/passwd", None),
            ("example.com", None),
            ("https://", None),
        ] {
            let url = text.parse::<PlatformUrl>().ok();
            assert_eq!(
                url.map(|url| url.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
        let error = "https://user:hunter22@example.com".parse::<PlatformUrl>();
        assert!(!error.unwrap_err().to_string().contains("hunter22"));
    }

    #[test]
    fn the_path_follows_the_base() {
        for base in ["https://example.com/base", "https://example.com/base/"] {
            let url = base.parse::<PlatformUrl>().unwrap().upload_url("demo");
            assert_eq!(
                url.as_str(),
                "https://example.com/base/api/stratos/plugins/demo/versions"
            );
        }
    }
}
