//! [`Plugin`]: the interface between the shell and a plugin's background module.

use std::sync::Arc;

use stratos_protocol::handshake::Identity;

use crate::context::PluginContext;
use crate::error::{BoxError, Result};
use crate::settings::SettingSpec;

/// A plugin's background module (V1: `PluginBackgroundModule`).
///
/// Usually implemented by [`#[stratos::plugin]`](macro@crate::plugin), which checks the names and signatures of the
/// hooks and reads the identity from `plugin.json`. An implementation without the macro:
///
/// ```no_run
/// use stratos::{Identity, Plugin, PluginContext, Result};
///
/// struct MyPlugin;
///
/// impl Plugin for MyPlugin {
///     fn identity(&self) -> Identity {
///         Identity { id: "my-plugin".to_owned(), version: "1.0.0".to_owned() }
///     }
///
///     async fn on_start(&self, ctx: PluginContext) -> Result {
///         ctx.logger.info("MyPlugin", "Starting up...");
///         Ok(())
///     }
///
///     async fn on_stop(&self, _ctx: PluginContext) -> Result {
///         Ok(())
///     }
/// }
///
/// fn main() -> std::process::ExitCode {
///     stratos::serve_plugin(MyPlugin)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a Stratos plugin",
    label = "has no `Plugin` implementation",
    note = "write `#[stratos::plugin]` on the `impl {Self}` block that holds `on_start` and `on_stop`, \
            or on a module, and serve its `Plugin`"
)]
pub trait Plugin: Send + Sync + 'static {
    /// Id and version, as in the plugin's manifest. The shell rejects a plugin with another id.
    fn identity(&self) -> Identity;

    /// Settings that the manifest declares, as `#[stratos::plugin]` embeds them; `None` without the macro.
    #[doc(hidden)]
    fn declared_settings(&self) -> Option<&'static [SettingSpec]> {
        None
    }

    /// Starts the plugin. Called once, after auth is initialised (V1), with a timeout of 30 seconds.
    ///
    /// An error or a panic marks the plugin as errored; other plugins are not affected.
    fn on_start(&self, ctx: PluginContext) -> impl Future<Output = Result> + Send;

    /// Cleans up before the shell shuts down or the plugin is replaced (V1; V2 passes the context). Timeout: 5 seconds.
    ///
    /// Called only if `on_start` or `on_resume` succeeded. Afterwards, requests in flight have 2 seconds to finish, and
    /// the tasks of [`PluginContext::spawn`] are cancelled.
    fn on_stop(&self, ctx: PluginContext) -> impl Future<Output = Result> + Send;

    /// Whether the plugin implements [`on_resume`](Self::on_resume). The shell asks once, in the handshake.
    fn resumes(&self) -> bool {
        false
    }

    /// Starts an updated plugin while the old version still serves requests (V1). Called instead of `on_start`, with
    /// the same timeout.
    ///
    /// A plugin without this hook is stopped before the new version starts.
    fn on_resume(&self, ctx: PluginContext) -> impl Future<Output = Result> + Send {
        let _ = ctx;
        async {
            Err("`resumes` returns true, but the plugin does not implement `on_resume`".into())
        }
    }

    /// Registers the plugin's IPC handlers and routes. Called after `on_start` or `on_resume` succeeded, before the
    /// shell receives the result.
    ///
    /// An error marks the plugin as errored. `#[stratos::plugin]` implements this method for the functions with
    /// `#[ipc("...")]`, `#[get("...")]` and the like.
    fn register(self: Arc<Self>, ctx: PluginContext) -> impl Future<Output = Result> + Send {
        let _ = ctx;
        async { Ok(()) }
    }
}

/// Return type of a hook: `()`, or `Result<(), E>` with any error.
#[diagnostic::on_unimplemented(
    message = "a hook or an event handler cannot return `{Self}`",
    label = "expected `()` or `Result<(), E>`",
    note = "`E` is `stratos::BoxError`, which `stratos::Result` has, or `String`, or a type that implements `std::error::Error`"
)]
pub trait HookOutput {
    /// Converts the value into the result that is sent to the shell.
    ///
    /// # Errors
    ///
    /// The error that the hook returned.
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
