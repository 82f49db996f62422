//! Reads settings with the types and defaults of the manifest.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::context::{Config, ConfigError};
use crate::settings::spec::SettingSpec;
use crate::settings::value::SettingValue;

/// Struct with a field for each setting.
pub trait Snapshot: Sized + Send {
    /// The settings in the order of the manifest.
    const SETTINGS: &'static [SettingSpec];

    /// Converts the stored values of the settings, and applies the manifest's defaults.
    fn from_stored(stored: StoredSettings) -> Result<Self, ConfigError>;
}

/// Stored values of settings, by key; without those that are not set.
#[derive(Debug)]
pub struct StoredSettings {
    plugin: String,
    values: BTreeMap<String, Value>,
}

impl StoredSettings {
    pub(crate) fn new(config: &Config, values: BTreeMap<String, Value>) -> Self {
        Self {
            plugin: config.plugin().to_owned(),
            values,
        }
    }

    /// Converts the stored value of a setting; `None` if it is not set.
    pub fn take<T: SettingValue>(&mut self, spec: &SettingSpec) -> Result<Option<T>, ConfigError> {
        match self.values.remove(spec.key) {
            Some(stored) => convert(&self.plugin, spec, &stored),
            None => Ok(None),
        }
    }
}

/// Reads the value of a setting; `None` if it is not set.
pub async fn setting<T: SettingValue>(
    config: &Config,
    spec: &SettingSpec,
) -> Result<Option<T>, ConfigError> {
    match config.stored(spec.key).await? {
        Some(stored) => convert(config.plugin(), spec, &stored),
        None => Ok(None),
    }
}

pub async fn setting_or<T: SettingValue>(
    config: &Config,
    spec: &SettingSpec,
    default: T,
) -> Result<T, ConfigError> {
    Ok(setting(config, spec).await?.unwrap_or(default))
}

/// Reads all settings at once.
pub async fn snapshot<S: Snapshot>(config: &Config) -> Result<S, ConfigError> {
    let stored = config.stored_settings(S::SETTINGS).await?;
    S::from_stored(StoredSettings::new(config, stored))
}

/// Converts a stored value. `null` counts as not set, unless it is a value of the setting.
fn convert<T: SettingValue>(
    plugin: &str,
    spec: &SettingSpec,
    stored: &Value,
) -> Result<Option<T>, ConfigError> {
    match T::from_stored(stored) {
        None if !stored.is_null() => Err(ConfigError::wrong_setting(plugin, spec, stored)),
        converted => Ok(converted),
    }
}
