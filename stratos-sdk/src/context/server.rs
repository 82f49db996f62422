//! `ctx.server`: routes on the shell's HTTP server.

use std::convert::Infallible;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::serve::Listener;
use axum::{Extension, Router};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use stratos_protocol::server::{PrefixError, Register, check_prefix, covers};
use stratos_transport::listener::StreamListener;
use stratos_transport::{BoxedStream, CallError};
use thiserror::Error;
use tokio_util::task::TaskTracker;
use tower::{Layer as _, Service, ServiceExt as _};

use crate::context::service::ContextService;
use crate::context::shared::Shared;
use crate::instrument::Instrumentation;

/// Pause after a failed `accept`, for example when the process has no file descriptors left.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

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
    shared: Arc<Shared>,
    routes: Routes,
    /// Tracks the HTTP server of the session; empty once all requests are finished after a shutdown.
    serving: TaskTracker,
}

/// Error of [`Server::register_router`].
#[derive(Debug, Error)]
pub enum ServerError {
    /// The prefix is malformed or reserved by the shell.
    #[error(transparent)]
    Prefix(#[from] PrefixError),
    /// The plugin has already registered a router for the prefix.
    #[error("route prefix `{prefix}` is already registered: merge the two routers")]
    AlreadyRegistered {
        /// Prefix as passed to [`Server::register_router`].
        prefix: String,
    },
    /// The shell rejected the prefix, for example because another plugin uses it.
    #[error("the shell did not accept the route prefix `{prefix}`")]
    Shell {
        /// Prefix as passed to [`Server::register_router`].
        prefix: String,
        /// Error of the call to the shell.
        #[source]
        source: CallError,
    },
}

impl Server {
    /// Serves a router under a path prefix (V1).
    ///
    /// The prefix is an absolute path, by convention `/api/{plugin id}`. The router sees paths relative to it. If one
    /// prefix of the plugin contains another, the longer one handles the request.
    ///
    /// Unlike Express, axum is strict about letter case and trailing slashes. On stop, requests in flight have 2
    /// seconds to finish.
    ///
    /// # Errors
    ///
    /// If the prefix is malformed, reserved, or already registered by this or another plugin.
    pub async fn register_router(&self, prefix: &str, router: Router) -> Result<(), ServerError> {
        check_prefix(prefix)?;
        self.routes.add(prefix, router)?;
        let register = Register {
            prefix: prefix.to_owned(),
        };
        let registered = self.shared.call(&register).await;
        registered.map(drop).map_err(|source| {
            self.routes.remove(prefix);
            ServerError::Shell {
                prefix: prefix.to_owned(),
                source,
            }
        })
    }

    /// Starts the HTTP server of the session, which accepts connections until the session shuts down.
    ///
    /// Each request carries `extension`, which is the context, for handlers that take it as an argument.
    pub(crate) fn serve<T>(&self, incoming: StreamListener, extension: T)
    where
        T: Clone + Send + Sync + 'static,
    {
        let service = Extension(extension).layer(self.routes.clone());
        let service = axum::ServiceExt::<Request>::into_make_service(service);
        let shutdown = self.shared.shutdown.clone();
        self.serving.spawn(async move {
            // `HttpListener` never fails, so the server returns after the shutdown only.
            let _ = axum::serve(HttpListener(incoming), service)
                .with_graceful_shutdown(shutdown.cancelled_owned())
                .await;
        });
        self.serving.close();
    }

    /// Registered prefixes, in alphabetical order.
    #[cfg(feature = "testing")]
    pub(crate) fn prefixes(&self) -> Vec<String> {
        let routers = self.routes.read();
        let mut prefixes: Vec<_> = routers.iter().map(|(prefix, _)| prefix.clone()).collect();
        prefixes.sort();
        prefixes
    }
}

impl ContextService for Server {
    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            routes: Routes::new(shared.instrumentation.clone()),
            serving: TaskTracker::new(),
        }
    }

    async fn drain(&self, timeout: Duration) -> Vec<String> {
        match tokio::time::timeout(timeout, self.serving.wait()).await {
            Ok(()) => Vec::new(),
            Err(_) => vec!["a request to a route".to_owned()],
        }
    }

    fn close(&self) {
        // Routers hold contexts, which hold the routers.
        self.routes.write().clear();
    }
}

/// Service that forwards a request to the registered router with the longest matching prefix. Cheap to clone.
#[derive(Debug, Clone)]
struct Routes {
    /// Routers by prefix, the longest prefix first.
    routers: Arc<RwLock<Vec<(String, Router)>>>,
    instrumentation: Instrumentation,
}

impl Routes {
    fn new(instrumentation: Instrumentation) -> Self {
        Self {
            routers: Arc::default(),
            instrumentation,
        }
    }

    fn add(&self, prefix: &str, router: Router) -> Result<(), ServerError> {
        let mut routers = self.write();
        if routers.iter().any(|(registered, _)| registered == prefix) {
            return Err(ServerError::AlreadyRegistered {
                prefix: prefix.to_owned(),
            });
        }
        routers.push((prefix.to_owned(), Router::new().nest(prefix, router)));
        routers.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Ok(())
    }

    fn remove(&self, prefix: &str) {
        self.write().retain(|(registered, _)| registered != prefix);
    }

    fn find(&self, path: &str) -> Option<Router> {
        let routers = self.read();
        let found = routers.iter().find(|(prefix, _)| covers(prefix, path));
        found.map(|(_, router)| router.clone())
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<(String, Router)>> {
        self.routers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<(String, Router)>> {
        self.routers.write().unwrap_or_else(PoisonError::into_inner)
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
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.instrumentation.instrument(
            format_args!("the route {method} {path}"),
            router.oneshot(request),
        );
        Box::pin(async move {
            // Without this, hyper would close the connection of a handler that panics.
            let response = AssertUnwindSafe(response).catch_unwind().await;
            response.unwrap_or_else(|_| {
                let text = "the plugin's route handler panicked; see the log for the location";
                Ok((StatusCode::INTERNAL_SERVER_ERROR, text).into_response())
            })
        })
    }
}

/// [`Listener`] of axum for the HTTP endpoint of a session. Addresses have no meaning there.
struct HttpListener(StreamListener);

impl Listener for HttpListener {
    type Io = BoxedStream;
    type Addr = ();

    async fn accept(&mut self) -> (BoxedStream, ()) {
        loop {
            match self.0.accept().await {
                Ok(stream) => return (stream, ()),
                Err(_) => tokio::time::sleep(ACCEPT_RETRY_DELAY).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;

    use super::*;
    use crate::instrument::Instrumentation;

    #[tokio::test]
    async fn requests_go_to_the_longest_prefix_with_relative_paths() {
        let routes = Routes::new(Instrumentation::default());
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
            let response = get_path(&routes, path).await;
            assert_eq!(response, (status, body.to_owned()), "{path}");
        }
    }

    #[tokio::test]
    async fn panic_in_a_handler_is_status_500() {
        let routes = Routes::new(Instrumentation::default());
        let panics = get(async || -> &'static str { panic!("on purpose") });
        routes.add("/p", Router::new().route("/", panics)).unwrap();
        assert_eq!(get_path(&routes, "/p").await.0, 500);
    }

    async fn get_path(routes: &Routes, path: &str) -> (u16, String) {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let response = routes.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}
