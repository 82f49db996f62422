//! `ctx.ipc`: messages between a plugin and its UI.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use stratos_protocol::ipc::{
    ChannelError, Handle, Invoke, RemoveHandler, Send as Push, check_channel,
};
use stratos_protocol::{ErrorCode, Request as _, RpcError};
use stratos_transport::{CallError, rpc};
use thiserror::Error;

use crate::context::service::ContextService;
use crate::context::shared::Shared;
use crate::context::tracker::NamedTracker;
use crate::error::{BoxError, handler_failed};

/// Messages between the background module and the UI (V1: `PluginIPCRegistrar`). Cheap to clone.
///
/// The full name of channel `get-status` is `plugin:{id}:get-status`. The shell adds the prefix; a name that already
/// has it is an error.
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
    shared: Arc<Shared>,
    handlers: Arc<Mutex<HashMap<String, Handler>>>,
    in_flight: NamedTracker,
}

/// Type-erased handler of a channel.
pub(crate) type Handler =
    Arc<dyn Fn(Value) -> BoxFuture<'static, Result<Value, RpcError>> + Send + Sync>;

/// Error of an [`Ipc`] operation.
#[derive(Debug, Error)]
pub enum IpcError {
    /// The channel name is invalid.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The channel already has a handler.
    #[error("channel `{channel}` already has a handler: call `remove_handler` first")]
    AlreadyRegistered {
        /// Channel name without the prefix.
        channel: String,
    },
    /// The payload cannot be serialized to JSON.
    #[error("the payload for channel `{channel}` cannot be serialized to JSON")]
    Encode {
        /// Channel name without the prefix.
        channel: String,
        /// Error of the serializer.
        #[source]
        source: serde_json::Error,
    },
    /// The message could not be sent, or the shell rejected it.
    #[error("the shell did not accept channel `{channel}`")]
    Shell {
        /// Channel name without the prefix.
        channel: String,
        /// Error of the call to the shell.
        #[source]
        source: CallError,
    },
}

impl Ipc {
    /// Registers a handler that answers the UI's calls on a channel (V1).
    ///
    /// The handler receives the payload that the UI sent; take a [`Value`] to accept any payload, or none. Calls of
    /// the same handler run concurrently. If the handler returns an error or panics, only that call fails. On stop,
    /// calls in flight have 2 seconds to finish.
    ///
    /// # Errors
    ///
    /// If the channel name is invalid, the channel already has a handler, or the shell rejects the registration.
    pub async fn handle<A, R, F, Fut>(&self, channel: &str, handler: F) -> Result<(), IpcError>
    where
        A: DeserializeOwned + Send + 'static,
        R: Serialize + Send + 'static,
        F: Fn(A) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, BoxError>> + Send + 'static,
    {
        self.register(channel, erase(channel, handler), false).await
    }

    /// Registers a type-erased handler; see [`handle`](Self::handle).
    pub(crate) async fn register(
        &self,
        channel: &str,
        handler: Handler,
        without_payload: bool,
    ) -> Result<(), IpcError> {
        check_channel(channel)?;
        match self.handlers().entry(channel.to_owned()) {
            Entry::Vacant(entry) => entry.insert(handler),
            Entry::Occupied(entry) => {
                return Err(IpcError::AlreadyRegistered {
                    channel: entry.key().clone(),
                });
            }
        };
        let handle = Handle {
            channel: channel.to_owned(),
            without_payload,
        };
        let registered = self.call(channel, &handle).await;
        if registered.is_err() {
            self.handlers().remove(channel);
        }
        registered
    }

    /// Removes the handler of a channel (V3). Does nothing if there is none.
    ///
    /// # Errors
    ///
    /// [`IpcError::Shell`] if the connection to the shell has ended.
    pub async fn remove_handler(&self, channel: &str) -> Result<(), IpcError> {
        self.handlers().remove(channel);
        let remove = RemoveHandler {
            channel: channel.to_owned(),
        };
        self.call(channel, &remove).await
    }

