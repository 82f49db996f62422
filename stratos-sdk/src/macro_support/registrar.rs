//! Registration of a plugin's handlers.

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use axum::{Json, Router};
use serde_json::{Value, json};
use stratos_protocol::RpcError;

use super::{IpcCall, RouteError};
use crate::context::{IpcError, PluginContext, ServerError};
use crate::error::{Result, chain};

/// Registers the handlers of one plugin with the shell.
pub struct HandlerRegistrar<P> {
    plugin: Arc<P>,
    ctx: PluginContext,
    prefix: &'static str,
    router: Router,
}

impl<P: Send + Sync + 'static> HandlerRegistrar<P> {
    pub fn new(plugin: Arc<P>, ctx: PluginContext, prefix: &'static str) -> Self {
        Self {
            plugin,
            ctx,
            prefix,
            router: Router::new(),
        }
    }

    /// Registers the handler of a channel. `function` is the name of the author's function.
    pub async fn ipc<F, Fut>(
        &mut self,
        channel: &'static str,
        function: &'static str,
        handler: F,
    ) -> Result
    where
        F: Fn(Arc<P>, PluginContext, IpcCall) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Value, RpcError>> + Send + 'static,
    {
        let (plugin, ctx) = (Arc::clone(&self.plugin), self.ctx.clone());
        let answer = move |payload| {
            let call = IpcCall { channel, payload };
            Box::pin(handler(Arc::clone(&plugin), ctx.clone(), call)) as _
        };
        match self.ctx.ipc.register(channel, Arc::new(answer)).await {
            Err(IpcError::AlreadyRegistered { .. }) => Err(format!(
                "channel `{channel}` has two handlers: `#[ipc(\"{channel}\")]` on `{function}`, and one that was \
                 registered with `ctx.ipc.handle`; remove one of them"
            )
            .into()),
            registered => Ok(registered?),
        }
    }

    /// Adds a route to the plugin's router. Conflicts between routes are found by the macro, so axum does not panic.
    pub fn route<F, Fut>(
        &mut self,
        method: Method,
        path: &'static str,
        function: &'static str,
        handler: F,
    ) where
        F: Fn(Arc<P>, PluginContext, Parts, Body) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<Response, RouteError>> + Send + 'static,
    {
        let (plugin, ctx) = (Arc::clone(&self.plugin), self.ctx.clone());
        let answer = move |request: Request| {
            let (parts, body) = request.into_parts();
            let logger = ctx.logger.clone();
            let answer = handler(Arc::clone(&plugin), ctx.clone(), parts, body);
            async move {
                match answer.await {
                    Ok(response) => response,
                    Err(RouteError::Rejected(response)) => *response,
                    Err(RouteError::Failed(error)) => {
                        logger.error_from(function, "the route's handler failed", &*error);
                        let answer = Json(json!({ "error": chain(&*error) }));
                        (StatusCode::INTERNAL_SERVER_ERROR, answer).into_response()
                    }
                }
            }
        };
        let filter =
            MethodFilter::try_from(method).expect("axum can filter the methods of all attributes");
        let router = std::mem::take(&mut self.router);
        self.router = router.route(path, on(filter, answer));
    }

    /// Serves the router, if it has any routes.
    pub async fn finish(self) -> Result {
        let Self {
            ctx,
            prefix,
            router,
            plugin: _,
        } = self;
        if !router.has_routes() {
            return Ok(());
        }
        match ctx.server.register_router(prefix, router).await {
            Err(ServerError::AlreadyRegistered { .. }) => Err(format!(
                "two routers have the prefix `{prefix}`: the one of `#[get(...)]` and similar attributes, and one that was \
                 registered with `ctx.server.register_router`; give the latter a longer prefix, such as \
                 `{prefix}/more`, or the former another one with `#[stratos::plugin(prefix = \"...\")]`"
            )
            .into()),
            registered => Ok(registered?),
        }
    }
}

impl<P> fmt::Debug for HandlerRegistrar<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandlerRegistrar")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
