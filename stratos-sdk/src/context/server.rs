//! `ctx.server`

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use stratos_protocol::limits::ANSWER_TIMEOUT;
use stratos_protocol::server::{PrefixError, Register, check_prefix, covers};
use stratos_transport::{CallError, Peer};
use thiserror::Error;
use tower::{Service, ServiceExt as _};

use crate::context::Held;
use crate::probe::Probe;

/// Routes on the shell's HTTP server (V1: `PluginServerRegistrar`). Cheap to clone.
///
/// ```no_run
/// # use stratos::axum::{Json, Router, routing::get};
/// # use stratos::serde_json::json;
/// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
/// let router = Router::new().route("/status", get(async || Json(json!({ "ok": true }))));
/// ctx.server.register_router("/api/my-plugin", router).await?;
/// // now served at http://127.0.0.1:2066/api/my-plugin/status
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Server {
    peer: Peer,
    routes: Routes,
    _held: Held,
}

/// Why a router was not registered.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The prefix cannot be served.
    #[error(transparent)]
    Prefix(#[from] PrefixError),
    /// This plugin registered the prefix before.
    #[error("route prefix `{prefix}` is registered already: merge the two routers")]
    Twice {
        /// The prefix.
        prefix: String,
    },
    /// The shell refused, for example because the prefix belongs to another plugin.
    #[error("the shell did not take the route prefix `{prefix}`")]
    Shell {
        /// The prefix.
        prefix: String,
        /// The reason.
        #[source]
        source: CallError,
    },
}

impl Server {
    pub(crate) fn new(peer: Peer, routes: Routes, held: Held) -> Self {
        Self {
            peer,
            routes,
            _held: held,
        }
    }

    /// Forgets all routers, and tells their prefixes in order.
    pub(crate) fn clear(&self) -> Vec<String> {
        let mut routers = self
            .routes
            .routers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let mut prefixes: Vec<_> = routers.drain(..).map(|(prefix, _)| prefix).collect();
        prefixes.sort();
        prefixes
    }

    /// Serves a router below an absolute path (V1).
    ///
    /// The router sees paths relative to the prefix. The convention for the prefix is
    /// `/api/{plugin id}`. Within one plugin a prefix may lie below another one: the longer wins.
    ///
    /// Unlike Express, axum is exact about letter case and trailing slashes.
    ///
    /// # Errors
    ///
    /// When the prefix is malformed, reserved, or taken.
    pub async fn register_router(&self, prefix: &str, router: Router) -> Result<(), ServerError> {
        check_prefix(prefix)?;
        self.routes.add(prefix, router)?;
        let register = Register {
            prefix: prefix.to_owned(),
        };
        let told = self.peer.call(&register, ANSWER_TIMEOUT).await;
        told.map(drop).map_err(|source| {
            self.routes.remove(prefix);
            ServerError::Shell {
                prefix: prefix.to_owned(),
                source,
            }
        })
    }
}

/// The registered routers, as one service that always has the newest of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Routes {
    routers: Arc<RwLock<Vec<(String, Router)>>>,
    probe: Probe,
}

impl Routes {
    pub(crate) fn new(probe: Probe) -> Self {
        Self {
            routers: Arc::default(),
            probe,
        }
    }

    fn add(&self, prefix: &str, router: Router) -> Result<(), ServerError> {
        let mut routes = self.routers.write().unwrap_or_else(PoisonError::into_inner);
        if routes.iter().any(|(taken, _)| taken == prefix) {
            return Err(ServerError::Twice {
                prefix: prefix.to_owned(),
            });
        }
        routes.push((prefix.to_owned(), Router::new().nest(prefix, router)));
        // The longest prefix first, so that the first match is the most specific one.
        routes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Ok(())
    }

    fn remove(&self, prefix: &str) {
        let mut routes = self.routers.write().unwrap_or_else(PoisonError::into_inner);
        routes.retain(|(registered, _)| registered != prefix);
    }

    fn find(&self, path: &str) -> Option<Router> {
        let routes = self.routers.read().unwrap_or_else(PoisonError::into_inner);
        let found = routes.iter().find(|(prefix, _)| covers(prefix, path));
        found.map(|(_, router)| router.clone())
    }
}

impl Service<Request> for Routes {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Some(router) = self.find(request.uri().path()) else {
            return Box::pin(async { Ok(StatusCode::NOT_FOUND.into_response()) });
        };
        let (method, path) = (request.method(), request.uri().path());
        let piece = self.probe.piece(format_args!("the route {method} {path}"));
        let work = piece.run(router.oneshot(request));
        Box::pin(async move {
            // A panicking handler answers this one request; hyper would drop the connection.
            let answer = AssertUnwindSafe(work).catch_unwind();
            answer.await.unwrap_or_else(|_| {
                let text = "the plugin's route handler panicked; its log says where";
                Ok((StatusCode::INTERNAL_SERVER_ERROR, text).into_response())
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;

    use super::*;

    #[tokio::test]
    async fn the_longest_prefix_wins_and_paths_are_relative() {
        let routes = Routes::default();
        routes
            .add("/api/x", Router::new().route("/a", get(async || "outer")))
            .unwrap();
        routes
            .add(
                "/api/x/admin",
                Router::new().route("/a", get(async || "inner")),
            )
            .unwrap();
        routes.add("/api/x", Router::new()).unwrap_err();
        for (path, status, body) in [
            ("/api/x/a", 200, "outer"),
            ("/api/x/admin/a", 200, "inner"),
            ("/api/x/admin", 404, ""),
            ("/api/xy/a", 404, ""),
            ("/a", 404, ""),
        ] {
            let (found, text) = ask(&routes, path).await;
            assert_eq!((found.as_u16(), text.as_str()), (status, body), "{path}");
        }
    }

    #[tokio::test]
    async fn a_panicking_handler_answers_500() {
        let routes = Routes::default();
        let panics = get(async || -> &'static str { panic!("as asked") });
        routes.add("/p", Router::new().route("/", panics)).unwrap();
        assert_eq!(ask(&routes, "/p").await.0, 500);
    }

    async fn ask(routes: &Routes, path: &str) -> (StatusCode, String) {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let response = routes.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 1000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}
