//! [`PluginContext`] as an extractor of axum.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::context::plugin_context::PluginContext;

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
