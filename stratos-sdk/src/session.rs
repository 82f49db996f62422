//! Session of a plugin with its host: from the handshake to the end of the connection.
//!
//! [`serve`](crate::serve) runs a session over the sockets that the host names in the environment.
//! A host that runs a plugin within its own process calls [`run`] itself.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;

use futures_util::FutureExt as _;
use serde_json::json;
use serde_json::value::RawValue;
use stratos_protocol::handshake::{FEATURE_CONFIG_CHANGES, Welcome};
use stratos_protocol::lifecycle::{Resume, Retire, Start, Stop};
use stratos_protocol::limits::{DRAIN_TIMEOUT, FRAME_BYTES};
use stratos_protocol::method::Empty;
use stratos_protocol::{Request as _, RpcError};
use stratos_transport::{Connection, ConnectionError, Handler, Peer, rpc};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::context::{Clock, LogQueue, Logger, PluginContext, PluginInfo, Shared, ShellServices};
use crate::error::{Result, handler_failed};
use crate::handshake::handshake;
use crate::instrument::Instrumentation;
use crate::plugin::Plugin;

pub use crate::handshake::HandshakeError;
pub use stratos_transport::HostConnection;

/// Error that ended a session.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The handshake failed, so the plugin was not started.
    #[error("the handshake with the shell failed")]
    Handshake(#[source] HandshakeError),
    /// The connection failed, or the host violated the protocol.
    #[error("the connection to the shell failed")]
    Connection(#[source] ConnectionError),
}

/// Settings of [`run_with`].
pub(crate) struct SessionOptions {
    pub(crate) logger: Logger,
    /// Receiving end of `logger`.
    pub(crate) log_queue: LogQueue,
    pub(crate) clock: Clock,
    pub(crate) instrumentation: Instrumentation,
    /// Called when the session ends, also by being dropped, before handlers and routes are removed.
    pub(crate) on_end: Option<EndCallback>,
}

pub(crate) type EndCallback = Box<dyn FnOnce(&PluginContext) + Send>;

impl Default for SessionOptions {
    fn default() -> Self {
        let (logger, log_queue) = Logger::new();
        Self {
            logger,
            log_queue,
            clock: Clock::default(),
            instrumentation: Instrumentation::default(),
            on_end: None,
        }
    }
}

/// Runs a plugin until its host closes the connection.
///
/// Dropping the future ends the plugin at once, without `on_stop`.
///
/// # Errors
///
/// If the handshake fails or the connection breaks.
pub async fn run<P: Plugin>(plugin: P, connection: HostConnection) -> Result<(), SessionError> {
    run_with(plugin, connection, SessionOptions::default()).await
}

/// [`run`] with options.
pub(crate) async fn run_with<P: Plugin>(
    plugin: P,
    connection: HostConnection,
    options: SessionOptions,
) -> Result<(), SessionError> {
    let HostConnection {
        control,
        http,
        nonce,
        folders,
    } = connection;
    let mut control = Connection::new(control, FRAME_BYTES);
    let welcome = handshake(&mut control, &plugin, nonce).await;
    let Welcome {
        protocol,
        host,
        features,
        limits,
        shell,
    } = welcome.map_err(SessionError::Handshake)?;
    control.set_send_limit(limits.frame_bytes);

    let (peer, driver) = Peer::new(control);
    let shared = Arc::new(Shared {
        peer: peer.clone(),
        settings: plugin.declared_settings().unwrap_or_default(),
        reports_config_changes: features.iter().any(|name| name == FEATURE_CONFIG_CHANGES),
        services: ShellServices::new(features, &host, shell.as_ref()),
        limits,
        logger: options.logger,
        plugin: PluginInfo::new(plugin.identity(), folders),
        clock: options.clock,
        instrumentation: options.instrumentation,
        shutdown: CancellationToken::new(),
    });
    let ctx = PluginContext::new(&shared);
    ctx.server.serve(http, ctx.clone());
    // Declared before the session, so that it is dropped after it.
    let _cleanup = Cleanup {
        shared: Arc::clone(&shared),
        ctx: ctx.clone(),
        on_end: options.on_end,
    };
    let session = Arc::new(Session {
        plugin: Arc::new(plugin),
        shared,
        ctx,
    });
    let (outcome, ()) = tokio::join!(
        driver.run(Arc::clone(&session)),
        options.log_queue.forward(&peer, protocol)
    );
    session.shared.shutdown.cancel();
    session.ctx.tasks.shutdown_and_warn().await;
    outcome.map_err(SessionError::Connection)
}

/// Guard that releases a session's resources when dropped.
///
/// A host within the same process kills a plugin by dropping the future of [`run`], at any await point.
struct Cleanup {
    shared: Arc<Shared>,
    ctx: PluginContext,
    on_end: Option<EndCallback>,
}

impl Drop for Cleanup {
    fn drop(&mut self) {
        self.shared.shutdown.cancel();
        self.ctx.tasks.cancel();
        if let Some(on_end) = self.on_end.take() {
            on_end(&self.ctx);
        }
        self.ctx.close();
    }
}

/// Answers the host's requests: the lifecycle itself, all others through the context's services.
struct Session<P> {
    plugin: Arc<P>,
    shared: Arc<Shared>,
    ctx: PluginContext,
}

impl<P: Plugin> Handler for Session<P> {
    async fn handle_request(
        &self,
        method: &str,
        params: &RawValue,
    ) -> Result<Box<RawValue>, RpcError> {
        let answer = async {
            match method {
                Start::METHOD => rpc::respond(params, |start| self.start(start)).await,
                Resume::METHOD => rpc::respond(params, |resume| self.resume(resume)).await,
                Stop::METHOD => rpc::respond(params, |stop| self.stop(stop)).await,
                Retire::METHOD => rpc::respond(params, |retire| self.retire(retire)).await,
                _ => self.ctx.handle_request(method, params).await,
            }
        };
        match AssertUnwindSafe(answer).catch_unwind().await {
            Ok(answer) => answer,
            Err(panic) => {
                // The host must receive the line about the panic before the answer, after which it may end the plugin.
                self.shared.logger.flush().await;
                resume_unwind(panic)
            }
        }
    }

    async fn handle_notification(&self, _method: &str, _params: &RawValue) {
        // This version of the protocol has no notifications from the host.
    }
}

impl<P: Plugin> Session<P> {
    async fn start(&self, Start { auth }: Start) -> Result<Empty, RpcError> {
        self.ctx.auth.set(auth);
        let on_start = self.plugin.on_start(self.ctx.clone());
        let started = self.run_hook("on_start", on_start).await;
        self.register_handlers(started).await
    }

    async fn resume(&self, Resume { auth }: Resume) -> Result<Empty, RpcError> {
        self.ctx.auth.set(auth);
        let on_resume = self.plugin.on_resume(self.ctx.clone());
        let resumed = self.run_hook("on_resume", on_resume).await;
        self.register_handlers(resumed).await
    }

    /// Registers the plugin's handlers if its start succeeded. The host sends no IPC call before it has the answer.
    async fn register_handlers(&self, started: Result) -> Result<Empty, RpcError> {
        let mut outcome = started;
        if outcome.is_ok() {
            let register = Arc::clone(&self.plugin).register(self.ctx.clone());
            let name = "the registration of its handlers";
            outcome = self.run_hook(name, register).await;
        }
        self.finish(outcome).await
    }

    async fn stop(&self, Stop {}: Stop) -> Result<Empty, RpcError> {
        let on_stop = self.plugin.on_stop(self.ctx.clone());
        let stopped = self.run_hook("on_stop", on_stop).await;
        self.shut_down().await;
        self.finish(stopped).await
    }

    async fn retire(&self, Retire {}: Retire) -> Result<Empty, RpcError> {
        self.shut_down().await;
        self.finish(Ok(())).await
    }

    async fn run_hook(&self, name: &str, hook: impl Future<Output = Result>) -> Result {
        let instrumentation = &self.shared.instrumentation;
        let hook = instrumentation.instrument(format_args!("{name}"), hook);
        hook.await
    }

    /// Waits for requests in flight up to [`DRAIN_TIMEOUT`], then ends the background tasks.
    async fn shut_down(&self) {
        self.shared.shutdown.cancel();
        for request in self.ctx.drain(DRAIN_TIMEOUT).await {
            self.shared.logger.warn_with(
                "stratos",
                format_args!("{request} was cancelled because the plugin stopped"),
                &json!({ "leak": { "request": request } }),
            );
        }
        self.ctx.tasks.shutdown_and_warn().await;
    }

    /// Converts the outcome of a hook into an answer. The host must receive the hook's log lines before it.
    async fn finish(&self, outcome: Result) -> Result<Empty, RpcError> {
        self.shared.logger.flush().await;
        outcome.map_err(|error| handler_failed(&*error))?;
        Ok(Empty {})
    }
}
