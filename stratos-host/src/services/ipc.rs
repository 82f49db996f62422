//! The IPC service: channels with a handler, and pushes to the UI.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::value::RawValue;
use stratos_protocol::ipc::{Handle, RemoveHandler, Send as Push, check_channel};
use stratos_protocol::method::Empty;
use stratos_protocol::{ErrorCode, Notification as _, Request as _, RpcError};
use stratos_transport::rpc;

use crate::event::{Event, EventBus, JsonText};
use crate::services::service::{Caller, Resources, RpcResult, Service};

/// Maximum number of channels with a handler, for one generation of a plugin.
const MAX_CHANNELS: usize = 1024;

/// Keeps the channels of each running generation, and emits pushes as events.
#[derive(Debug)]
pub(crate) struct IpcService {
    events: EventBus,
    channels: Mutex<HashMap<Generation, Channels>>,
}

/// The handled channels, by name; the values tell whether the handler takes no payload.
type Channels = BTreeMap<String, bool>;

/// Plugin id and generation.
type Generation = (String, u64);

/// [`Push`] whose payload is passed on as text.
#[derive(Deserialize)]
struct RawPush<'a> {
    channel: String,
    #[serde(borrow)]
    payload: &'a RawValue,
}

impl Service for IpcService {
    const METHODS: &'static [&'static str] = &[Handle::METHOD, RemoveHandler::METHOD, Push::METHOD];

    fn new(resources: &Resources) -> Self {
        Self {
            events: resources.events.clone(),
            channels: Mutex::default(),
        }
    }

    async fn handle_request(
        &self,
        caller: &Arc<Caller>,
        method: &str,
        params: &RawValue,
    ) -> RpcResult<Box<RawValue>> {
        match method {
            Handle::METHOD => {
                rpc::respond(params, async |handle| self.handle(caller, handle)).await
            }
            RemoveHandler::METHOD => {
                rpc::respond(params, async |remove| self.remove_handler(caller, remove)).await
            }
            _ => Err(rpc::method_not_found("shell", method)),
        }
    }

    fn handle_notification(
        &self,
        caller: &Caller,
        _method: &str,
        params: &RawValue,
    ) -> RpcResult<()> {
        let RawPush { channel, payload } = rpc::decode(params)?;
        check_channel(&channel).map_err(|error| rpc::invalid_params(&error))?;
        let payload = JsonText::new(payload).map_err(|error| rpc::invalid_params(&error))?;
        if caller.may_write() {
            let plugin = caller.plugin.clone();
            self.events.emit(Event::Push {
                plugin,
                channel,
                payload,
            });
        }
        Ok(())
    }

    fn session_ended(&self, caller: &Caller) {
        self.lock().remove(&generation(caller));
    }
}

impl IpcService {
    /// Channels of a generation that have a handler, in alphabetical order.
    pub(crate) fn channels(&self, caller: &Caller) -> Vec<String> {
        let channels = self.lock();
        let channels = channels.get(&generation(caller)).into_iter().flatten();
        channels.map(|(name, _)| name.clone()).collect()
    }

    /// Channels of a generation whose handler takes no payload, in alphabetical order.
    pub(crate) fn channels_without_payload(&self, caller: &Caller) -> Vec<String> {
        let channels = self.lock();
        let channels = channels.get(&generation(caller)).into_iter().flatten();
        let channels = channels.filter(|(_, without_payload)| **without_payload);
        channels.map(|(name, _)| name.clone()).collect()
    }

    fn handle(&self, caller: &Caller, handle: Handle) -> RpcResult<Empty> {
        let Handle {
            channel,
            without_payload,
        } = handle;
        check_channel(&channel).map_err(|error| rpc::invalid_params(&error))?;
        let mut channels = self.lock();
        let channels = channels.entry(generation(caller)).or_default();
        if channels.len() >= MAX_CHANNELS && !channels.contains_key(&channel) {
            let text = format!("at most {MAX_CHANNELS} channels can have a handler");
            return Err(RpcError::new(ErrorCode::TooLarge, text));
        }
        channels.insert(channel, without_payload);
        Ok(Empty {})
    }

    fn remove_handler(
        &self,
        caller: &Caller,
        RemoveHandler { channel }: RemoveHandler,
    ) -> RpcResult<Empty> {
        if let Some(channels) = self.lock().get_mut(&generation(caller)) {
            channels.remove(&channel);
        }
        Ok(Empty {})
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Generation, Channels>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn generation(caller: &Caller) -> Generation {
    (caller.plugin.clone(), caller.generation)
}
