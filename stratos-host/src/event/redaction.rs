//! Redaction of secrets in the events of requests.

use percent_encoding::percent_decode_str;

/// Parts of names of secrets.
const PARTS: [&str; 7] = [
    "credential",
    "jwt",
    "passw",
    "pwd",
    "secret",
    "session",
    "token",
];

/// Whether the value of a query parameter or a config key is probably a secret, by its name.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("key") && !name.ends_with("hotkey")
        || matches!(&*name, "auth" | "authorization")
        || PARTS.iter().any(|part| name.contains(part))
}

/// Replaces the values of query parameters that are probably secrets. Names may be percent-encoded, as for the plugin.
pub(crate) fn redact_query(query: &str) -> String {
    let parameters = query
        .split('&')
        .map(|parameter| match parameter.split_once('=') {
            Some((name, _)) if is_secret_name(&percent_decode_str(name).decode_utf8_lossy()) => {
                format!("{name}=[redacted]")
            }
            _ => parameter.to_owned(),
        });
    parameters.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secret_parameters_are_redacted() {
        for (query, expected) in [
            ("icao=EDDF&limit=2&author=x", "icao=EDDF&limit=2&author=x"),
            ("access_token=a=b&x=1", "access_token=[redacted]&x=1"),
            ("a=1&API-Key=b", "a=1&API-Key=[redacted]"),
            ("key=a&apikey=b", "key=[redacted]&apikey=[redacted]"),
            ("mapkey=a&MAP_KEY=b", "mapkey=[redacted]&MAP_KEY=[redacted]"),
            ("hotkey=F5&ey=1", "hotkey=F5&ey=1"),
            ("access%5Ftoken=a", "access%5Ftoken=[redacted]"),
            ("%74oke%6E=a&%ff=b", "%74oke%6E=[redacted]&%ff=b"),
            ("token", "token"),
            ("", ""),
            ("=token", "=token"),
        ] {
            assert_eq!(redact_query(query), expected);
        }
    }
}
