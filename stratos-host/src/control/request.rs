//! Requests to the shell's own server, from within its process.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt as _, Limited};
use serde_json::Value;

use crate::control::{Control, ControlError};
use crate::shell::chain;

/// How long an answer may take.
const DEADLINE: Duration = Duration::from_secs(30);
/// More of an answer than anybody looks at: 8 MiB.
const BODY_BYTES: usize = 8 * 1024 * 1024;

/// What the server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The body; what is no UTF-8 in it is replaced.
    pub body: String,
}

impl Control {
    /// Sends a request as a plugin's UI does, through the gate. A text is sent as it is, another body as JSON.
    ///
    /// # Errors
    ///
    /// When there is no whole answer.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answered, ControlError> {
        let named = format!("{method} {path}");
        let asked = tokio::time::timeout(DEADLINE, self.ask(method, path, body)).await;
        let answered = match asked {
            Ok(answered) => answered,
            Err(_) => Err(format!("none within {} s", DEADLINE.as_secs())),
        };
        answered.map_err(|reason| ControlError::NoAnswer {
            request: named,
            reason,
        })
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answered, String> {
        let client = &self.backend().client;
        let origin = client.origin();
        let (kind, body) = match body {
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
        let origin = HeaderValue::try_from(origin).expect("an origin is a header");
        headers.insert(ORIGIN, origin);
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        let answer = client.request(request).await;
        let answer = answer.map_err(|error| chain(&error))?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), BODY_BYTES).collect().await;
        let body = body.map_err(|error| format!("its body breaks off: {}", chain(&*error)))?;
        Ok(Answered {
            status,
            body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        })
    }
}
