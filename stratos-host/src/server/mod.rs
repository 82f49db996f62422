//! The shell's one HTTP server.

mod api;
mod door;
mod entrance;
mod gate;
mod proxy;
mod ui_socket;
mod upstream;

use std::fmt;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::serve::Listener;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::control::Control;

pub use self::door::{Door, DoorError};
pub(crate) use self::entrance::Entrance;
pub(crate) use self::gate::Gate;
pub(crate) use self::upstream::Upstream;

/// Everything, behind the gate.
pub(crate) fn app(control: Control, gate: Gate) -> Router {
    Router::new()
        .route("/", get(welcome))
        .nest("/__stratos/api/v1", api::router(gate.clone()))
        .route("/__stratos/ipc/{plugin}", get(ui_socket::upgrade))
        .fallback(proxy::forward)
        .with_state(control)
        .layer(from_fn_with_state(gate, gate::guard))
}

/// Serves until the shell ends; connections that are still open then end with it.
pub(crate) async fn serve<L>(listener: L, app: Router, ending: CancellationToken)
where
    L: Listener<Addr: fmt::Debug>,
{
    // Serving ends with the token only; axum's result is there for custom listeners' sake.
    let _ = axum::serve(listener, app)
        .with_graceful_shutdown(ending.cancelled_owned())
        .await;
}

/// An answer of the shell itself, in the shape that it uses for all its failures.
fn failure(status: StatusCode, error: impl Into<String>) -> Response {
    let body = json!({ "error": error.into() }).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn welcome() -> &'static str {
    "This is the mocked Stratos shell. Plugins serve their routes here.\n"
}
