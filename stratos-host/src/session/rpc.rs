//! What a plugin may ask of the shell.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use stratos_protocol::config::{Delete, Get, GetAll, GetResult, Page, Set};
use stratos_protocol::ipc::{Handle, RemoveHandler, Send as Push, check_channel};
use stratos_protocol::limits::{CONFIG_KEY_BYTES, CONFIG_VALUE_BYTES, FRAME_BYTES, LOG_LINE_BYTES};
use stratos_protocol::logger::{Level, Log};
use stratos_protocol::method::Empty;
use stratos_protocol::server::{Register, check_prefix};
use stratos_protocol::{ErrorCode, Notification as _, Request as _, RpcError};
use stratos_transport::guard::Guard;
use stratos_transport::{Handler, PERMITS};

use crate::event::Entry;
use crate::event::{Event, JsonText};
use crate::event::{cut, cut_data, cut_tag};
use crate::routing::ClaimError;
use crate::session::SessionShared;
use crate::shell::Backend;
use crate::store::{ConfigStore, StoreError};

/// Serves one generation of one plugin. Nothing here takes the plugin's word for who it is.
pub(super) struct PluginService {
    pub(super) plugin: String,
    pub(super) generation: u64,
    pub(super) backend: Arc<Backend>,
    pub(super) shared: Arc<SessionShared>,
}

/// More channels with a handler than any plugin has.
const MOST_CHANNELS: usize = 1024;
/// Half a frame: keys and values are escaped once more on the wire.
const PAGE_BYTES: usize = FRAME_BYTES / 2;
/// What a turn stands for: with all turns taken, the shell works on 1 MiB of a plugin's values.
const PERMIT_BYTES: usize = FRAME_BYTES / PERMITS as usize;

type Answer<T> = Result<T, RpcError>;

/// [`Log`] whose data is not looked at yet.
#[derive(Deserialize)]
struct RawLog<'a> {
    level: Level,
    tag: String,
    message: String,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// [`Push`] whose payload is passed on as it came.
#[derive(Deserialize)]
struct RawPush<'a> {
    channel: String,
    #[serde(borrow)]
    payload: &'a RawValue,
}

/// [`Set`] whose value may be too large to look at.
#[derive(Deserialize)]
struct RawSet<'a> {
    key: String,
    #[serde(borrow)]
    value: &'a RawValue,
}

impl Handler for PluginService {
    /// Each request takes as much as its value may, on the way there or back: none of them waits for the plugin.
    fn permits(&self, method: &str, params: &RawValue) -> u32 {
        let bytes = match method {
            Get::METHOD => CONFIG_VALUE_BYTES,
            GetAll::METHOD => PAGE_BYTES,
            _ => params.get().len(),
        };
        u32::try_from(bytes.div_ceil(PERMIT_BYTES))
            .map_or(PERMITS, |permits| permits.clamp(1, PERMITS))
    }

    async fn handle_request(&self, method: &str, params: &RawValue) -> Answer<Box<RawValue>> {
        match method {
            Get::METHOD => reply(self.get(parse(params)?).await),
            Set::METHOD => reply(self.set(checked(params)?).await),
            Delete::METHOD => reply(self.delete(parse(params)?).await),
            GetAll::METHOD => reply(self.get_all(parse(params)?).await),
            Handle::METHOD => reply(self.handle(parse(params)?)),
            RemoveHandler::METHOD => reply(self.remove_handler(&parse(params)?)),
            Register::METHOD => reply(self.register(&parse(params)?)),
            _ => Err(RpcError::new(
                ErrorCode::MethodNotFound,
                format!("this shell does not know the method `{method}`"),
            )),
        }
    }

    async fn handle_notification(&self, method: &str, params: &RawValue) {
        let taken = match method {
            Log::METHOD => self.log(params),
            Push::METHOD => self.push(params),
            // Notifications of newer plugins are not for this version.
            _ => Ok(()),
        };
        if let Err(RpcError { message, .. }) = taken {
            let text = format!("a `{method}` of the plugin was dropped: {message}");
            let text = cut(text, LOG_LINE_BYTES);
            let events = &self.backend.events;
            events.log(&self.plugin, Level::Warn, "shell", text, None);
        }
    }
}

impl PluginService {
    async fn get(&self, Get { key }: Get) -> Answer<GetResult> {
        let value = self
            .in_store(move |store, plugin| store.get(plugin, &key))
            .await?;
        Ok(GetResult {
            found: value.is_some(),
            value: value.unwrap_or_default(),
        })
    }

    async fn set(&self, Set { key, value }: Set) -> Answer<Empty> {
        let shared = Arc::clone(&self.shared);
        let allowed = move || !shared.retired.load(Ordering::SeqCst);
        let (stored_key, stored) = (key.clone(), value.clone());
        let write = move |store: &ConfigStore, plugin: &str| {
            store.set_if(plugin, &stored_key, &stored, allowed)
        };
        self.done_unless_retired(self.in_store(write).await?)?;
        self.changed(key, Some(value));
        Ok(Empty {})
    }

    async fn delete(&self, Delete { key }: Delete) -> Answer<Empty> {
        let shared = Arc::clone(&self.shared);
        let allowed = move || !shared.retired.load(Ordering::SeqCst);
        let stored_key = key.clone();
        let write =
            move |store: &ConfigStore, plugin: &str| store.delete_if(plugin, &stored_key, allowed);
        self.done_unless_retired(self.in_store(write).await?)?;
        self.changed(key, None);
        Ok(Empty {})
    }

