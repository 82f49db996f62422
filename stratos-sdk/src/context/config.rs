//! `ctx.config`

use std::any::type_name;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stratos_protocol::Request;
use stratos_protocol::config::{Delete, Get, GetAll, Set};
use stratos_protocol::limits::{ANSWER_TIMEOUT, CONFIG_KEY_BYTES};
use stratos_transport::guard::Guard;
use stratos_transport::{CallError, Peer};
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::context::Held;

/// How many calls are on their way to the shell at once; more wait here, where the plugin's answers pass them by.
const CALLS: usize = 64;

/// The plugin's key-value store (V1: `PluginConfigStore`). Cheap to clone.
///
/// Values are JSON, belong to this plugin alone, and survive restarts. Whoever does very much at once waits until it is
/// done: the shell lets every plugin have its turn.
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
    peer: Peer,
    turns: Arc<Semaphore>,
    value_bytes: usize,
    _held: Held,
}

/// Why the store did not do what was asked.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The stored value is not of the type that was asked for.
    #[error("config value `{key}` is {found}, which does not fit `{wanted}`")]
    WrongType {
        /// The key.
        key: String,
        /// What is stored, in words.
        found: &'static str,
        /// The Rust type that was asked for.
        wanted: &'static str,
        /// The exact mismatch.
        #[source]
        source: serde_json::Error,
    },
    /// The stored value is none of the options that the manifest declares for a list or a radio.
    #[error("config value `{key}` is {found}, which is none of its options: {options}")]
    NoOption {
        /// The key.
        key: String,
        /// What is stored, as JSON, cut to its first 60 characters.
        found: String,
        /// The options, as JSON.
        options: String,
    },
    /// The value has no JSON form.
    #[error("cannot store `{key}`: the value has no JSON form")]
    Encode {
        /// The key.
        key: String,
        /// The reason.
        #[source]
        source: serde_json::Error,
    },
    /// Key or value exceed the shell's limit.
    #[error("cannot store `{key}`: its {part} is {length} bytes long, at most {limit} are allowed")]
    TooLarge {
        /// The key, cut to its first 60 characters.
        key: String,
        /// `key` or `value`.
        part: &'static str,
        /// The length in bytes.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The shell could not do it, or did not answer.
    #[error("the config store failed for `{key}`")]
    Shell {
        /// The key, `*` for all.
        key: String,
        /// The reason.
        #[source]
        source: CallError,
    },
}

impl Config {
    pub(crate) fn new(peer: Peer, value_bytes: usize, held: Held) -> Self {
        Self {
            peer,
            turns: Arc::new(Semaphore::new(match Guard::OwnTurns.is_on() {
                true => CALLS,
                false => Semaphore::MAX_PERMITS,
            })),
            value_bytes,
            _held: held,
        }
    }

    /// The value under `key`, or `default` where nothing is stored (V1).
    ///
    /// The default in the manifest's `availableSettings` is not looked at.
    ///
    /// # Errors
    ///
    /// When the stored value is not a `T`, or the shell fails.
    pub async fn get<T: DeserializeOwned>(&self, key: &str, default: T) -> Result<T, ConfigError> {
        Ok(self.get_option(key).await?.unwrap_or(default))
    }

    /// The value under `key`, if one is stored.
    ///
    /// # Errors
    ///
    /// When the stored value is not a `T`, or the shell fails.
    pub async fn get_option<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<T>, ConfigError> {
        let stored = self.stored(key).await?;
        stored.map(|value| read(key, value)).transpose()
    }

    pub(crate) async fn stored(&self, key: &str) -> Result<Option<Value>, ConfigError> {
        let get = Get {
            key: key.to_owned(),
        };
        let stored = self.ask(&get).await.map_err(|e| shell(key, e))?;
        Ok(stored.found.then_some(stored.value))
    }

    /// Stores a value (V1). Once this has returned, the value survives a crash and a power cut.
    ///
    /// # Errors
    ///
    /// When the value has no JSON form or is too large, or the shell could not store it; the old
    /// value is still there then.
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
        check_size(key, "value", value.to_string().len(), self.value_bytes)?;
        let set = Set {
            key: key.to_owned(),
            value,
        };
        self.ask(&set).await.map_err(|e| shell(key, e))?;
        Ok(())
    }

    /// Removes a value (V1). Removing one that is not there is no error.
    ///
    /// # Errors
    ///
    /// When the shell could not remove it.
    pub async fn delete(&self, key: &str) -> Result<(), ConfigError> {
        let delete = Delete {
            key: key.to_owned(),
        };
        self.ask(&delete).await.map_err(|e| shell(key, e))?;
        Ok(())
    }

    /// All keys and values (V1: `getAll()`).
    ///
    /// A large store is read in several steps, so it may change in between.
    ///
    /// # Errors
    ///
    /// When the shell fails.
    pub async fn get_all(&self) -> Result<BTreeMap<String, Value>, ConfigError> {
        let mut all = BTreeMap::new();
        let mut after = None;
        loop {
            let ask = GetAll { after };
            let page = self.ask(&ask).await.map_err(|e| shell("*", e))?;
            all.extend(page.entries);
            after = page.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    /// The deadline begins once it is this request's turn: it is for the shell, not for this plugin's other requests.
    async fn ask<R: Request>(&self, request: &R) -> Result<R::Result, CallError> {
        let turn = self.turns.acquire().await;
        let _turn = turn.expect("nobody closes the semaphore");
        self.peer.call(request, ANSWER_TIMEOUT).await
    }
}

/// A stored value as the type that is wanted.
pub(crate) fn read<T: DeserializeOwned>(key: &str, stored: Value) -> Result<T, ConfigError> {
    let found = kind(&stored);
    serde_json::from_value(stored).map_err(|source| ConfigError::WrongType {
        key: key.to_owned(),
        found,
        wanted: type_name::<T>(),
        source,
    })
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
        key: key.chars().take(60).collect(),
        part,
        length,
        limit,
    })
}

fn shell(key: &str, source: CallError) -> ConfigError {
    ConfigError::Shell {
        key: key.to_owned(),
        source,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
