//! `ctx.ipc`

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stratos_protocol::ipc::{
    ChannelError, Handle, Invoke, RemoveHandler, Send as Push, check_channel,
};
use stratos_protocol::limits::ANSWER_TIMEOUT;
use stratos_protocol::{ErrorCode, RpcError};
use stratos_transport::{CallError, Peer};
use thiserror::Error;

use crate::context::Held;
use crate::error::{BoxError, chain};
use crate::probe::Probe;

/// Messages between the background module and the UI (V1: `PluginIPCRegistrar`). Cheap to clone.
///
/// The real name of channel `get-status` is `plugin:{id}:get-status`. The prefix is added for you;
/// a name that has it already is refused.
///
/// ```no_run
/// # use stratos::serde_json::{Value, json};
/// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
/// ctx.ipc.handle("get-status", async |_: Value| Ok(json!({ "online": true, "pilots": 42 }))).await?;
/// ctx.ipc.send("new-flight-available", &json!({ "flightId": "VA123" })).await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Ipc {
    peer: Peer,
    handlers: Arc<Handlers>,
    probe: Probe,
    _held: Held,
}

type Handlers = RwLock<HashMap<String, Handler>>;
pub(crate) type Handler =
    Arc<dyn Fn(Value) -> BoxFuture<'static, Result<Value, RpcError>> + Send + Sync>;

/// Why a message or a handler was refused.
#[derive(Debug, Error)]
pub enum IpcError {
    /// The channel's name would not work.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The channel has a handler.
    #[error("channel `{channel}` has a handler already: call `remove_handler` first")]
    Taken {
        /// The channel.
        channel: String,
    },
    /// The payload has no JSON form.
    #[error("the payload for channel `{channel}` has no JSON form")]
    Encode {
        /// The channel.
        channel: String,
        /// The reason.
        #[source]
        source: serde_json::Error,
    },
    /// The shell refused or is gone.
    #[error("the shell did not take channel `{channel}`")]
    Shell {
        /// The channel.
        channel: String,
        /// The reason.
        #[source]
        source: CallError,
    },
}

impl Ipc {
    pub(crate) fn new(peer: Peer, probe: Probe, held: Held) -> Self {
        Self {
            peer,
            probe,
            _held: held,
            handlers: Arc::default(),
        }
    }

    /// Answers the UI's questions on a channel (V1).
    ///
    /// The handler gets what the UI sent; take a [`Value`] to accept anything, also nothing.
    /// It runs concurrently with itself. An error or a panic in it is the answer to that one
    /// question.
    ///
    /// # Errors
    ///
    /// When the name is refused or the channel has a handler.
    pub async fn handle<A, R, F, Fut>(&self, channel: &str, handler: F) -> Result<(), IpcError>
    where
        A: DeserializeOwned + Send + 'static,
        R: Serialize + Send + 'static,
        F: Fn(A) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, BoxError>> + Send + 'static,
    {
        self.register(channel, erase(channel, handler)).await
    }

    /// [`handle`](Self::handle), for a handler of JSON.
    pub(crate) async fn register(&self, channel: &str, handler: Handler) -> Result<(), IpcError> {
        check_channel(channel)?;
        self.add(channel, handler)?;
        let handle = Handle {
            channel: channel.to_owned(),
        };
        let told = self.peer.call(&handle, ANSWER_TIMEOUT).await;
        told.map(drop).map_err(|source| {
            self.remove(channel);
            IpcError::Shell {
                channel: channel.to_owned(),
                source,
            }
        })
    }

    /// Undoes [`handle`](Self::handle) (V3). Removing a handler that is not there is no error.
    ///
    /// # Errors
    ///
    /// When the shell is gone.
    pub async fn remove_handler(&self, channel: &str) -> Result<(), IpcError> {
        self.remove(channel);
        let remove = RemoveHandler {
            channel: channel.to_owned(),
        };
        let told = self.peer.call(&remove, ANSWER_TIMEOUT).await;
        told.map(drop).map_err(|source| IpcError::Shell {
            channel: channel.to_owned(),
            source,
        })
    }

