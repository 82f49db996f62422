//! The airline's API.

use std::time::Duration;

use reqwest::{Client, StatusCode, Url};
use serde::{Deserialize, Serialize};
use stratos::context::Auth;
use thiserror::Error;

/// A request that takes longer has failed.
const DEADLINE: Duration = Duration::from_secs(10);

/// The airline's API, asked in the pilot's name. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Airline {
    http: Client,
    fleet_url: Url,
    auth: Auth,
}

/// One aircraft of the fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Aircraft {
    /// The registration.
    pub(crate) id: String,
    /// The type in words.
    pub(crate) name: String,
    /// The airport where it is or comes from.
    pub(crate) location: String,
    /// Who flies it at the moment.
    pub(crate) pilot: Option<String>,
}

/// Why there is no fleet.
#[derive(Debug, Error)]
pub(crate) enum AirlineError {
    #[error("setting `api_url` is `{text}`, but an address begins with https:// or http://")]
    Address { text: String },
    #[error("cannot make an HTTP client")]
    Client(#[source] reqwest::Error),
    #[error("cannot reach the airline's API")]
    Unreachable(#[source] reqwest::Error),
    #[error("the airline's API does not accept the pilot's login: sign in again")]
    NotSignedIn,
    #[error("the airline's API answered with {0}")]
    Status(StatusCode),
    #[error("the airline's API answered with something that is no fleet")]
    Decode(#[source] reqwest::Error),
}

impl Airline {
    /// An API at this address.
    pub(crate) fn new(api_url: &str, auth: Auth) -> Result<Self, AirlineError> {
        // `reqwest` leaves the choice of the cryptography to the program. An error means that it is made already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().timeout(DEADLINE).build();
        Ok(Self {
            http: http.map_err(AirlineError::Client)?,
            fleet_url: fleet_url(api_url)?,
            auth,
        })
    }

    /// Fetches the whole fleet.
    pub(crate) async fn fleet(&self) -> Result<Vec<Aircraft>, AirlineError> {
        let mut request = self.http.get(self.fleet_url.clone());
        // The token changes while the plugin runs: it is asked for each time and never kept.
        if let Some(token) = self.auth.token() {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.map_err(AirlineError::Unreachable)?;
        match response.status() {
            StatusCode::OK => response.json().await.map_err(AirlineError::Decode),
            StatusCode::UNAUTHORIZED => Err(AirlineError::NotSignedIn),
            status => Err(AirlineError::Status(status)),
        }
    }
}

fn fleet_url(api_url: &str) -> Result<Url, AirlineError> {
    let wrong = || AirlineError::Address {
        text: api_url.to_owned(),
    };
    let mut url = Url::parse(api_url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(wrong)?;
    let mut path = url.path_segments_mut().map_err(|()| wrong())?;
    path.pop_if_empty().push("fleet");
    drop(path);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fleet_lies_below_the_address() {
        for address in ["https://api.my-va.com/v1", "https://api.my-va.com/v1/"] {
            let url = fleet_url(address).unwrap();
            assert_eq!(url.as_str(), "https://api.my-va.com/v1/fleet");
        }
        for wrong in ["api.my-va.com", "localhost:8080", "file:///etc", "https://"] {
            let error = fleet_url(wrong).unwrap_err().to_string();
            assert!(error.contains(&format!("`{wrong}`")), "{error}");
        }
    }
}