    /// Pushes a message to the UI without waiting for a reply (V1).
    ///
    /// A UI that mounts later does not receive it. The returned future waits only while the queue to the shell is
    /// full.
    ///
    /// # Errors
    ///
    /// If the channel name is invalid, the payload cannot be serialized or is too large, or the connection to the
    /// shell has ended.
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
        let sent = self.shared.peer.notify(&push).await;
        sent.map_err(|source| shell_error(channel, source))
    }

    /// Channels that have a handler, in alphabetical order.
    #[cfg(feature = "testing")]
    pub(crate) fn channels(&self) -> Vec<String> {
        let mut channels: Vec<_> = self.handlers().keys().cloned().collect();
        channels.sort();
        channels
    }

    async fn call<R>(&self, channel: &str, request: &R) -> Result<(), IpcError>
    where
        R: stratos_protocol::Request,
    {
        let answer = self.shared.call(request).await;
        answer
            .map(drop)
            .map_err(|source| shell_error(channel, source))
    }

    async fn invoke(&self, Invoke { channel, payload }: Invoke) -> Result<Value, RpcError> {
        let _in_flight = self.in_flight.track(&channel);
        let handler = self.handlers().get(&channel).cloned();
        let handler = handler.ok_or_else(|| {
            let message = format!("no handler for channel `{channel}`");
            RpcError::new(ErrorCode::NoHandler, message)
        })?;
        // Calls the handler within the future, since its code before the first `.await` runs in the call.
        let call = async { handler(payload).await };
        let instrumentation = &self.shared.instrumentation;
        let call = instrumentation.instrument(format_args!("the handler of `{channel}`"), call);
        let answer = call.await;
        // The shell must receive the handler's log lines before its answer.
        self.shared.logger.flush().await;
        answer
    }

    fn handlers(&self) -> MutexGuard<'_, HashMap<String, Handler>> {
        self.handlers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ContextService for Ipc {
    const METHODS: &'static [&'static str] = &[Invoke::METHOD];

    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            handlers: Arc::default(),
            in_flight: NamedTracker::default(),
        }
    }

    async fn handle_request(
        &self,
        _method: &str,
        params: &RawValue,
    ) -> Result<Box<RawValue>, RpcError> {
        rpc::respond(params, |invoke| self.invoke(invoke)).await
    }

    async fn drain(&self, timeout: Duration) -> Vec<String> {
        let unfinished = self.in_flight.wait(timeout).await.into_iter();
        unfinished
            .map(|channel| format!("an IPC call on channel `{channel}`"))
            .collect()
    }

    fn close(&self) {
        // Handlers hold contexts, which hold the handlers.
        self.handlers().clear();
    }
}

impl fmt::Debug for Ipc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ipc")
            .field("channels", &self.handlers().keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

fn shell_error(channel: &str, source: CallError) -> IpcError {
    IpcError::Shell {
        channel: channel.to_owned(),
        source,
    }
}

/// Wraps a typed handler as one from JSON to JSON.
fn erase<A, R, F, Fut>(channel: &str, handler: F) -> Handler
where
    A: DeserializeOwned + Send + 'static,
    R: Serialize + Send + 'static,
    F: Fn(A) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<R, BoxError>> + Send + 'static,
{
    let channel = channel.to_owned();
    Arc::new(move |payload| {
        let answer = decode_payload(&channel, payload).map(&handler);
        Box::pin(async move { encode_answer(&answer?.await.map_err(|e| handler_failed(&*e))?) })
    })
}

/// Deserializes the payload of a call on `channel`.
pub(crate) fn decode_payload<A: DeserializeOwned>(
    channel: &str,
    payload: Value,
) -> Result<A, RpcError> {
    serde_json::from_value(payload).map_err(|error| {
        let message = format!("channel `{channel}` does not take this payload: {error}");
        RpcError::new(ErrorCode::InvalidParams, message)
    })
}

/// Serializes the answer of a handler.
pub(crate) fn encode_answer<R: Serialize>(answer: &R) -> Result<Value, RpcError> {
    serde_json::to_value(answer).map_err(|error| {
        let message = format!("the answer cannot be serialized to JSON: {error}");
        RpcError::new(ErrorCode::HandlerFailed, message)
    })
}
