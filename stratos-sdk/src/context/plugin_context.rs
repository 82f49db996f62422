//! The context type, made from the table of services.

use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use stratos_protocol::{RpcError, Service};
use stratos_transport::rpc::method_not_found;

use crate::context::airline::Airline;
use crate::context::auth::Auth;
use crate::context::clock::Clock;
use crate::context::config::Config;
use crate::context::database::Database;
use crate::context::dialog::Dialogs;
use crate::context::flight::Flight;
use crate::context::indicator::Indicators;
use crate::context::ipc::Ipc;
use crate::context::logger::Logger;
use crate::context::notify::Notify;
use crate::context::plugin_info::PluginInfo;
use crate::context::prompt::Prompts;
use crate::context::server::Server;
use crate::context::service::ContextService;
use crate::context::shared::Shared;
use crate::context::tasks::Tasks;

/// Declares [`PluginContext`] with one field per service, and passes the events of a session on to all services.
macro_rules! services {
    ($($(#[$doc:meta])+ $field:ident: $service:ty,)+) => {
        /// A plugin's scoped access to the shell, passed to every hook (V1: `PluginContext`). Cheap to clone.
        ///
        /// All services are scoped to the plugin: log lines carry its id, config keys are its own, channel names
        /// get its prefix.
        #[derive(Debug, Clone)]
        pub struct PluginContext {
            /// Log lines (V1: `ctx.logger`).
            pub logger: Logger,
            /// The plugin's identity and folders.
            pub plugin: PluginInfo,
            /// The time of day.
            pub clock: Clock,
            $($(#[$doc])+ pub $field: $service,)+
            pub(crate) tasks: Tasks,
        }

        impl PluginContext {
            pub(crate) fn new(shared: &Arc<Shared>) -> Self {
                Self {
                    logger: shared.logger.clone(),
                    plugin: shared.plugin.clone(),
                    clock: shared.clock,
                    $($field: ContextService::new(shared),)+
                    tasks: Tasks::new(shared),
                }
            }

            /// Passes a request of the shell to the service that answers its method.
            pub(crate) async fn handle_request(
                &self,
                method: &str,
                params: &RawValue,
            ) -> Result<Box<RawValue>, RpcError> {
                $(
                    if <$service>::METHODS.contains(&method) {
                        return self.$field.handle_request(method, params).await;
                    }
                )+
                Err(method_not_found("plugin", method))
            }

            /// Waits up to `timeout` for requests in flight, and returns descriptions of unfinished ones in the order
            /// of the services.
            pub(crate) async fn drain(&self, timeout: Duration) -> Vec<String> {
                let ($($field,)+) = tokio::join!($(self.$field.drain(timeout)),+);
                [$($field),+].concat()
            }

            /// Drops all that the plugin has registered.
            pub(crate) fn close(&self) {
                $(self.$field.close();)+
            }

            /// Number of references to [`Shared`] in one context: one per service, and one in `tasks`.
            #[cfg(feature = "testing")]
            const SHARED_REFERENCES: usize = [$(stringify!($field)),+].len() + 1;
        }
    };
}

services! {
    /// Durable key-value store (V1: `ctx.config`).
    config: Config,
    /// Messages from and to the UI (V1: `ctx.ipc`).
    ipc: Ipc,
    /// The pilot's login (V1: `ctx.auth`).
    auth: Auth,
    /// Routes on the shell's HTTP server (V1: `ctx.server`).
    server: Server,
    /// The flight, its phases, simulator data and landings (V3: `ctx.flight`).
    flight: Flight,
    /// The pilot's airline and its API (V3: `ctx.airline`).
    airline: Airline,
    /// SQLite files of the plugin (V3: `ctx.database`).
    database: Database,
    /// Toasts and sounds (V3: `ctx.notify`).
    notify: Notify,
    /// Messages to the pilot, and confirmations (V3: `ctx.dialog`).
    dialog: Dialogs,
    /// Questions to the pilot (V3: `ctx.prompt`).
    prompt: Prompts,
    /// The badge beside the plugin's entry in the sidebar (V3: `ctx.plugin.setIndicator`).
    indicator: Indicators,
}

impl PluginContext {
    /// Whether the shell has a service of later shells. Calls to others fail with
    /// [`ServiceError::NotSupported`](crate::context::ServiceError::NotSupported).
    ///
    /// ```no_run
    /// # fn f(ctx: stratos::PluginContext) {
    /// if !ctx.supports(stratos::Service::Flight) {
    ///     ctx.logger.warn("MyPlugin", "this shell has no flights");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn supports(&self, service: Service) -> bool {
        self.tasks.shared.services.supports(service)
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

    /// Whether a panic hook logs panics, so that nothing else does.
    pub(crate) fn logs_panics(&self) -> bool {
        self.tasks.shared.instrumentation.logs_panics
    }

    /// Whether any part of this context is also held elsewhere, for example by a task of the plugin.
    #[cfg(feature = "testing")]
    pub(crate) fn is_held_elsewhere(&self) -> bool {
        // One logger is in the context, one in `Shared`.
        self.logger.handle_count() > 2
            || Arc::strong_count(&self.tasks.shared) > Self::SHARED_REFERENCES
    }
}
