//! `ctx.config`: the plugin's key-value store.

use std::any::type_name;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stratos_protocol::Request;
use stratos_protocol::config::{Delete, Get, GetAll, Set};
use stratos_protocol::limits::CONFIG_KEY_BYTES;
use stratos_transport::CallError;
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::context::service::ContextService;
use crate::context::shared::Shared;

/// Limit of concurrent calls to the shell. Further calls wait in the plugin, so that they do not delay its answers
/// to IPC calls.
const MAX_CONCURRENT_CALLS: usize = 64;
/// Length to which keys and values are truncated in error messages, in characters.
const SHOWN_CHARS: usize = 60;

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
}

/// Error of a [`Config`] operation.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The stored value does not deserialize into the requested type.
    #[error("config value `{key}` is {found}, which does not fit `{wanted}`")]
    WrongType {
        /// Key of the value.
        key: String,
        /// JSON type of the stored value, such as `a number`.
        found: &'static str,
        /// Name of the requested Rust type.
        wanted: &'static str,
        /// Error of the deserializer.
        #[source]
        source: serde_json::Error,
    },
    /// The stored value is not one of the options that the manifest declares for a list or radio setting.
    #[error("config value `{key}` is {found}, which is none of its options: {options}")]
    UnknownOption {
        /// Key of the value.
        key: String,
        /// Stored value as JSON, truncated to 60 characters.
        found: String,
        /// Values of all options as JSON, separated by commas.
        options: String,
    },
    /// The value cannot be serialized to JSON.
    #[error("cannot store `{key}`: the value cannot be serialized to JSON")]
    Encode {
        /// Key of the value.
        key: String,
        /// Error of the serializer.
        #[source]
        source: serde_json::Error,
    },
    /// The key or the value exceeds the shell's limit.
    #[error("cannot store `{key}`: its {part} is {length} bytes long, at most {limit} are allowed")]
    TooLarge {
        /// Key, truncated to 60 characters.
        key: String,
        /// Part that is too large: `key` or `value`.
        part: &'static str,
        /// Length in bytes.
        length: usize,
        /// Maximum length in bytes.
        limit: usize,
    },
    /// The shell's store failed, or the shell did not answer within 30 seconds.
    #[error("the config store failed for `{key}`")]
    Shell {
        /// Key of the value; `*` for [`Config::get_all`].
        key: String,
        /// Error of the call to the shell.
        #[source]
        source: CallError,
    },
}

impl Config {
    /// Reads the value of `key`, or returns `default` if none is stored (V1).
    ///
    /// Defaults in the manifest's `availableSettings` are ignored; `Self::settings(&ctx)` of
    /// [`#[stratos::plugin]`](macro@crate::plugin) applies them.
    ///
    /// # Errors
    ///
    /// [`ConfigError::WrongType`] if the stored value is not a `T`, [`ConfigError::Shell`] if the shell fails.
    pub async fn get<T: DeserializeOwned>(&self, key: &str, default: T) -> Result<T, ConfigError> {
        Ok(self.get_option(key).await?.unwrap_or(default))
    }

    /// Reads the value of `key`, or returns `None` if none is stored.
    ///
    /// # Errors
    ///
    /// [`ConfigError::WrongType`] if the stored value is not a `T`, [`ConfigError::Shell`] if the shell fails.
    pub async fn get_option<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<T>, ConfigError> {
        let stored = self.stored(key).await?;
        stored.map(|value| parse(key, value)).transpose()
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
    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            call_permits: Arc::new(Semaphore::new(MAX_CONCURRENT_CALLS)),
        }
    }
}

/// Deserializes the stored value of `key`.
pub(crate) fn parse<T: DeserializeOwned>(key: &str, stored: Value) -> Result<T, ConfigError> {
    let found = json_type(&stored);
    serde_json::from_value(stored).map_err(|source| ConfigError::WrongType {
        key: key.to_owned(),
        found,
        wanted: type_name::<T>(),
        source,
    })
}

/// Truncates a key or value for an error message.
pub(crate) fn truncate(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).collect()
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
        key: truncate(key),
        part,
        length,
        limit,
    })
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
