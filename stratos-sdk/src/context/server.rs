//! `ctx.server`: routes on the shell's HTTP server.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::serve::Listener;
use axum::{Extension, Router};
use stratos_protocol::error_body::ErrorBody;
use stratos_protocol::server::{PrefixError, Register, Route, check_prefix};
use stratos_transport::listener::StreamListener;
use stratos_transport::{BoxedStream, CallError};
use thiserror::Error;
use tokio_util::task::TaskTracker;
use tower::Layer as _;

use crate::context::error_response::ErrorResponses;
use crate::context::routes::Routes;
use crate::context::service::ContextService;
use crate::context::shared::Shared;

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
        self.register(prefix, router, Vec::new()).await
    }

    /// Replaces the error responses that the SDK sends by itself: those to unknown paths and methods, to requests that
    /// an extractor of a handler rejects, and for handlers that fail or panic.
    ///
    /// By default, the response is the [`ErrorBody`] as JSON. A router with a fallback of its own, and an extractor
    /// that rejects with another content type than plain text, keep their responses. Extractors of a router of
    /// [`register_router`](Self::register_router) respond as axum defines it. If `render` panics, the response is the
    /// default one.
    ///
    /// ```no_run
    /// # use stratos::axum::Json;
    /// # use stratos::serde_json::json;
    /// # fn f(ctx: stratos::PluginContext) {
    /// ctx.server.render_errors(|status, body| (status, Json(json!({ "message": body.error }))));
    /// # }
    /// ```
    pub fn render_errors<R: IntoResponse>(
        &self,
        render: impl Fn(StatusCode, ErrorBody) -> R + Send + Sync + 'static,
    ) {
        let render = move |status, body| render(status, body).into_response();
        self.routes.errors.set(Arc::new(render));
    }

    /// Like [`register_router`](Self::register_router), with a list of the router's routes for people.
    pub(crate) async fn register(
        &self,
        prefix: &str,
        router: Router,
        routes: Vec<Route>,
    ) -> Result<(), ServerError> {
        check_prefix(prefix)?;
        if !self.routes.add(prefix, router, &routes) {
            return Err(ServerError::AlreadyRegistered {
                prefix: prefix.to_owned(),
            });
        }
        let register = Register {
            prefix: prefix.to_owned(),
            routes,
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

    /// Renderer of the error responses of the SDK.
    pub(crate) fn error_responses(&self) -> &ErrorResponses {
        &self.routes.errors
    }

    /// Registered prefixes, in alphabetical order.
    #[cfg(feature = "testing")]
    pub(crate) fn prefixes(&self) -> Vec<String> {
        self.routes.prefixes()
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
            Err(_) => match self.routes.running() {
                names if names.is_empty() => vec!["a response of a route".to_owned()],
                names => names,
            },
        }
    }

    fn close(&self) {
        self.routes.clear();
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
