//! One life of a plugin over one connection.
//!
//! [`serve`](crate::serve) runs a session over the sockets that the host names in the environment.
//! A host that runs a plugin inside its own process calls [`run`] itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::Request;
use axum::middleware::AddExtension;
use axum::serve::Listener;
use serde::de::DeserializeOwned;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};
use stratos_protocol::auth::{AuthChanged, AuthState};
use stratos_protocol::handshake::{FEATURE_HTTP, FEATURE_RESUME, Hello, PeerInfo, Welcome};
use stratos_protocol::ipc::Invoke;
use stratos_protocol::lifecycle::{Resume, Retire, Start, Stop};
use stratos_protocol::limits::{DRAIN_TIMEOUT, FRAME_BYTES, HELLO_TIMEOUT};
use stratos_protocol::method::Empty;
use stratos_protocol::{ErrorCode, Message, ProtocolVersion, Request as _, RpcError};
use stratos_transport::listener::StreamListener;
use stratos_transport::{BoxedStream, Connection, ConnectionError, Handler, Peer};
use thiserror::Error;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Layer as _;

use crate::context::{
    Auth, Config, Ipc, LogQueue, Logger, PluginContext, Routes, Running, Server, Tasks,
};
use crate::error::{Result, chain};
use crate::plugin::Plugin;
use crate::probe::Probe;

/// What connects a plugin with its host.
pub struct Link {
    /// Carries the protocol.
    pub control: BoxedStream,
    /// Brings the requests to the plugin's routes.
    pub http: StreamListener,
    /// Proves to the host that this is the plugin that it started.
    pub nonce: String,
}

