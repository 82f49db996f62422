//! The shell's one HTTP server.

#[cfg(test)]
mod agreement;
mod answer;
mod api;
mod chunks;
mod door;
mod entrance;
mod gate;
mod head;
mod leased;
mod proxy;
mod serving;
mod ui_socket;
mod upstream;
mod wire;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::control::{API, Control, Failure};

pub use self::door::{Door, DoorError};
pub(crate) use self::entrance::Entrance;
pub(crate) use self::gate::Gate;
pub(crate) use self::serving::serve;
pub(crate) use self::upstream::Upstream;

/// Everything, behind the gate.
pub(crate) fn app(control: Control, gate: Gate) -> Router {
    Router::new()
        .route("/", get(welcome))
        .nest(API, api::router(gate.clone()))
        .route("/__stratos/ipc/{plugin}", get(ui_socket::upgrade))
        .fallback(proxy::forward)
        .with_state(control)
        .layer(from_fn_with_state(gate, gate::guard))
}

/// An answer of the shell itself, in the shape that it uses for all its failures.
fn failure(status: StatusCode, error: impl Into<String>) -> Response {
    let error = error.into();
    let body = serde_json::to_string(&Failure { error }).expect("a text is JSON");
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn welcome() -> &'static str {
    "This is the mocked Stratos shell. Plugins serve their routes here.\n"
}
