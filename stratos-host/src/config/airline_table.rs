//! Tables of `stratos.toml` about the airline and the pilot.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{AirlineFixtures, AirlineUrl};

/// The table `[airline]` of `stratos.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AirlineTable {
    /// Whether an airline is bound while a user is signed in; yes, unless it says no.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// Name of the airline.
    #[serde(default)]
    pub name: Option<String>,
    /// Id of the airline at the platform.
    #[serde(default)]
    pub id: Option<String>,
    /// Base URL of the airline's API; `None` for the built-in mock airline.
    #[serde(default)]
    pub base_url: Option<AirlineUrl>,
    /// Seconds until a token of the mock airline expires, so that its answer is 401; `None` for never.
    #[serde(default)]
    pub expires_in_seconds: Option<u64>,
    /// File with answers of the mock airline, relative to `stratos.toml`.
    #[serde(default)]
    pub fixtures: Option<PathBuf>,
    /// Tables `[airline.settings.ID]`: values of settings that the airline's administrator sets, by plugin.
    #[serde(default)]
    pub settings: AirlineSettings,
}

/// Values that the airline's administrator sets, by plugin id and key.
pub type AirlineSettings = BTreeMap<String, BTreeMap<String, Value>>;

/// The airline of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AirlineConfig {
    /// The table `[airline]`.
    pub table: AirlineTable,
    /// Content of the file that the table names.
    pub fixtures: AirlineFixtures,
}

/// The table `[pilot]` of `stratos.toml`: facts about the pilot that the shell tells plugins (seen in plugins).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PilotTable {
    /// Name of the pilot's SimBrief account.
    #[serde(default)]
    pub simbrief_username: Option<String>,
    /// Unit in which the pilot reads weights.
    #[serde(default)]
    pub weight_unit: Option<WeightUnit>,
}

/// Unit of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightUnit {
    /// Kilograms.
    Kg,
    /// Pounds.
    Lbs,
}

impl AirlineTable {
    /// Largest JSON text of the settings of one plugin in bytes, since `config.get_all` has them on one page: 64 KiB.
    const SETTINGS_BYTES: usize = 64 * 1024;

    /// The table without its settings.
    pub(super) fn without_settings(&self) -> Self {
        Self {
            settings: AirlineSettings::new(),
            ..self.clone()
        }
    }

    /// The first mistake, if there is one: keys that do nothing, or a plugin whose settings are too large.
    pub(super) fn error(&self) -> Option<String> {
        let of_mock = [
            ("expires_in_seconds", self.expires_in_seconds.is_some()),
            ("fixtures", self.fixtures.is_some()),
        ];
        if self.base_url.is_some()
            && let Some((key, _)) = of_mock.into_iter().find(|(_, is_set)| *is_set)
        {
            return Some(format!(
                "`{key}` in `[airline]` is for the mock airline: remove it, or `base_url`"
            ));
        }
        if self.expires_in_seconds == Some(0) {
            return Some("`expires_in_seconds` in `[airline]` must be at least 1".to_owned());
        }
        let bytes = |values: &BTreeMap<String, Value>| {
            let entries = values.iter();
            let entries = entries.map(|(key, value)| key.len() + value.to_string().len());
            entries.sum::<usize>()
        };
        let mut settings = self.settings.iter();
        let (plugin, values) = settings.find(|(_, values)| bytes(values) > Self::SETTINGS_BYTES)?;
        Some(format!(
            "`[airline.settings.{plugin}]` has {} bytes of values, at most {} are allowed",
            bytes(values),
            Self::SETTINGS_BYTES
        ))
    }
}
