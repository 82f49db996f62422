//! `ctx.config`: the plugin's key-value store.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use stratos_protocol::config::{ConfigChanged, Delete, Get, GetAll, Set};
use stratos_protocol::limits::CONFIG_KEY_BYTES;
use stratos_protocol::method::Empty;
use stratos_protocol::{Request, RpcError};
use stratos_transport::rpc;
use tokio::sync::{Semaphore, watch};

use crate::context::config_error::{ConfigError, shorten};
use crate::context::service::ContextService;
use crate::context::shared::Shared;
use crate::settings::SettingSpec;

/// Limit of concurrent calls to the shell. Further calls wait in the plugin, so that they do not delay its answers
/// to IPC calls.
const MAX_CONCURRENT_CALLS: usize = 64;

/// The plugin's key-value store (V1: `PluginConfigStore`). Cheap to clone.
///
/// Values are JSON, private to the plugin, and survive restarts. A plugin that makes many calls at once is slowed
/// down, since the shell serves all plugins in turn.
///
/// A key is at most 1 KiB long, a value at most 256 KiB as JSON text, unless the shell grants another limit.
///
/// ```no_run
/// # use stratos::serde_json::Value;
/// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
/// let interval: u64 = ctx.config.get("refresh_interval", 30).await?;
/// let links: Vec<Value> = ctx.config.get("quick_links", vec![]).await?;
///
/// ctx.config.set("last_sync", &1_700_000_000_000_u64).await?;
/// ctx.config.delete("stale_key").await?;
///
/// let all = ctx.config.get_all().await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Config {
    shared: Arc<Shared>,
    call_permits: Arc<Semaphore>,
    /// Changes of settings by the plugin, and of any values by others.
    changes: watch::Sender<()>,
}

impl Config {
    /// Reads the value of `key`, or returns `default` if none is stored (V1).
    ///
    /// Defaults in the manifest's `availableSettings` are ignored; `Self::settings(&ctx)` of
    /// [`#[stratos::plugin]`](macro@crate::plugin) applies them.
    ///
    /// # Errors
    ///
    /// [`ConfigError::WrongSetting`], [`ConfigError::UnfitType`] or [`ConfigError::WrongType`] if the stored value is not
    /// a `T`, [`ConfigError::Shell`] if the shell fails.
    pub async fn get<T: DeserializeOwned>(&self, key: &str, default: T) -> Result<T, ConfigError> {
        Ok(self.get_option(key).await?.unwrap_or(default))
    }

    /// Reads the value of `key`, or returns `None` if none is stored.
    ///
    /// # Errors
    ///
    /// [`ConfigError::WrongSetting`], [`ConfigError::UnfitType`] or [`ConfigError::WrongType`] if the stored value is not
    /// a `T`, [`ConfigError::Shell`] if the shell fails.
    pub async fn get_option<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<T>, ConfigError> {
        let Some(stored) = self.stored(key).await? else {
            return Ok(None);
        };
        match T::deserialize(&stored) {
            Ok(value) => Ok(Some(value)),
            Err(source) => Err(self.wrong_type::<T>(key, &stored, source)),
        }
    }

    fn wrong_type<T>(&self, key: &str, stored: &Value, source: serde_json::Error) -> ConfigError {
        match self.setting(key) {
            Some(setting) if (setting.accepts)(stored) => {
                ConfigError::unfit_type::<T>(setting, stored, source)
            }
            Some(setting) => ConfigError::wrong_setting(self.plugin(), setting, stored),
            None => ConfigError::wrong_type::<T>(self.plugin(), key, stored, source),
        }
    }

    /// Id of the plugin.
    pub(crate) fn plugin(&self) -> &str {
        self.shared.plugin.id()
    }

    /// Reports a change that the plugin itself has made; only settings have subscribers.
    fn report_change(&self, key: &str) {
        if self.setting(key).is_some() {
            self.changes.send_replace(());
        }
    }

