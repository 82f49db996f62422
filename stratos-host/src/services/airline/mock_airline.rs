//! The built-in airline: its API without a server, for plugins that are tried without an airline.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;

use crate::config::AirlineFixtures;
use crate::services::airline::login::AirlineLogin;
use crate::services::airline::routes::{AirlineData, Reply};
use crate::services::airline::{AirlineRequest, AirlineResponse, AirlineTransport};

/// The built-in airline, which keeps its data until the shell ends. Its routes and their bodies are assumed.
#[derive(Debug)]
pub(super) struct MockAirline {
    login: Arc<AirlineLogin>,
    data: Mutex<AirlineData>,
}

impl MockAirline {
    /// Name of the airline, where `stratos.toml` gives none.
    pub(super) const NAME: &str = "Mock Airline";
    /// Id of the airline, where `stratos.toml` gives none.
    pub(super) const ID: &str = "mock-airline";
    /// Base URL, whose name never has an address: the API can be called through the shell only.
    pub(super) const BASE_URL: &str = "https://airline.invalid";

    pub(super) fn new(login: Arc<AirlineLogin>, fixtures: AirlineFixtures) -> Self {
        Self {
            login,
            data: Mutex::new(AirlineData::new(fixtures)),
        }
    }

    fn respond(&self, request: &AirlineRequest) -> AirlineResponse {
        let Reply { status, body } = match self.login.accepts(&request.token) {
            true => self.reply(request),
            false => Reply::message(401, "the token has expired"),
        };
        AirlineResponse {
            status,
            body: body.map_or_else(Vec::new, |body| body.to_string().into_bytes()),
        }
    }

    fn reply(&self, request: &AirlineRequest) -> Reply {
        let path = request.path.split('?').next().unwrap_or_default();
        // The body was written by the service, as JSON.
        let body = request
            .body
            .as_ref()
            .and_then(|body| serde_json::from_str(body).ok());
        self.lock().reply(request.method, path, body)
    }

    fn lock(&self) -> MutexGuard<'_, AirlineData> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AirlineTransport for MockAirline {
    fn send<'a>(
        &'a self,
        request: &'a AirlineRequest,
    ) -> BoxFuture<'a, Result<AirlineResponse, String>> {
        Box::pin(async { Ok(self.respond(request)) })
    }
}
