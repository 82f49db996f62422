//! Error responses that the SDK sends by itself.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use axum::Json;
use axum::body::to_bytes;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use stratos_protocol::error_body::{ErrorBody, ErrorBodyCode};
use stratos_protocol::excerpt::excerpt;

/// Length to which the text of a rejected request is shortened, in characters. It may contain a part of the request.
const REJECTION_CHARS: usize = 1000;

/// Renderer of the error responses of one plugin. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct ErrorResponses(Arc<RwLock<Option<Arc<Render>>>>);

type Render = dyn Fn(StatusCode, ErrorBody) -> Response + Send + Sync;

impl ErrorResponses {
    /// Replaces the renderer, which is JSON of the [`ErrorBody`] by default.
    pub(super) fn set(&self, render: Arc<Render>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(render);
    }

    /// Drops the author's renderer, which may hold a context.
    pub(super) fn clear(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The response of the author's renderer, or the default one if there is none or it panics.
    pub(crate) fn response(&self, status: StatusCode, body: ErrorBody) -> Response {
        // Cloned, so that the lock is released before the author's code runs.
        let render = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let rendered = render.and_then(|render| {
            let body = body.clone();
            catch_unwind(AssertUnwindSafe(|| render(status, body))).ok()
        });
        rendered.unwrap_or_else(|| (status, Json(body)).into_response())
    }

    /// An error response in place of another one, whose headers are kept except those of its body.
    pub(super) fn replacement(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        body: ErrorBody,
    ) -> Response {
        let mut response = self.response(status, body);
        for (name, value) in headers {
            if ![CONTENT_TYPE, CONTENT_LENGTH].contains(name) {
                response.headers_mut().append(name, value.clone());
            }
        }
        response
    }

    /// Converts the rejection of an extractor. Extractors of axum reject with plain text; a response of another type
    /// is that of an author's extractor, and stays as it is.
    pub(crate) async fn rejection(&self, rejection: Response) -> Response {
        let content_type = rejection.headers().get(CONTENT_TYPE);
        let is_text = content_type
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("text/plain"));
        if !is_text {
            return rejection;
        }
        let (parts, body) = rejection.into_parts();
        let text = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let text = excerpt(&text, REJECTION_CHARS);
        let body = ErrorBody::new(ErrorBodyCode::InvalidRequest, text);
        self.replacement(parts.status, &parts.headers, body)
    }
}

impl fmt::Debug for ErrorResponses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorResponses").finish_non_exhaustive()
    }
}
