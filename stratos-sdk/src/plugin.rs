//! The contract between the shell and a plugin's background module.

use std::sync::Arc;

use stratos_protocol::handshake::Identity;

use crate::context::PluginContext;
use crate::error::{BoxError, Result};

/// A plugin's background module (V1: `PluginBackgroundModule`).
///
/// Write `#[stratos::plugin]` on an `impl` block instead of implementing this by hand: the
/// attribute checks the hooks' names and signatures and takes the identity from `plugin.json`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a Stratos plugin",
    label = "has no `Plugin` implementation",
    note = "write `#[stratos::plugin]` on the `impl {Self}` block that holds `on_start` and `on_stop`, \
            or on a module, and serve its `Plugin`"
)]
pub trait Plugin: Send + Sync + 'static {
    /// The id and the version of the manifest.
    fn identity(&self) -> Identity;

    /// Called once, after auth is initialised (V1).
    ///
    /// An error or a panic marks the plugin as errored; other plugins are not affected.
    fn on_start(&self, ctx: PluginContext) -> impl Future<Output = Result> + Send;

    /// Called when the shell shuts down or the plugin is replaced (V1; V2 passes the context).
    ///
    /// Only called after `on_start` or `on_resume` succeeded.
    fn on_stop(&self, ctx: PluginContext) -> impl Future<Output = Result> + Send;

    /// Whether [`on_resume`](Self::on_resume) means anything.
    fn resumes(&self) -> bool {
        false
    }

    /// Called instead of `on_start` after an update while the old version still serves (V1).
    ///
    /// A plugin without it is stopped and started anew.
    fn on_resume(&self, ctx: PluginContext) -> impl Future<Output = Result> + Send {
        let _ = ctx;
        async { Err("this plugin has no `on_resume`, but says that it resumes".into()) }
    }

    /// Called right after `on_start` or `on_resume` succeeded, before the shell hears of it.
    ///
    /// Registers what the plugin answers; an error marks it as errored. `#[stratos::plugin]` writes this one for the
    /// functions that carry `#[ipc("...")]`, `#[get("...")]` and the like.
    fn register(self: Arc<Self>, ctx: PluginContext) -> impl Future<Output = Result> + Send {
        let _ = ctx;
        async { Ok(()) }
    }
}

/// What a hook may return: nothing, or a result with any error.
#[diagnostic::on_unimplemented(
    message = "a Stratos hook cannot return `{Self}`",
    label = "expected `()` or `Result<(), E>`",
    note = "`E` is `stratos::BoxError`, which `stratos::Result` has, or `String`, or a type that implements `std::error::Error`"
)]
pub trait HookOutput {
    /// The result that the shell sees.
    ///
    /// # Errors
    ///
    /// The hook's own.
    fn into_result(self) -> Result;
}

impl HookOutput for () {
    fn into_result(self) -> Result {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> HookOutput for Result<(), E> {
    fn into_result(self) -> Result {
        self.map_err(Into::into)
    }
}
