#![doc = include_str!("docs/crate.md")]
#![warn(missing_docs)]

mod builder;
pub mod context;
mod error;
mod plugin;
mod probe;
mod serve;
pub mod session;
#[cfg(feature = "testing")]
pub mod testing;

pub use axum;
pub use serde;
pub use serde_json;
pub use stratos_protocol::auth::AuthState;
pub use stratos_protocol::hello::Identity;
pub use tokio;
pub use tracing;

/// The [`Identity`] in `plugin.json`, for [`create_plugin`].
///
/// `stratos::manifest!("../plugin.json")` names a file that does not lie beside `Cargo.toml`.
pub use stratos_macros::manifest;

/// Makes a type a Stratos plugin; write it on the `impl` block with the hooks.
///
/// ```no_run
/// use stratos::PluginContext;
///
/// #[derive(Default)]
/// struct MyPlugin;
///
/// # const _: &str = r#"
/// #[stratos::plugin]
/// # "#;
/// # #[allow(dead_code)]
/// impl MyPlugin {
///     async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
///         ctx.logger.info("MyPlugin", "Starting up...");
///         Ok(())
///     }
///
///     async fn on_stop(&self) {}
/// }
/// # fn main() {}
/// ```
///
/// | hook | |
/// |---|---|
/// | `async fn on_start(&self, ctx: PluginContext)` | required (V1) |
/// | `async fn on_stop(&self)` | required (V1); may take the context (V2) |
/// | `async fn on_resume(&self, ctx: PluginContext)` | optional (V1) |
///
/// A hook returns nothing or a `Result<(), E>` with any error. The context may be taken by reference. State
/// lives in the type itself; hooks take `&self`, since handlers run beside them.
///
/// The id and the version come from the `plugin.json` beside `Cargo.toml`; where it lies elsewhere, say
/// `#[stratos::plugin(manifest = "../plugin.json")]`. A change of it rebuilds the plugin, and errors in it are errors
/// of the build.
pub use stratos_macros::plugin;

pub use crate::builder::{BuildError, BuiltPlugin, PluginBuilder, create_plugin};
pub use crate::context::PluginContext;
pub use crate::error::{BoxError, Result};
pub use crate::plugin::{HookOutput, Plugin};
pub use crate::serve::{serve, serve_plugin};

/// What the macros' output calls. Not for authors: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::plugin::hook;
}