/// Why a session could not begin, or broke.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The host did not answer the greeting in time.
    #[error("the shell did not answer the greeting within {} s", HELLO_TIMEOUT.as_secs())]
    Silent,
    /// The host hung up instead of answering the greeting.
    #[error("the shell hung up instead of answering the greeting")]
    HungUp,
    /// The host refused the greeting.
    #[error("the shell refused this plugin")]
    Refused(#[source] RpcError),
    /// The host's answer to the greeting is not one.
    #[error("the shell answered the greeting with something else")]
    Greeting,
    /// The connection broke.
    #[error("the connection to the shell failed")]
    Connection(#[source] ConnectionError),
}

/// Runs a plugin until its host ends the connection.
///
/// # Errors
///
/// When the host refuses the plugin or the connection breaks.
pub async fn run<P: Plugin>(plugin: P, link: Link) -> Result<(), SessionError> {
    let (logger, log_queue) = Logger::new();
    run_with_logger(plugin, link, logger, log_queue).await
}

pub(crate) async fn run_with_logger<P: Plugin>(
    plugin: P,
    link: Link,
    logger: Logger,
    log_queue: LogQueue,
) -> Result<(), SessionError> {
    run_probed(plugin, link, logger, log_queue, Probe::default()).await
}

pub(crate) async fn run_probed<P: Plugin>(
    plugin: P,
    link: Link,
    logger: Logger,
    log_queue: LogQueue,
    probe: Probe,
) -> Result<(), SessionError> {
    let mut connection = Connection::new(link.control, FRAME_BYTES);
    let greeting = greet(&mut connection, hello(&plugin, link.nonce));
    let welcome = tokio::time::timeout(HELLO_TIMEOUT, greeting)
        .await
        .map_err(|_| SessionError::Silent)??;

    connection.set_send_limit(welcome.limits.frame_bytes);
    let (peer, driver) = Peer::new(connection);
    let (auth, auth_state) = watch::channel(AuthState::default());
    let routes = Routes::new(probe.clone());
    let ctx = PluginContext {
        config: Config::new(
            peer.clone(),
            welcome.limits.config_value_bytes,
            logger.held(),
        ),
        ipc: Ipc::new(peer.clone(), probe.clone(), logger.held()),
        auth: Auth::new(auth_state, logger.held()),
        server: Server::new(peer.clone(), routes.clone(), logger.held()),
        tasks: Tasks::new(logger.clone(), probe.clone()),
        logger,
    };
    let (end, http) = (CancellationToken::new(), TaskTracker::new());
    let service = Extension(ctx.clone()).layer(routes);
    http.spawn(serve_routes(link.http, service, end.clone()));
    http.close();
    // Declared before the session, so that it goes after it.
    let _cleanup = Cleanup {
        ctx: ctx.clone(),
        probe: probe.clone(),
        end: end.clone(),
    };
    let session = Arc::new(Session {
        plugin: Arc::new(plugin),
        ctx,
        auth,
        probe,
        calls: Running::default(),
        end,
        http,
    });
    let (ended, ()) = tokio::join!(driver.run(Arc::clone(&session)), log_queue.forward(&peer));
    session.end.cancel();
    session.ctx.tasks.end().await;
    ended.map_err(SessionError::Connection)
}

/// Ends what a session has begun, also where the session itself is dropped half-way: within the shell's own process,
/// that is how a plugin ends by force.
struct Cleanup {
    ctx: PluginContext,
    probe: Probe,
    end: CancellationToken,
}

impl Drop for Cleanup {
    fn drop(&mut self) {
        self.end.cancel();
        self.ctx.tasks.cut();
        // Handlers and routes hold contexts, which hold them.
        let (channels, prefixes) = (self.ctx.ipc.clear(), self.ctx.server.clear());
        self.probe.ended(&self.ctx, channels, prefixes);
    }
}

fn hello<P: Plugin>(plugin: &P, nonce: String) -> Hello {
    let mut features = vec![FEATURE_HTTP.to_owned()];
    if plugin.resumes() {
        features.push(FEATURE_RESUME.to_owned());
    }
    Hello {
        protocol: ProtocolVersion::CURRENT,
        nonce,
        sdk: PeerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        plugin: plugin.identity(),
        features,
    }
}

async fn greet(connection: &mut Connection, hello: Hello) -> Result<Welcome, SessionError> {
    let message = Message::request(0, &hello).expect("a greeting is plain strings and numbers");
    connection
        .send(&message)
        .await
        .map_err(SessionError::Connection)?;
    match connection
        .receive()
        .await
        .map_err(SessionError::Connection)?
    {
        None => Err(SessionError::HungUp),
        Some(Message::Response {
            outcome: Err(error),
            ..
        }) => Err(SessionError::Refused(error)),
        Some(Message::Response {
            outcome: Ok(welcome),
            ..
        }) => serde_json::from_str(welcome.get()).map_err(|_| SessionError::Greeting),
        Some(_) => Err(SessionError::Greeting),
    }
}

async fn serve_routes(incoming: StreamListener, routes: ServedRoutes, end: CancellationToken) {
    let service = <ServedRoutes as axum::ServiceExt<Request>>::into_make_service(routes);
    let listener = HttpListener(incoming);
    // Serving ends with the token only; axum's result is there for custom listeners' sake.
    let _ = axum::serve(listener, service)
        .with_graceful_shutdown(end.cancelled_owned())
        .await;
}

/// Every request carries the context, for handlers that take it.
type ServedRoutes = AddExtension<Routes, PluginContext>;

struct HttpListener(StreamListener);

impl Listener for HttpListener {
    type Io = BoxedStream;
    type Addr = ();

    async fn accept(&mut self) -> (BoxedStream, ()) {
        loop {
            match self.0.accept().await {
                Ok(stream) => return (stream, ()),
                // Out of descriptors, or the host is gone: the session's end stops the wait.
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Serves the host's requests.
struct Session<P> {
    plugin: Arc<P>,
    ctx: PluginContext,
    auth: watch::Sender<AuthState>,
    probe: Probe,
    /// The IPC handlers that run.
    calls: Running,
    /// Ends the HTTP server.
    end: CancellationToken,
    http: TaskTracker,
}

impl<P: Plugin> Session<P> {
    async fn start(&self, Start { auth }: Start) -> Result<Empty, RpcError> {
        self.auth.send_replace(auth);
        let started = self.plugin.on_start(self.ctx.clone());
        let started = self.hook("on_start", started).await;
        self.register(started).await
    }

    async fn resume(&self, Resume { auth }: Resume) -> Result<Empty, RpcError> {
        self.auth.send_replace(auth);
        let resumed = self.plugin.on_resume(self.ctx.clone());
        let resumed = self.hook("on_resume", resumed).await;
        self.register(resumed).await
    }

    /// What the plugin answers is there before the shell sends the first question.
    async fn register(&self, begun: Result) -> Result<Empty, RpcError> {
        let ready = match begun {
            Ok(()) => {
                let handlers = Arc::clone(&self.plugin).register(self.ctx.clone());
                self.hook("the registration of its handlers", handlers)
                    .await
            }
            failed => failed,
        };
        self.answer(ready).await
    }

    async fn stop(&self, Stop {}: Stop) -> Result<Empty, RpcError> {
        let stopped = self.plugin.on_stop(self.ctx.clone());
        let stopped = self.hook("on_stop", stopped).await;
        self.finish().await;
        self.answer(stopped).await
    }

    async fn retire(&self, Retire {}: Retire) -> Result<Empty, RpcError> {
        self.finish().await;
        self.answer(Ok(())).await
    }

    async fn auth_changed(&self, AuthChanged { auth }: AuthChanged) -> Result<Empty, RpcError> {
        self.auth.send_replace(auth);
        Ok(Empty {})
    }

    async fn invoke(&self, invoke: Invoke) -> Result<serde_json::Value, RpcError> {
        let _running = self.calls.begin(&invoke.channel);
        let answer = self.ctx.ipc.answer(invoke).await;
        // What a handler has logged arrives before its answer.
        self.ctx.logger.flush().await;
        answer
    }

    async fn hook(&self, name: &str, hook: impl Future<Output = Result>) -> Result {
        let piece = self.probe.piece(format_args!("{name}"));
        piece.run(hook).await
    }

    /// Ends the background work, and lets requests in flight finish.
    async fn finish(&self) {
        self.end.cancel();
        let requests = tokio::time::timeout(DRAIN_TIMEOUT, self.http.wait());
        let (calls, requests) = tokio::join!(self.calls.wait(DRAIN_TIMEOUT), requests);
        for channel in calls {
            self.cut(&format!("a question on the channel `{channel}`"));
        }
        if requests.is_err() {
            self.cut("a request to a route");
        }
        self.ctx.tasks.end().await;
    }

    fn cut(&self, request: &str) {
        self.ctx.logger.warn_with(
            "stratos",
            format_args!("{request} was cut off by the plugin's end"),
            &json!({ "leak": { "request": request } }),
        );
    }

    /// What a hook has logged arrives before its outcome.
    async fn answer(&self, outcome: Result) -> Result<Empty, RpcError> {
        self.ctx.logger.flush().await;
        outcome.map_err(failed)?;
        Ok(Empty {})
    }
}

impl<P: Plugin> Handler for Session<P> {
    async fn handle_request(
        &self,
        method: &str,
        params: &RawValue,
    ) -> Result<Box<RawValue>, RpcError> {
        match method {
            Start::METHOD => reply(self.start(parse(params)?).await),
            Resume::METHOD => reply(self.resume(parse(params)?).await),
            Stop::METHOD => reply(self.stop(parse(params)?).await),
            Retire::METHOD => reply(self.retire(parse(params)?).await),
            AuthChanged::METHOD => reply(self.auth_changed(parse(params)?).await),
            Invoke::METHOD => reply(self.invoke(parse(params)?).await),
            _ => Err(RpcError::new(
                ErrorCode::MethodNotFound,
                format!("this plugin does not know the method `{method}`"),
            )),
        }
    }

    async fn handle_notification(&self, _method: &str, _params: &RawValue) {
        // Notifications of newer hosts are not for this version.
    }
}

fn parse<T: DeserializeOwned>(params: &RawValue) -> Result<T, RpcError> {
    serde_json::from_str(params.get())
        .map_err(|error| RpcError::new(ErrorCode::InvalidParams, error.to_string()))
}

fn reply<T: serde::Serialize>(answer: Result<T, RpcError>) -> Result<Box<RawValue>, RpcError> {
    to_raw_value(&answer?).map_err(|error| RpcError::new(ErrorCode::Internal, error.to_string()))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that `map_err` wants"
)]
fn failed(error: crate::BoxError) -> RpcError {
    RpcError::new(ErrorCode::HandlerFailed, chain(&*error))
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("http", &self.http)
            .finish_non_exhaustive()
    }
}
