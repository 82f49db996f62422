//! The config service: durable values of a plugin, in the shell's store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use stratos_protocol::config::{Delete, Get, GetAll, GetResult, Page, Set};
use stratos_protocol::error::chain;
use stratos_protocol::limits::{CONFIG_KEY_BYTES, CONFIG_VALUE_BYTES, FRAME_BYTES};
use stratos_protocol::method::Empty;
use stratos_protocol::{ErrorCode, Request as _, RpcError};
use stratos_transport::rpc;
use tokio::sync::watch;

use crate::config::AirlineSettings;
use crate::event::{Event, EventBus, LimitedEvent};
use crate::services::service::{Caller, Resources, RpcResult, Service, writes_revoked};
use crate::store::{ConfigStore, InjectedFaults, StoreError};

/// Largest page of `get_all`. Half a frame, since keys and values are escaped once more on the wire.
const PAGE_BYTES: usize = FRAME_BYTES / 2;

/// Reads and writes config values for plugins.
#[derive(Debug)]
pub(crate) struct ConfigService {
    store: ConfigStore,
    events: EventBus,
    /// Faults of the store that tests and scenarios inject.
    pub(crate) faults: InjectedFaults,
    /// Changes by others than the plugin, by plugin.
    changes: Mutex<BTreeMap<String, watch::Sender<()>>>,
    /// Values that the airline's administrator sets.
    airline: RwLock<AirlineSettings>,
}

/// [`Set`] whose value is not parsed yet.
#[derive(Deserialize)]
struct RawSet<'a> {
    key: String,
    #[serde(borrow)]
    value: &'a RawValue,
}

impl Service for ConfigService {
    const METHODS: &'static [&'static str] =
        &[Get::METHOD, Set::METHOD, Delete::METHOD, GetAll::METHOD];

    fn new(resources: &Resources) -> Self {
        Self {
            store: resources.store.clone(),
            events: resources.events.clone(),
            faults: InjectedFaults::default(),
            changes: Mutex::default(),
            airline: RwLock::new(resources.airline.table.settings.clone()),
        }
    }

    fn request_bytes(method: &str, params: &RawValue) -> usize {
        match method {
            Get::METHOD => CONFIG_VALUE_BYTES,
            GetAll::METHOD => PAGE_BYTES,
            _ => params.get().len(),
        }
    }

    async fn handle_request(
        &self,
        caller: &Arc<Caller>,
        method: &str,
        params: &RawValue,
    ) -> RpcResult<Box<RawValue>> {
        match method {
            Get::METHOD => rpc::respond(params, |get| self.get(caller, get)).await,
            Set::METHOD => {
                let result = self.set(caller, decode_set(params)?).await?;
                rpc::encode::<Set>(&result)
            }
            Delete::METHOD => rpc::respond(params, |delete| self.delete(caller, delete)).await,
            GetAll::METHOD => rpc::respond(params, |get_all| self.get_all(caller, get_all)).await,
            _ => Err(rpc::method_not_found("shell", method)),
        }
    }
}

impl ConfigService {
    /// Subscribes a session of a plugin to changes by others than the plugin.
    pub(crate) fn subscribe(&self, plugin: &str) -> watch::Receiver<()> {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.entry(plugin.to_owned()).or_default().subscribe()
    }

    /// Reports a durable change by others than the plugin to all its sessions, also to those that start or drain.
    pub(crate) fn report_change(&self, plugin: &str) {
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(change) = changes.get(plugin) {
            change.send_replace(());
        }
    }

    /// Values that the airline's administrator sets for a plugin, by key.
    pub(crate) fn airline_settings(&self, plugin: &str) -> BTreeMap<String, Value> {
        let airline = self.airline.read().unwrap_or_else(PoisonError::into_inner);
        airline.get(plugin).cloned().unwrap_or_default()
    }

    /// Values that the airline's administrator sets for all plugins.
    pub(crate) fn all_airline_settings(&self) -> AirlineSettings {
        let airline = self.airline.read().unwrap_or_else(PoisonError::into_inner);
        airline.clone()
    }