    /// Pushes to the UI without waiting for it (V1).
    ///
    /// A UI that mounts later has missed it. This waits only while the shell takes messages more
    /// slowly than the plugin sends them.
    ///
    /// # Errors
    ///
    /// When the name is refused, the payload is too large or has no JSON form, or the shell is
    /// gone.
    pub async fn send<T: Serialize + ?Sized>(
        &self,
        channel: &str,
        payload: &T,
    ) -> Result<(), IpcError> {
        check_channel(channel)?;
        let payload = serde_json::to_value(payload).map_err(|source| IpcError::Encode {
            channel: channel.to_owned(),
            source,
        })?;
        let push = Push {
            channel: channel.to_owned(),
            payload,
        };
        self.peer
            .notify(&push)
            .await
            .map_err(|source| IpcError::Shell {
                channel: channel.to_owned(),
                source,
            })
    }

    /// Answers a question that the shell passed on.
    pub(crate) async fn answer(&self, invoke: Invoke) -> Result<Value, RpcError> {
        let handler = self.read().get(&invoke.channel).cloned();
        match handler {
            Some(handler) => {
                let Invoke { channel, payload } = invoke;
                // The handler's own code runs before its first await point, too.
                let work = async { handler(payload).await };
                let piece = self.probe.piece(format_args!("the handler of `{channel}`"));
                piece.run(work).await
            }
            None => Err(RpcError::new(
                ErrorCode::NoHandler,
                format!("no handler for channel `{}`", invoke.channel),
            )),
        }
    }

    /// Forgets all handlers, and tells their channels in order.
    pub(crate) fn clear(&self) -> Vec<String> {
        let mut handlers = self
            .handlers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let mut channels: Vec<_> = handlers.drain().map(|(channel, _)| channel).collect();
        channels.sort();
        channels
    }

    fn add(&self, channel: &str, handler: Handler) -> Result<(), IpcError> {
        let mut handlers = self
            .handlers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if handlers.contains_key(channel) {
            return Err(IpcError::Taken {
                channel: channel.to_owned(),
            });
        }
        handlers.insert(channel.to_owned(), handler);
        Ok(())
    }

    fn remove(&self, channel: &str) {
        self.handlers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(channel);
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, HashMap<String, Handler>> {
        self.handlers.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Ipc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ipc")
            .field("channels", &self.read().keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Forgets the handler's types: JSON in, JSON out.
fn erase<A, R, F, Fut>(channel: &str, handler: F) -> Handler
where
    A: DeserializeOwned + Send + 'static,
    R: Serialize + Send + 'static,
    F: Fn(A) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<R, BoxError>> + Send + 'static,
{
    let channel = channel.to_owned();
    Arc::new(move |payload| {
        let answer = decode(payload)
            .map(&handler)
            .map_err(|wrong| wrong.on(&channel));
        Box::pin(async move { encode(&answer?.await.map_err(|error| failed(&*error))?) })
    })
}

/// A payload that the handler's type does not fit.
pub(crate) struct WrongPayload(serde_json::Error);

impl WrongPayload {
    /// The answer to whoever sent it.
    pub(crate) fn on(&self, channel: &str) -> RpcError {
        let error = &self.0;
        let text = format!("channel `{channel}` does not take this payload: {error}");
        RpcError::new(ErrorCode::InvalidParams, text)
    }
}

pub(crate) fn decode<A: DeserializeOwned>(payload: Value) -> Result<A, WrongPayload> {
    serde_json::from_value(payload).map_err(WrongPayload)
}

pub(crate) fn encode<R: Serialize>(answer: &R) -> Result<Value, RpcError> {
    serde_json::to_value(answer).map_err(|error| {
        let text = format!("the answer has no JSON form: {error}");
        RpcError::new(ErrorCode::HandlerFailed, text)
    })
}

/// The answer of a handler that has failed.
pub(crate) fn failed(error: &(dyn std::error::Error + 'static)) -> RpcError {
    RpcError::new(ErrorCode::HandlerFailed, chain(error))
}
