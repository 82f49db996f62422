//! Options of a plugin's process.

use std::process::ExitCode;

use tokio::runtime::Builder;

use super::serve_with;
use crate::error::BoxError;
use crate::plugin::Plugin;

/// Options of a plugin's process; [`serve`](crate::serve) uses the default ones.
///
/// ```no_run
/// # use stratos::{Identity, Plugin, PluginContext, Result};
/// # #[derive(Default)] struct MyPlugin;
/// # impl Plugin for MyPlugin {
/// #     fn identity(&self) -> Identity { unreachable!() }
/// #     async fn on_start(&self, _: PluginContext) -> Result { Ok(()) }
/// #     async fn on_stop(&self, _: PluginContext) -> Result { Ok(()) }
/// # }
/// use stratos::ServeOptions;
///
/// fn main() -> std::process::ExitCode {
///     ServeOptions::new().worker_threads(4).serve(MyPlugin::default())
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use = "call `serve`"]
pub struct ServeOptions {
    worker_threads: usize,
}

impl ServeOptions {
    /// The default options.
    pub fn new() -> Self {
        Self { worker_threads: 1 }
    }

    /// Sets the number of threads that run the plugin's hooks, handlers and tasks: 1 by default, 0 for one per core.
    ///
    /// With one thread, an answer takes the least time, because no work moves between threads, but a handler that
    /// computes for long makes all others wait. Let it compute in `tokio::task::spawn_blocking`, which has threads of
    /// its own. More threads are for plugins whose handlers compute at the same time, or that call
    /// `tokio::task::block_in_place`, which panics on a single thread.
    pub fn worker_threads(mut self, threads: usize) -> Self {
        self.worker_threads = threads;
        self
    }

    /// Runs a plugin; see [`serve`](crate::serve).
    #[must_use = "return it from `main`"]
    pub fn serve<P: Plugin>(self, plugin: P) -> ExitCode {
        serve_with(plugin, &self)
    }

    /// Runs the future of a session to its end.
    pub(super) fn block_on<F>(&self, session: F) -> Result<(), BoxError>
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        if self.worker_threads == 1 {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            // As a task, since a runtime of one thread asks the system for events each time that it goes from a task
            // to the future of `block_on`.
            let session = runtime.spawn(session);
            return runtime.block_on(session)?;
        }
        let mut builder = Builder::new_multi_thread();
        if self.worker_threads > 0 {
            builder.worker_threads(self.worker_threads);
        }
        // On a thread of its own, so that it reads on while handlers block the workers.
        builder.enable_all().build()?.block_on(session)
    }
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self::new()
    }
}
