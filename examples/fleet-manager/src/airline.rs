//! Client of the airline's API.

use std::time::Duration;

use reqwest::{Client, StatusCode, Url};
use serde::{Deserialize, Serialize};
use stratos::context::Auth;
use thiserror::Error;

/// Timeout of a request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Client of the airline's API, authenticated as the pilot. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Airline {
    http: Client,
    fleet_url: Url,
    auth: Auth,
}

/// Aircraft of the fleet, as the API returns it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Aircraft {
    /// Registration.
    pub(crate) id: String,
    /// Name of the aircraft type.
    pub(crate) name: String,
    /// Current airport, or airport of departure while in flight.
    pub(crate) location: String,
    /// Pilot in flight; `None` while parked.
    pub(crate) pilot: Option<String>,
}

/// Error of the airline's API.
#[derive(Debug, Error)]
pub(crate) enum AirlineError {
    #[error("setting `api_url` is `{text}`, but an address must begin with https:// or http://")]
    Address { text: String },
    #[error("cannot create an HTTP client")]
    Client(#[source] reqwest::Error),
    #[error("cannot connect to the airline's API")]
    Unreachable(#[source] reqwest::Error),
    #[error("the airline's API rejected the pilot's login: sign in again")]
    NotSignedIn,
    #[error("the airline's API responded with status {0}")]
    Status(StatusCode),
    #[error("the airline's API returned a malformed fleet")]
    Decode(#[source] reqwest::Error),
}

impl Airline {
    /// Creates a client for the API at this address.
    pub(crate) fn new(api_url: &str, auth: Auth) -> Result<Self, AirlineError> {
        // `reqwest` lets the program choose the TLS provider. An error means that one is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().timeout(TIMEOUT).build();
        Ok(Self {
            http: http.map_err(AirlineError::Client)?,
            fleet_url: fleet_url(api_url)?,
            auth,
        })
    }

    /// Fetches the whole fleet.
    pub(crate) async fn fleet(&self) -> Result<Vec<Aircraft>, AirlineError> {
        let mut request = self.http.get(self.fleet_url.clone());
        // The token may change while the plugin runs, so it is read for each request.
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
    let invalid = || AirlineError::Address {
        text: api_url.to_owned(),
    };
    let mut url = Url::parse(api_url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(invalid)?;
    let mut path = url.path_segments_mut().map_err(|()| invalid())?;
    path.pop_if_empty().push("fleet");
    drop(path);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fleet_url_appends_to_a_valid_address() {
        for address in ["https://api.my-va.com/v1", "https://api.my-va.com/v1/"] {
            let url = fleet_url(address).unwrap();
            assert_eq!(url.as_str(), "https://api.my-va.com/v1/fleet");
        }
        for invalid in ["api.my-va.com", "localhost:8080", "file:///etc", "https://"] {
            let error = fleet_url(invalid).unwrap_err().to_string();
            assert!(error.contains(&format!("`{invalid}`")), "{error}");
        }
    }
}
