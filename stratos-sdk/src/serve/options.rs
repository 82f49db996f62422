//! Options of a plugin's process.

use std::process::ExitCode;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Runtime};

use super::serve_with;
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
    /// its own, or set more threads. `tokio::task::block_in_place` needs more than one.
    pub fn worker_threads(mut self, threads: usize) -> Self {
        self.worker_threads = threads;
        self
    }

    /// Runs a plugin; see [`serve`](crate::serve).
    #[must_use = "return it from `main`"]
    pub fn serve<P: Plugin>(self, plugin: P) -> ExitCode {
        serve_with(plugin, &self)
    }

    pub(super) fn runtime(&self) -> std::io::Result<Runtime> {
        match self.worker_threads {
            1 => Builder::new_current_thread().enable_all().build(),
            threads => {
                let cores = available_parallelism().map_or(1, usize::from);
                let threads = if threads == 0 { cores } else { threads };
                Builder::new_multi_thread()
                    .worker_threads(threads)
                    .enable_all()
                    .build()
            }
        }
    }
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self::new()
    }
}
