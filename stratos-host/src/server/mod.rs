//! The shell's HTTP server: the request guard, the control API, the IPC WebSocket and the proxy to plugins.

mod api;
mod connections;
mod ipc_websocket;
mod proxy;
mod request_guard;
mod response_body;
mod response_headers;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::control::Control;
use crate::remote::{API, ErrorBody};

pub(crate) use self::connections::serve;
pub(crate) use self::request_guard::RequestGuard;

/// The router of the whole server, behind the request guard.
pub(crate) fn app(control: Control, guard: RequestGuard) -> Router {
    Router::new()
        .route("/", get(index))
        .nest(API, api::router(guard.clone()))
        .route("/__stratos/ipc/{plugin}", get(ipc_websocket::upgrade))
        .fallback(proxy::forward)
        .with_state(control)
        .layer(from_fn_with_state(guard, request_guard::guard_request))
}

/// An error response of the shell itself: JSON with one field, `error`.
fn error_response(status: StatusCode, error: impl Into<String>) -> Response {
    let error = error.into();
    let body = serde_json::to_string(&ErrorBody { error }).expect("a string has a JSON form");
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn index() -> &'static str {
    "This is the mocked Stratos shell. Plugins serve their routes here.\n"
}
