//! Error responses of the shell itself.

use axum::Json;
use axum::body::{HttpBody as _, to_bytes};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use stratos_protocol::error_body::{ErrorBody, ErrorBodyCode};

/// The longest text of an error response of axum: 64 KiB.
const ERROR_TEXT_BYTES: usize = 64 * 1024;

/// An error response of the shell itself: an [`ErrorBody`] as JSON.
pub(super) fn error_response(status: StatusCode, body: ErrorBody) -> Response {
    (status, Json(body)).into_response()
}

/// The response to a failed operation of the shell.
pub(super) fn operation_failed(status: StatusCode, error: impl Into<String>) -> Response {
    error_response(
        status,
        ErrorBody::new(ErrorBodyCode::OperationFailed, error),
    )
}

/// Converts an error response of axum, such as for an invalid query, into JSON as the shell's own.
pub(super) async fn convert_axum_error(response: Response) -> Response {
    let content_type = response.headers().get(CONTENT_TYPE);
    let is_text = content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/plain"));
    let status = response.status();
    let is_empty = response.body().size_hint().exact() == Some(0);
    if !status.is_client_error() || !(is_text || is_empty) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let text = match to_bytes(body, ERROR_TEXT_BYTES).await {
        Ok(text) if text.is_empty() => status.canonical_reason().unwrap_or("error").to_owned(),
        Ok(text) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => error.to_string(),
    };
    let mut converted = operation_failed(status, text);
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    converted.headers_mut().extend(parts.headers);
    converted
}