    /// The setting of this key that the manifest declares, as far as the plugin knows it.
    fn setting(&self, key: &str) -> Option<&'static SettingSpec> {
        let mut settings = self.shared.settings.iter();
        settings.find(|setting| setting.key == key)
    }

    /// Subscribes to changes of settings. Those by others than the plugin are reported by some shells only.
    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Reads the values of these settings.
    pub(crate) async fn stored_settings(
        &self,
        settings: &[SettingSpec],
    ) -> Result<BTreeMap<String, Value>, ConfigError> {
        let mut values = self.get_all().await?;
        values.retain(|key, _| settings.iter().any(|setting| setting.key == key));
        Ok(values)
    }

    /// Reads the value of `key` as JSON; a stored `null` is `Some(Value::Null)`.
    pub(crate) async fn stored(&self, key: &str) -> Result<Option<Value>, ConfigError> {
        let get = Get {
            key: key.to_owned(),
        };
        let stored = self.call(key, &get).await?;
        Ok(stored.found.then_some(stored.value))
    }

    /// Stores a value (V1). Once this returns `Ok`, the value survives a crash and a power cut.
    ///
    /// # Errors
    ///
    /// If the value cannot be serialized or is too large, or the shell could not store it. The previous value is
    /// kept then.
    pub async fn set<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
    ) -> Result<(), ConfigError> {
        let value = serde_json::to_value(value).map_err(|source| ConfigError::Encode {
            key: key.to_owned(),
            source,
        })?;
        check_size(key, "key", key.len(), CONFIG_KEY_BYTES)?;
        let limit = self.shared.limits.config_value_bytes;
        check_size(key, "value", value.to_string().len(), limit)?;
        let set = Set {
            key: key.to_owned(),
            value,
        };
        self.call(key, &set).await?;
        self.report_change(key);
        Ok(())
    }

    /// Removes a value (V1). Does nothing if none is stored.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Shell`] if the shell could not remove the value.
    pub async fn delete(&self, key: &str) -> Result<(), ConfigError> {
        let delete = Delete {
            key: key.to_owned(),
        };
        self.call(key, &delete).await?;
        self.report_change(key);
        Ok(())
    }

    /// Reads all keys and values (V1: `getAll()`).
    ///
    /// A large store is read page by page, so concurrent writes may be seen in part.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Shell`] if the shell fails.
    pub async fn get_all(&self) -> Result<BTreeMap<String, Value>, ConfigError> {
        let mut all = BTreeMap::new();
        let mut after = None;
        loop {
            let page = self.call("*", &GetAll { after }).await?;
            all.extend(page.entries);
            after = page.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    /// Calls the shell. The wait for a permit does not count towards the timeout of the call.
    async fn call<R: Request>(&self, key: &str, request: &R) -> Result<R::Result, ConfigError> {
        let permit = self.call_permits.acquire().await;
        let _permit = permit.expect("the semaphore is never closed");
        let answer = self.shared.call(request).await;
        answer.map_err(|source| ConfigError::Shell {
            key: key.to_owned(),
            source,
        })
    }
}

impl ContextService for Config {
    const METHODS: &'static [&'static str] = &[ConfigChanged::METHOD];

    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            call_permits: Arc::new(Semaphore::new(MAX_CONCURRENT_CALLS)),
            changes: watch::Sender::default(),
        }
    }

    async fn handle_request(
        &self,
        _method: &str,
        params: &RawValue,
    ) -> Result<Box<RawValue>, RpcError> {
        rpc::respond(params, async |ConfigChanged {}| {
            self.changes.send_replace(());
            Ok(Empty {})
        })
        .await
    }
}

fn check_size(
    key: &str,
    part: &'static str,
    length: usize,
    limit: usize,
) -> Result<(), ConfigError> {
    if length <= limit {
        return Ok(());
    }
    Err(ConfigError::TooLarge {
        key: shorten(key),
        part,
        length,
        limit,
    })
}
