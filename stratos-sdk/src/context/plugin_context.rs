//! [`PluginContext`], which is also an extractor of axum.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::context::auth::Auth;
use crate::context::config::Config;
use crate::context::ipc::Ipc;
use crate::context::logger::Logger;
use crate::context::server::Server;
use crate::context::shared::Shared;
use crate::context::tasks::Tasks;

/// Number of references to [`Shared`] in one context: one in each field except `logger`.
#[cfg(feature = "testing")]
const SHARED_REFERENCES: usize = 5;

/// A plugin's scoped access to the shell, passed to every hook (V1: `PluginContext`). Cheap to clone.
///
/// Everything in it is scoped to the plugin: log lines carry its id, config keys are its own, channel names
/// get its prefix.
#[derive(Debug, Clone)]
pub struct PluginContext {
    /// Log lines (V1: `ctx.logger`).
    pub logger: Logger,
    /// Durable key-value store (V1: `ctx.config`).
    pub config: Config,
    /// Messages from and to the UI (V1: `ctx.ipc`).
    pub ipc: Ipc,
    /// The pilot's login (V1: `ctx.auth`).
    pub auth: Auth,
    /// Routes on the shell's HTTP server (V1: `ctx.server`).
    pub server: Server,
    pub(crate) tasks: Tasks,
}

impl PluginContext {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        Self {
            logger: shared.logger.clone(),
            config: Config::new(shared),
            ipc: Ipc::new(shared),
            auth: Auth::new(shared),
            server: Server::new(shared),
            tasks: Tasks::new(shared),
        }
    }

    /// Waits up to `timeout` for requests in flight, and returns descriptions of unfinished ones.
    pub(crate) async fn drain(&self, timeout: Duration) -> Vec<String> {
        let (calls, requests) = tokio::join!(self.ipc.drain(timeout), self.server.drain(timeout));
        [calls, requests].concat()
    }

    /// Drops all that the plugin has registered.
    pub(crate) fn close(&self) {
        self.ipc.close();
        self.server.close();
    }

    /// Spawns a background task that ends with the plugin. A panic in it is logged with the task's name.
    ///
    /// After `on_stop` has returned, the task is dropped at its next await point, so a timer cannot outlive its
    /// plugin as it can in JavaScript. A task that reaches no await point within a second is reported in the log.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
    /// let logger = ctx.logger.clone();
    /// ctx.spawn("poll", async move {
    ///     loop {
    ///         logger.debug("MyPlugin", "polling");
    ///         stratos::tokio::time::sleep(Duration::from_secs(30)).await;
    ///     }
    /// });
    /// # Ok(()) }
    /// ```
    pub fn spawn<F>(&self, name: &str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.spawn(name, task);
    }

    /// Whether any part of this context is also held elsewhere, for example by a task of the plugin.
    #[cfg(feature = "testing")]
    pub(crate) fn is_held_elsewhere(&self) -> bool {
        // One logger is in the context, one in `Shared`.
        self.logger.handle_count() > 2 || Arc::strong_count(&self.tasks.shared) > SHARED_REFERENCES
    }
}

/// Extracts the context of the plugin that serves the route, so that handlers can take it as an argument.
///
/// ```no_run
/// # use stratos::axum::{Router, routing::get};
/// # use stratos::PluginContext;
/// async fn login(ctx: PluginContext) -> String {
///     format!("signed in: {}", ctx.auth.is_authenticated())
/// }
/// # async fn f(ctx: PluginContext) -> stratos::Result {
/// ctx.server.register_router("/api/my-plugin", Router::new().route("/login", get(login))).await?;
/// # Ok(()) }
/// ```
impl<S: Sync> FromRequestParts<S> for PluginContext {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let context = parts.extensions.get().cloned();
        context.ok_or((
            StatusCode::INTERNAL_SERVER_ERROR,
            "this router is not served by a Stratos plugin, so there is no context",
        ))
    }
}
