//! The way of a request through the server: the request guard, then the shell's own routes or a plugin.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use stratos_protocol::server::is_of_shell;
use tower::ServiceExt as _;

use crate::control::Control;
use crate::remote::API;
use crate::server::error_response::convert_axum_error;
use crate::server::index::index;
use crate::server::ipc_websocket::IPC_PREFIX;
use crate::server::request_guard::RequestGuard;
use crate::server::request_log::RequestLog;
use crate::server::{api, ipc_websocket, proxy, shell_routes};

/// The shell's HTTP server without its connections.
#[derive(Debug)]
pub(crate) struct App {
    guard: RequestGuard,
    control: Control,
    own_routes: Router,
}

impl App {
    pub(crate) fn new(control: Control, guard: RequestGuard) -> Self {
        let own_routes = Router::new()
            .route("/", get(index))
            .nest(API, api::router(guard.clone()))
            .merge(shell_routes::router())
            .route(
                &format!("{IPC_PREFIX}{{plugin}}"),
                get(ipc_websocket::upgrade),
            )
            .layer(map_response(convert_axum_error))
            .fallback(async |State(control), request| proxy::forward(&control, request).await)
            .with_state(control.clone());
        Self {
            guard,
            control,
            own_routes,
        }
    }

    /// Responds to a request, if the request guard accepts it, and logs it.
    pub(crate) async fn respond(&self, request: Request) -> Response {
        let log = RequestLog::begin(&self.control, &request);
        let response = self
            .guard
            .apply(request, async |request| {
                let path = request.uri().path();
                if path == "/" || is_of_shell(path) {
                    let response = self.own_routes.clone().oneshot(request).await;
                    return response.unwrap_or_else(|never| match never {});
                }
                // Without the router, which costs more than the rest of the proxy.
                proxy::forward(&self.control, request).await
            })
            .await;
        if let Some(log) = log {
            log.responded(&response);
        }
        response
    }
}
