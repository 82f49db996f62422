//! What the shell offers to a plugin.

mod auth;
mod config;
mod extract;
mod held;
mod ipc;
mod logger;
mod server;
mod tasks;

pub use self::auth::{Auth, AuthChanges};
pub(crate) use self::config::read;
pub use self::config::{Config, ConfigError};
pub use self::ipc::{Ipc, IpcError};
pub use self::logger::Logger;
pub use self::server::{Server, ServerError};

pub(crate) use self::held::Held;
pub(crate) use self::ipc::{decode, encode, failed};
pub(crate) use self::logger::LogQueue;
pub(crate) use self::server::Routes;
pub(crate) use self::tasks::{Running, Tasks};

/// What a hook gets: scoped access to the shell (V1: `PluginContext`). Cheap to clone.
///
/// Everything in it belongs to this plugin alone: log lines carry its id, config keys are its own,
/// channel names get its prefix.
#[derive(Debug, Clone)]
pub struct PluginContext {
    /// Log lines (V1: `ctx.logger`).
    pub logger: Logger,
    /// The durable key-value store (V1: `ctx.config`).
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
    /// Starts background work that ends with the plugin. A panic in it is logged under its name.
    ///
    /// The work is dropped at its next await point after `on_stop` has returned, so a timer cannot
    /// outlive its plugin as it can in JavaScript. Work that comes to no await point within a second is
    /// named in the log.
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
    pub fn spawn<F>(&self, name: &str, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.spawn(name, work);
    }

    /// How many parts of this context somebody else holds.
    #[cfg(feature = "testing")]
    pub(crate) fn held_elsewhere(&self) -> usize {
        // The five parts, the tasks' own logger, and the one to count with.
        self.logger.held().count().saturating_sub(6 + 1)
    }
}
