//! Requests of the mocked shell to an airline's API over HTTPS.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Method, redirect, retry};
use stratos_host::{AirlineRequest, AirlineResponse, AirlineTransport};
use stratos_protocol::error::chain;
use stratos_protocol::limits::AIRLINE_BODY_BYTES;

/// Longest time for a connection to be established.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests to an airline over HTTPS, each on a connection of its own.
#[derive(Debug, Default)]
pub(crate) struct AirlineHttps;

impl AirlineTransport for AirlineHttps {
    fn send<'a>(
        &'a self,
        request: &'a AirlineRequest,
    ) -> Pin<Box<dyn Future<Output = Result<AirlineResponse, String>> + Send + 'a>> {
        Box::pin(exchange(request))
    }
}

async fn exchange(request: &AirlineRequest) -> Result<AirlineResponse, String> {
    let AirlineRequest {
        method,
        url,
        token,
        body,
        ..
    } = request;
    let client = client().map_err(|error| format!("cannot be requested: {}", chain(&error)))?;
    let method = Method::from_bytes(method.as_str().as_bytes());
    let method = method.map_err(|error| format!("cannot be requested: {error}"))?;
    let mut builder = client
        .request(method, url)
        .bearer_auth(token)
        .header(ACCEPT, "application/json");
    if let Some(body) = body {
        builder = builder
            .header(CONTENT_TYPE, "application/json")
            .body(body.clone());
    }
    // The error of reqwest has the URL, whose query may be a secret.
    let response = builder.send().await.map_err(reqwest::Error::without_url);
    let mut response = response.map_err(|error| match error.is_connect() {
        true => format!("does not accept connections: {}", chain(&error)),
        false => format!("does not answer: {}", chain(&error)),
    })?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await.map_err(reqwest::Error::without_url);
        let chunk =
            chunk.map_err(|error| format!("ends its answer too early: {}", chain(&error)))?;
        let Some(chunk) = chunk else {
            return Ok(AirlineResponse { status, body });
        };
        if body.len() + chunk.len() > AIRLINE_BODY_BYTES {
            return Err(AirlineResponse::TOO_LARGE.to_owned());
        }
        body.extend_from_slice(&chunk);
    }
}

fn client() -> reqwest::Result<Client> {
    // `reqwest` lets the program choose the TLS provider. An error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("cargo-stratos/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .pool_max_idle_per_host(0)
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
}
