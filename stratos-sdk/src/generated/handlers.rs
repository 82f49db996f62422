//! Registers what a plugin answers.

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

use super::{NoAnswer, Question};
use crate::context::{IpcError, PluginContext, ServerError};
use crate::error::{Result, chain};

/// The handlers of one plugin, on their way to the shell.
pub struct Handlers<P> {
    plugin: Arc<P>,
    ctx: PluginContext,
    prefix: &'static str,
    router: Router,
}

impl<P: Send + Sync + 'static> Handlers<P> {
    pub fn new(plugin: Arc<P>, ctx: PluginContext, prefix: &'static str) -> Self {
        Self {
            plugin,
            ctx,
            prefix,
            router: Router::new(),
        }
    }

    /// Answers a channel.
    pub async fn ipc<F, Fut>(
        &mut self,
        channel: &'static str,
        function: &'static str,
        handler: F,
    ) -> Result
    where
        F: Fn(Arc<P>, PluginContext, Question) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Value, RpcError>> + Send + 'static,
    {
        let (plugin, ctx) = (Arc::clone(&self.plugin), self.ctx.clone());
        let answer = move |payload| {
            let question = Question { channel, payload };
            Box::pin(handler(Arc::clone(&plugin), ctx.clone(), question)) as _
        };
        match self.ctx.ipc.register(channel, Arc::new(answer)).await {
            Err(IpcError::Taken { .. }) => Err(format!(
                "channel `{channel}` has two handlers: `#[ipc(\"{channel}\")]` on `{function}`, and one that was \
                 registered by hand with `ctx.ipc.handle`; remove one of them"
            )
            .into()),
            registered => Ok(registered?),
        }
    }

    /// Adds a route. The macro has seen to it that axum takes them all.
    pub fn route<F, Fut>(
        &mut self,
        method: Method,
        path: &'static str,
        function: &'static str,
        handler: F,
    ) where
        F: Fn(Arc<P>, PluginContext, Parts, Body) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<Response, NoAnswer>> + Send + 'static,
    {
        let (plugin, ctx) = (Arc::clone(&self.plugin), self.ctx.clone());
        let answer = move |request: Request| {
            let (parts, body) = request.into_parts();
            let logger = ctx.logger.clone();
            let answer = handler(Arc::clone(&plugin), ctx.clone(), parts, body);
            async move {
                match answer.await {
                    Ok(response) => response,
                    Err(NoAnswer::Refused(response)) => *response,
                    Err(NoAnswer::Failed(error)) => {
                        logger.error_from(function, "the route's handler failed", &*error);
                        let answer = Json(json!({ "error": chain(&*error) }));
                        (StatusCode::INTERNAL_SERVER_ERROR, answer).into_response()
                    }
                }
            }
        };
        let filter = MethodFilter::try_from(method).expect("the attributes' methods are common");
        let router = std::mem::take(&mut self.router);
        self.router = router.route(path, on(filter, answer));
    }

    /// Serves the routes.
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
            Err(ServerError::Twice { .. }) => Err(format!(
                "two routers want the prefix `{prefix}`: the one of `#[get(...)]` and the like, and one that was \
                 registered by hand with `ctx.server.register_router`; give the latter a longer prefix, such as \
                 `{prefix}/more`, or the former another one, `#[stratos::plugin(prefix = \"...\")]`"
            )
            .into()),
            registered => Ok(registered?),
        }
    }
}

impl<P> fmt::Debug for Handlers<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handlers")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