    /// Replaces the values that the airline's administrator sets. Returns the plugins for which they differ.
    pub(crate) fn set_airline_settings(&self, settings: AirlineSettings) -> Vec<String> {
        let mut airline = self.airline.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *airline, settings);
        let plugins: BTreeSet<_> = before.keys().chain(airline.keys()).collect();
        let differs = |plugin: &&&String| before.get(**plugin) != airline.get(**plugin);
        plugins.iter().filter(differs).copied().cloned().collect()
    }

    async fn get(&self, caller: &Caller, Get { key }: Get) -> RpcResult<GetResult> {
        let stored_key = key.clone();
        let stored = self
            .run(caller, move |store, plugin| store.get(plugin, &stored_key))
            .await?;
        // What the pilot has set counts first (assumed).
        let by_airline = || self.airline_settings(&caller.plugin).remove(&key);
        let value = stored.or_else(by_airline);
        Ok(GetResult {
            found: value.is_some(),
            value: value.unwrap_or_default(),
        })
    }

    async fn set(&self, caller: &Arc<Caller>, Set { key, value }: Set) -> RpcResult<Empty> {
        let writer = Arc::clone(caller);
        let (stored_key, stored) = (key.clone(), value.clone());
        let write = move |store: &ConfigStore, plugin: &str| {
            store.set_if(plugin, &stored_key, &stored, move || writer.may_write())
        };
        self.check_written(self.run(caller, write).await?)?;
        self.emit_change(caller, key, Some(value));
        Ok(Empty {})
    }

    async fn delete(&self, caller: &Arc<Caller>, Delete { key }: Delete) -> RpcResult<Empty> {
        let writer = Arc::clone(caller);
        let stored_key = key.clone();
        let write = move |store: &ConfigStore, plugin: &str| {
            store.delete_if(plugin, &stored_key, move || writer.may_write())
        };
        self.check_written(self.run(caller, write).await?)?;
        self.emit_change(caller, key, None);
        Ok(Empty {})
    }

    async fn get_all(&self, caller: &Caller, GetAll { after }: GetAll) -> RpcResult<Page> {
        let start = after.clone();
        let page = move |store: &ConfigStore, plugin: &str| {
            store.page(plugin, after.as_deref(), PAGE_BYTES)
        };
        let (mut entries, next) = self.run(caller, page).await?;
        // The airline's values of the keys on this page.
        for (key, value) in self.airline_settings(&caller.plugin) {
            let is_after = start.as_ref().is_none_or(|start| key > *start);
            let is_before = next.as_ref().is_none_or(|next| key <= *next);
            if is_after && is_before {
                entries.entry(key).or_insert(value);
            }
        }
        Ok(Page { entries, next })
    }

    fn check_written(&self, was_written: bool) -> RpcResult<()> {
        match was_written {
            true => Ok(()),
            false => Err(writes_revoked()),
        }
    }

    fn emit_change(&self, caller: &Caller, key: String, value: Option<Value>) {
        let change = Event::Config {
            plugin: caller.plugin.clone(),
            key,
            value,
            by_plugin: true,
        };
        self.events
            .emit_journaled(LimitedEvent::ConfigChange, change);
    }

    /// Runs an operation of the store on a thread that may block.
    async fn run<T: Send + 'static>(
        &self,
        caller: &Caller,
        operation: impl FnOnce(&ConfigStore, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> RpcResult<T> {
        if let Err(reason) = self.faults.apply().await {
            return Err(RpcError::new(ErrorCode::StoreFailed, reason));
        }
        let plugin = caller.plugin.clone();
        let result = self
            .store
            .run_blocking(move |store| operation(store, &plugin))
            .await;
        result
            .map_err(|error| RpcError::new(ErrorCode::Internal, error.to_string()))?
            .map_err(|error| {
                let code = match error {
                    StoreError::TooLarge { .. } => ErrorCode::TooLarge,
                    StoreError::TooDeep { .. } => ErrorCode::InvalidParams,
                    _ => ErrorCode::StoreFailed,
                };
                RpcError::new(code, chain(&error))
            })
    }
}

/// Decodes [`Set`]. Checks the sizes before the value is parsed, since its tree takes far more memory than its text.
fn decode_set(params: &RawValue) -> RpcResult<Set> {
    let RawSet { key, value } = rpc::decode(params)?;
    check_size("key", key.len(), CONFIG_KEY_BYTES)?;
    check_size("value", value.get().len(), CONFIG_VALUE_BYTES)?;
    let value = rpc::decode(value)?;
    Ok(Set { key, value })
}

fn check_size(part: &str, length: usize, limit: usize) -> RpcResult<()> {
    if length <= limit {
        return Ok(());
    }
    let text = format!("the {part} is {length} bytes long, at most {limit} are allowed");
    Err(RpcError::new(ErrorCode::TooLarge, text))
}
