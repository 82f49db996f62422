//! Requests over plain HTTP.

use axum::body::Body;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{HeaderValue, Request};
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use stratos_protocol::error::chain;
use stratos_protocol::limits::AIRLINE_BODY_BYTES;

use crate::config::AirlineUrl;
use crate::http::{Connector, HttpClient, HttpError};
use crate::services::airline::{AirlineRequest, AirlineResponse, AirlineTransport};

/// Sends requests over plain HTTP, each on a connection of its own.
#[derive(Debug)]
pub(super) struct HttpTransport {
    base: AirlineUrl,
    client: HttpClient,
}

impl HttpTransport {
    pub(super) fn new(base: AirlineUrl) -> Self {
        let connector = Connector::Host {
            host: base.host().to_owned(),
            port: base.port(),
        };
        Self {
            base,
            client: HttpClient::unpooled(connector),
        }
    }

    async fn exchange(&self, request: &AirlineRequest) -> Result<AirlineResponse, String> {
        let response = self.client.request(self.http_request(request)?).await;
        let response = response.map_err(|error| match &error {
            HttpError::Connect(source) => format!("does not accept connections: {source}"),
            HttpError::Exchange(source) if source.is_parse() => {
                format!("does not answer with HTTP: {source}")
            }
            HttpError::Exchange(source) => format!("does not answer: {}", chain(source)),
        })?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), AIRLINE_BODY_BYTES);
        let body = body.collect().await.map_err(|error| {
            match error.downcast_ref::<LengthLimitError>() {
                Some(_) => AirlineResponse::TOO_LARGE.to_owned(),
                None => format!("ends its answer too early: {}", chain(&*error)),
            }
        })?;
        Ok(AirlineResponse {
            status,
            body: body.to_bytes().into(),
        })
    }

    fn http_request(&self, request: &AirlineRequest) -> Result<Request<Body>, String> {
        let AirlineRequest {
            method,
            path,
            token,
            body,
            ..
        } = request;
        let mut built = Request::builder()
            .method(method.as_str())
            .uri(format!("{}{path}", self.base.path()))
            .header(HOST, self.base.authority())
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, bearer(token)?);
        if body.is_some() {
            built = built.header(CONTENT_TYPE, "application/json");
        }
        let body = body.clone().map_or_else(Body::empty, Body::from);
        let request = built.body(body);
        request.map_err(|error| format!("cannot be requested: {error}"))
    }
}

fn bearer(token: &str) -> Result<HeaderValue, String> {
    let value = HeaderValue::try_from(format!("Bearer {token}"));
    let mut value = value.map_err(|_| "cannot be requested with this token".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

impl AirlineTransport for HttpTransport {
    fn send<'a>(
        &'a self,
        request: &'a AirlineRequest,
    ) -> BoxFuture<'a, Result<AirlineResponse, String>> {
        Box::pin(self.exchange(request))
    }
}
