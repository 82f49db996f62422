//! HTTP requests to the shell's own server, as a plugin's UI sends them.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt as _, Limited};
use serde_json::Value;
use stratos_protocol::error::chain;
use tokio::time::timeout;

use crate::control::{Control, ControlError};

/// Timeout for a whole response.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest body of a response: 8 MiB.
const BODY_BYTES: usize = 8 * 1024 * 1024;

/// A response of the shell's HTTP server, with its whole body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HttpResponse {
    /// The status code.
    pub(crate) status: u16,
    /// The body as text; bytes that are not UTF-8 are replaced by U+FFFD.
    pub(crate) body: String,
}

impl Control {
    /// Sends a request from the shell's own origin, through the request guard, and reads the whole response.
    ///
    /// A string is sent as plain text, another body as JSON.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no complete response within 30 seconds, or it is larger than 8 MiB.
    pub(crate) async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<HttpResponse, ControlError> {
        let request = format!("{method} {path}");
        let response = timeout(RESPONSE_TIMEOUT, self.exchange(method, path, body)).await;
        let response = match response {
            Ok(response) => response,
            Err(_) => Err(format!("none within {} s", RESPONSE_TIMEOUT.as_secs())),
        };
        response.map_err(|reason| ControlError::NoAnswer { request, reason })
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<HttpResponse, String> {
        let client = &self.0.client;
        let origin = client.origin();
        let (content_type, body) = match body {
            None => (None, String::new()),
            Some(Value::String(text)) => (Some("text/plain; charset=utf-8"), text.clone()),
            Some(value) => (Some("application/json"), value.to_string()),
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("{origin}{path}"));
        let mut request = request
            .body(Body::from(body))
            .map_err(|error| error.to_string())?;
        let headers = request.headers_mut();
        let site = HeaderName::from_static("sec-fetch-site");
        headers.insert(site, HeaderValue::from_static("same-origin"));
        let origin = HeaderValue::try_from(origin).expect("an origin is a valid header value");
        headers.insert(ORIGIN, origin);
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        let response = client.request(request).await;
        let response = response.map_err(|error| chain(&error))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), BODY_BYTES);
        let body = body.collect().await;
        let body = body.map_err(|error| format!("its body is incomplete: {}", chain(&*error)))?;
        Ok(HttpResponse {
            status,
            body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        })
    }
}
