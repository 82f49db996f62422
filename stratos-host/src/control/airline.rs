//! The airline: its settings for plugins, and the login of the pilot there.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use serde_json::Value;
use stratos_manifest::{SettingScope, check_value, closest};
use stratos_protocol::logger::Level;

use crate::config::{AirlineConfig, PilotTable};
use crate::control::{Control, ControlError};
use crate::services::AirlineFault;

impl Control {
    /// Changes the airline. The mock airline begins anew, and plugins are told of changed settings.
    pub fn apply_airline(&self, config: AirlineConfig) {
        let services = &self.runtime().services;
        let changed = services
            .config
            .set_airline_settings(config.table.settings.clone());
        services.airline.apply(config);
        for plugin in &changed {
            services.config.report_change(plugin);
        }
        if !changed.is_empty() {
            self.report_unfit_airline_settings();
        }
    }

    /// Values that the airline's administrator sets for a plugin, from `[airline.settings]`.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such plugin.
    pub fn airline_settings(&self, id: &str) -> Result<BTreeMap<String, Value>, ControlError> {
        let id = &self.plugin(id)?.id;
        Ok(self.runtime().services.config.airline_settings(id))
    }

    /// Refreshes the login of the pilot at the airline.
    ///
    /// # Errors
    ///
    /// Returns an error if no airline is bound.
    pub fn refresh_airline_login(&self) -> Result<(), ControlError> {
        let refreshed = self.runtime().services.airline.refresh();
        refreshed.map_err(|error| ControlError::NoAirline(error.message))
    }

    /// Expires the pilot's token at the mock airline, which answers 401 until the shell refreshes it.
    ///
    /// # Errors
    ///
    /// Returns an error if no airline is bound, or it is not the mock airline.
    pub fn expire_airline_token(&self) -> Result<(), ControlError> {
        let expired = self.runtime().services.airline.expire_token();
        expired.map_err(|error| ControlError::NoAirline(error.message))
    }

    /// Makes requests of plugins to the airline fail, until [`restore_airline`](Self::restore_airline) is called.
    pub fn fail_airline(&self, fault: AirlineFault) {
        self.runtime().services.airline.set_fault(Some(fault));
    }

    /// Ends [`fail_airline`](Self::fail_airline).
    pub fn restore_airline(&self) {
        self.runtime().services.airline.set_fault(None);
    }

    /// Facts about the pilot.
    pub(crate) fn pilot(&self) -> PilotTable {
        let pilot = self.0.pilot.lock();
        pilot.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Refuses a change of a value that the airline's administrator sets.
    pub(super) fn check_not_set_by_airline(&self, id: &str, key: &str) -> Result<(), ControlError> {
        match self.airline_settings(id)?.contains_key(key) {
            true => Err(ControlError::SetByAirline {
                id: id.to_owned(),
                key: key.to_owned(),
            }),
            false => Ok(()),
        }
    }

    /// Logs a warning for each value in `[airline.settings]` that no plugin or setting takes.
    pub(crate) fn report_unfit_airline_settings(&self) {
        let settings = self.runtime().services.config.all_airline_settings();
        let ids = || self.0.plugins.keys().map(String::as_str);
        for (plugin, values) in settings {
            let table = format!("[airline.settings.{}]", plugin.escape_debug());
            if self.0.plugins.contains_key(&plugin) {
                self.report_unfit_values_of(&plugin, &table, &values);
            } else if let Some(similar) = closest(&plugin, ids()) {
                // The settings of a plugin that is not run are no mistake.
                let text = format!(
                    "`{table}` in stratos.toml: there is no such plugin here, did you mean `{similar}`?"
                );
                self.log(similar, Level::Warn, text);
            }
        }
    }

    fn report_unfit_values_of(&self, id: &str, table: &str, values: &BTreeMap<String, Value>) {
        let Ok(Some(settings)) = self.settings(id) else {
            return;
        };
        for (key, value) in values {
            let problem = match check_value(&settings, key, value) {
                Ok(setting) if setting.scope == SettingScope::User => format!(
                    "`{}` is a setting of the pilot: its scope in plugin.json is not `airline`",
                    key.escape_debug()
                ),
                Ok(_) => continue,
                Err(error) => error.to_string(),
            };
            let text = format!("a value of `{table}` in stratos.toml does not fit: {problem}");
            self.log(id, Level::Warn, text);
        }
    }
}
