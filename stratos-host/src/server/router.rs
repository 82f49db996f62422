//! The router of the shell's HTTP server.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use crate::control::Control;
use crate::remote::API;
use crate::server::request_guard::{RequestGuard, guard_request};
use crate::server::{api, ipc_websocket, proxy};

/// The routes of the whole server, behind the request guard.
pub(crate) fn router(control: Control, guard: RequestGuard) -> Router {
    Router::new()
        .route("/", get(index))
        .nest(API, api::router(guard.clone()))
        .route("/__stratos/ipc/{plugin}", get(ipc_websocket::upgrade))
        .fallback(proxy::forward)
        .with_state(control)
        .layer(from_fn_with_state(guard, guard_request))
}

async fn index() -> &'static str {
    "This is the mocked Stratos shell. Plugins serve their routes here.\n"
}
