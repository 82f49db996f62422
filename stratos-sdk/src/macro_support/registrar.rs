//! Registration of a plugin's handlers.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use serde_json::Value;
use stratos_protocol::RpcError;
use stratos_protocol::error_body::{ErrorBody, ErrorBodyCode};
use stratos_protocol::server::Route;

use super::{IpcCall, RouteError};
use crate::context::{IpcError, PluginContext, ServerError};
use crate::error::{Result, chain};

/// Registers the handlers of one plugin with the shell.
pub struct HandlerRegistrar<P> {
    pub(super) plugin: Arc<P>,
    pub(super) ctx: PluginContext,
    prefix: &'static str,
    router: Router,
    routes: Vec<Route>,
}

impl<P: Send + Sync + 'static> HandlerRegistrar<P> {
    pub fn new(plugin: Arc<P>, ctx: PluginContext, prefix: &'static str) -> Self {
        Self {
            plugin,
            ctx,
            prefix,
            router: Router::new(),
            routes: Vec::new(),
        }
    }

    /// Registers the handler of a channel. `function` is the name of the author's function, and `arguments` the number
    /// of its payloads.
    pub async fn ipc<F, Fut>(
        &mut self,
        channel: &'static str,
        function: &'static str,
        arguments: usize,
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
        let answer = Arc::new(answer);
        match self.ctx.ipc.register(channel, answer, arguments == 0).await {
            Err(IpcError::AlreadyRegistered { .. }) => Err(format!(
                "channel `{channel}` has two handlers: `#[ipc(\"{channel}\")]` on `{function}`, and one that was \
                 registered with `ctx.ipc.handle`; remove one of them"
            )
            .into()),
            registered => Ok(registered?),
        }
    }

    /// Adds a route to the plugin's router. `arguments` is the number of extractors.
    ///
    /// The macro finds conflicts between routes, so axum does not panic.
    pub fn route<F, Fut>(
        &mut self,
        method: Method,
        path: &'static str,
        function: &'static str,
        arguments: usize,
        handler: F,
    ) where
        F: Fn(Arc<P>, PluginContext, Parts, Body) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<Response, RouteError>> + Send + 'static,
    {
        let (plugin, ctx) = (Arc::clone(&self.plugin), self.ctx.clone());
        let answer = move |request: Request| {
            let (parts, body) = request.into_parts();
            let logger = ctx.logger.clone();
            let errors = ctx.server.error_responses().clone();
            let answer = handler(Arc::clone(&plugin), ctx.clone(), parts, body);
            async move {
                match answer.await {
                    Ok(response) => response,
                    Err(RouteError::Rejected(response)) => errors.rejection(*response).await,
                    Err(RouteError::Failed(error)) => {
                        logger.error_from(function, "the route's handler failed", &*error);
                        let body = ErrorBody::new(ErrorBodyCode::HandlerFailed, chain(&*error));
                        errors.response(StatusCode::INTERNAL_SERVER_ERROR, body)
                    }
                }
            }
        };
        self.routes.push(Route {
            method: method.to_string(),
            path: format!("{}{}", self.prefix, path.trim_end_matches('/')),
            without_arguments: arguments == 0,
        });
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
            routes,
            plugin: _,
        } = self;
        if !router.has_routes() {
            return Ok(());
        }
        match ctx.server.register(prefix, router, routes).await {
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
