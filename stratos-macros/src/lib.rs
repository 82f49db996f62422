//! The macros of `stratos-sdk`, which re-exports them.
//!
//! Parse (`attr`, `item`), check (`hooks`), read `plugin.json` (`plugin_json`), `expand`. Everything but this
//! file works on `proc_macro2` and is tested without a compiler.

mod attr;
mod expand;
mod hooks;
mod item;
mod plugin_json;

use proc_macro::TokenStream;

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
#[proc_macro_attribute]
pub fn plugin(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::plugin(arguments.into(), &item.into()).into()
}

/// The [`Identity`](../stratos/struct.Identity.html) in `plugin.json`, for `stratos::create_plugin`.
///
/// `stratos::manifest!("../plugin.json")` names a file that does not lie beside `Cargo.toml`.
#[proc_macro]
pub fn manifest(arguments: TokenStream) -> TokenStream {
    expand::manifest(arguments.into()).into()
}
