//! Settings and config values of a plugin, side by side.

use serde::Serialize;
use serde_json::Value;
use stratos_host::config::{Setting, check_value};
use stratos_host::remote::ConfigValues;

/// A setting, or a config value of the plugin's own.
#[derive(Debug, Serialize)]
pub(crate) struct ConfigEntry {
    pub(crate) key: String,
    pub(crate) is_set: bool,
    /// Stored value; `null` if none is set.
    pub(crate) value: Value,
    /// Setting in the manifest; `None` for a key of the plugin's own.
    pub(crate) setting: Option<Setting>,
    /// Reason why the settings page would not store the value.
    pub(crate) problem: Option<String>,
}

impl ConfigEntry {
    /// Settings in the order of the manifest, then the plugin's own values in the order of their keys.
    pub(crate) fn all(settings: &[Setting], mut values: ConfigValues) -> Vec<Self> {
        let declared = settings.iter().map(|setting| {
            let value = values.remove(&setting.key);
            let checked = value
                .as_ref()
                .map(|value| check_value(settings, &setting.key, value));
            Self {
                key: setting.key.clone(),
                is_set: value.is_some(),
                value: value.unwrap_or_default(),
                setting: Some(setting.clone()),
                problem: checked.and_then(Result::err).map(|error| error.to_string()),
            }
        });
        let mut all: Vec<_> = declared.collect();
        all.extend(values.into_iter().map(|(key, value)| Self {
            key,
            is_set: true,
            value,
            setting: None,
            problem: None,
        }));
        all
    }

    /// Stored value, or the manifest's default; `None` without either.
    pub(crate) fn current(&self) -> Option<&Value> {
        let default = || self.setting.as_ref()?.default.as_ref();
        self.is_set.then_some(&self.value).or_else(default)
    }
}
