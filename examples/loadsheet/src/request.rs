//! Address of the pilot's flight plan.

use reqwest::Url;
use stratos::context::{Config, ConfigError};
use thiserror::Error;

/// Default flight planner. Without `json=1`, SimBrief responds with XML.
const SIMBRIEF: &str = "https://www.simbrief.com/api/xml.fetcher.php?json=1";

/// Error of building the address.
#[derive(Debug, Error)]
pub(crate) enum RequestError {
    #[error("the parameter `user` is missing: /loadsheet/ofp?user=NAME")]
    NoUser,
    #[error("cannot read the setting `ofp_url`")]
    Setting(#[source] ConfigError),
    #[error("setting `ofp_url` is `{text}`, but an address must begin with https:// or http://")]
    Address { text: String },
}

/// Builds the address of a pilot's flight plan. Reads the setting `ofp_url` each time, so that a change takes effect at
/// once.
pub(crate) async fn plan_url(config: &Config, user: &str) -> Result<Url, RequestError> {
    let planner: String = config
        .get("ofp_url", SIMBRIEF.to_owned())
        .await
        .map_err(RequestError::Setting)?;
    with_user(&planner, user)
}

fn with_user(planner: &str, user: &str) -> Result<Url, RequestError> {
    if user.is_empty() {
        return Err(RequestError::NoUser);
    }
    let mut url = Url::parse(planner)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| RequestError::Address {
            text: planner.to_owned(),
        })?;
    // SimBrief has different parameters for the pilot's name and number.
    let is_number = user.bytes().all(|byte| byte.is_ascii_digit());
    let key = if is_number { "userid" } else { "username" };
    // Percent-encodes special characters of the name.
    url.query_pairs_mut().append_pair(key, user);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pilot_is_appended_to_the_address() {
        for (planner, user, expected) in [
            (
                SIMBRIEF,
                "ada",
                "https://www.simbrief.com/api/xml.fetcher.php?json=1&username=ada",
            ),
            (
                "http://127.0.0.1:1/ofp",
                "12345",
                "http://127.0.0.1:1/ofp?userid=12345",
            ),
            (
                "https://a.b/?x",
                "a&b=c#d",
                "https://a.b/?x&username=a%26b%3Dc%23d",
            ),
        ] {
            assert_eq!(with_user(planner, user).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn missing_user_and_invalid_address_are_errors() {
        assert!(matches!(with_user(SIMBRIEF, ""), Err(RequestError::NoUser)));
        for invalid in ["", "simbrief.com", "localhost:80", "file:///etc/passwd"] {
            let error = with_user(invalid, "ada").unwrap_err().to_string();
            assert!(error.contains(&format!("`{invalid}`")), "{error}");
        }
    }
}
