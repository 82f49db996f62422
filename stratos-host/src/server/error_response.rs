//! Error responses of the shell itself.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::remote::ErrorBody;

/// An error response of the shell itself: JSON with one field, `error`.
pub(super) fn error_response(status: StatusCode, error: impl Into<String>) -> Response {
    let error = error.into();
    let body = serde_json::to_string(&ErrorBody { error }).expect("a string has a JSON form");
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