    async fn get_all(&self, GetAll { after }: GetAll) -> Answer<Page> {
        let page = move |store: &ConfigStore, plugin: &str| {
            store.page(plugin, after.as_deref(), PAGE_BYTES)
        };
        let (entries, next) = self.in_store(page).await?;
        Ok(Page { entries, next })
    }

    fn changed(&self, key: String, value: Option<Value>) {
        self.backend.events.record(|| Entry::Config {
            plugin: self.plugin.clone(),
            by_plugin: true,
            key,
            value,
        });
    }

    fn handle(&self, Handle { channel }: Handle) -> Answer<Empty> {
        check_channel(&channel).map_err(|error| invalid(&error))?;
        let mut channels = self.channels();
        let is_full = channels.len() >= MOST_CHANNELS && !channels.contains(&channel);
        if is_full && Guard::ChannelLimit.is_on() {
            let text = format!("at most {MOST_CHANNELS} channels can have a handler");
            return Err(RpcError::new(ErrorCode::TooLarge, text));
        }
        channels.insert(channel);
        Ok(Empty {})
    }

    fn remove_handler(&self, RemoveHandler { channel }: &RemoveHandler) -> Answer<Empty> {
        self.channels().remove(channel);
        Ok(Empty {})
    }

    fn register(&self, Register { prefix }: &Register) -> Answer<Empty> {
        self.done_unless_retired(!self.is_retired())?;
        check_prefix(prefix).map_err(|error| invalid(&error))?;
        let claimed = self
            .backend
            .routing
            .claim(&self.plugin, self.generation, prefix);
        claimed.map_err(|refused| {
            let code = match refused {
                ClaimError::Taken { .. } => ErrorCode::PrefixTaken,
                ClaimError::TooMany => ErrorCode::TooLarge,
            };
            RpcError::new(code, refused.to_string())
        })?;
        Ok(Empty {})
    }

    fn log(&self, params: &RawValue) -> Answer<()> {
        let RawLog {
            level,
            tag,
            message,
            data,
        } = read(params)?;
        let (tag, message) = (cut_tag(tag), cut(message, LOG_LINE_BYTES));
        let events = &self.backend.events;
        events.log(&self.plugin, level, &tag, message, data.map(cut_data));
        Ok(())
    }

    fn push(&self, params: &RawValue) -> Answer<()> {
        let RawPush { channel, payload } = read(params)?;
        check_channel(&channel).map_err(|error| invalid(&error))?;
        let payload = JsonText::new(payload).map_err(|error| invalid(&error))?;
        if !self.is_retired() {
            let plugin = self.plugin.clone();
            self.backend.events.emit(Event::Push {
                plugin,
                channel,
                payload,
            });
        }
        Ok(())
    }

    fn channels(&self) -> std::sync::MutexGuard<'_, std::collections::BTreeSet<String>> {
        self.shared
            .channels
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn is_retired(&self) -> bool {
        self.shared.retired.load(Ordering::SeqCst)
    }

    /// A generation that has been replaced must not overwrite what its successor writes.
    fn done_unless_retired(&self, is_done: bool) -> Answer<Empty> {
        if is_done {
            return Ok(Empty {});
        }
        let text = "a newer generation of this plugin has taken over";
        Err(RpcError::new(ErrorCode::Retired, text))
    }

    /// The store waits for the disk, so it runs where waiting harms nobody.
    async fn in_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&ConfigStore, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<T> {
        self.backend.faults.meet().await?;
        let plugin = self.plugin.clone();
        let done = self
            .backend
            .store
            .run_blocking(move |store| work(store, &plugin))
            .await;
        done.map_err(|error| RpcError::new(ErrorCode::Internal, error.to_string()))?
            .map_err(|error| {
                let code = match error {
                    StoreError::TooLarge { .. } => ErrorCode::TooLarge,
                    StoreError::TooDeep { .. } => ErrorCode::InvalidParams,
                    _ => ErrorCode::StoreFailed,
                };
                RpcError::new(code, crate::shell::chain(&error))
            })
    }
}

fn parse<T: DeserializeOwned>(params: &RawValue) -> Answer<T> {
    read(params)
}

fn read<'a, T: Deserialize<'a>>(params: &'a RawValue) -> Answer<T> {
    serde_json::from_str(params.get()).map_err(|error| invalid(&error))
}

/// Looks at the sizes first: a tree takes far more memory than its text.
fn checked(params: &RawValue) -> Answer<Set> {
    let RawSet { key, value } = read(params)?;
    check_size("key", key.len(), CONFIG_KEY_BYTES)?;
    check_size("value", value.get().len(), CONFIG_VALUE_BYTES)?;
    let value = parse(value)?;
    Ok(Set { key, value })
}

fn reply<T: Serialize>(answer: Answer<T>) -> Answer<Box<RawValue>> {
    to_raw_value(&answer?).map_err(|error| RpcError::new(ErrorCode::Internal, error.to_string()))
}

fn invalid(error: &dyn std::error::Error) -> RpcError {
    RpcError::new(ErrorCode::InvalidParams, error.to_string())
}

fn check_size(part: &str, length: usize, limit: usize) -> Answer<()> {
    if length <= limit {
        return Ok(());
    }
    let text = format!("the {part} is {length} bytes long, at most {limit} are allowed");
    Err(RpcError::new(ErrorCode::TooLarge, text))
}
