//! The config values of plugins: read, write, export, import.

use std::collections::BTreeMap;

use serde_json::Value;
use stratos_manifest::{Setting, check_value};
use stratos_protocol::logger::Level;
use tokio::task::spawn_blocking;
use tracing::debug;

use crate::control::{Control, ControlError};
use crate::event::Event;
use crate::remote::ConfigValues;
use crate::store::{ConfigExport, ConfigStore, StoreError};

impl Control {
    /// Reads a config value.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no value with the key, or the store cannot be read.
    pub async fn config_get(&self, id: &str, key: &str) -> Result<Value, ControlError> {
        let owned_key = key.to_owned();
        let value = self
            .with_plugin(id, move |store, id| store.get(id, &owned_key))
            .await?;
        value.ok_or_else(|| no_value(id, key))
    }

    /// Reads all config values of a plugin.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be read.
    pub async fn config_all(&self, id: &str) -> Result<ConfigValues, ControlError> {
        self.with_plugin(id, |store, id| store.all(id)).await
    }

    /// Stores the value of a setting durably, as the settings page does.
    ///
    /// # Errors
    ///
    /// Returns an error if the manifest declares no such setting or another type of value, the key or the value is too
    /// large, or the store cannot be written.
    pub async fn config_set(
        &self,
        id: &str,
        key: String,
        value: Value,
    ) -> Result<(), ControlError> {
        let Some(settings) = self.settings(id)? else {
            return self.config_set_unchecked(id, key, value).await;
        };
        // A pattern may take up to a second.
        let check = spawn_blocking(move || {
            let checked = check_value(&settings, &key, &value).map(drop);
            checked.map(|()| (key, value))
        });
        let checked = check.await.expect("the check does not panic");
        let (key, value) = checked.map_err(ControlError::Setting)?;
        self.config_set_unchecked(id, key, value).await
    }

    /// The settings that a plugin's manifest declares; `None` if they are unknown.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such plugin.
    pub fn settings(&self, id: &str) -> Result<Option<Vec<Setting>>, ControlError> {
        let id = &self.plugin(id)?.id;
        let manifests = self.manifests();
        Ok(manifests
            .get(id)
            .and_then(|manifest| manifest.settings.clone()))
    }

    /// Stores a config value durably that is not checked against the settings, such as one of the plugin's own.
    ///
    /// # Errors
    ///
    /// Returns an error if the airline's administrator sets the value, the key or the value is too large, or the store
    /// cannot be written.
    pub async fn config_set_unchecked(
        &self,
        id: &str,
        key: String,
        value: Value,
    ) -> Result<(), ControlError> {
        self.check_not_set_by_airline(id, &key)?;
        let (stored_key, stored) = (key.clone(), value.clone());
        self.with_plugin(id, move |store, id| store.set(id, &stored_key, &stored))
            .await?;
        self.emit_change(id, key, Some(value));
        self.report_change(id);
        Ok(())
    }

    /// Removes a config value.
    pub(crate) async fn config_delete(&self, id: &str, key: &str) -> Result<(), ControlError> {
        let owned_key = key.to_owned();
        let was_present = self
            .with_plugin(id, move |store, id| store.delete(id, &owned_key))
            .await?;
        if !was_present {
            return Err(no_value(id, key));
        }
        self.emit_change(id, key.to_owned(), None);
        self.report_change(id);
        Ok(())
    }

    /// Replaces all config values of a plugin in one transaction.
    pub(crate) async fn config_replace(
        &self,
        id: &str,
        values: ConfigValues,
    ) -> Result<(), ControlError> {
        let stored = values.clone();
        let old = self.with_plugin(id, move |store, id| {
            let mut old = store.keys()?;
            old.retain(|(plugin, _)| plugin == id);
            store.replace(id, &stored)?;
            Ok(old)
        });
        let old = old.await?;
        self.emit_replaced(old, [(id.to_owned(), values)].into());
        self.report_change(id);
        Ok(())
    }

    /// Reads all config values of all plugins, also of those that this shell does not run.
    pub(crate) async fn config_export(&self) -> Result<ConfigExport, ControlError> {
        self.with_store(ConfigStore::export).await
    }

    /// Replaces all config values of all plugins in one transaction.
    pub(crate) async fn config_import(&self, export: ConfigExport) -> Result<(), ControlError> {
        let stored = export.clone();
        let old = self.with_store(move |store| {
            let old = store.keys()?;
            store.import(stored)?;
            Ok(old)
        });
        self.emit_replaced(old.await?, export.plugins);
        for id in self.0.plugins.keys() {
            self.report_change(id);
        }
        Ok(())
    }

    /// Emits the removal of the old values that are not among the new ones, and then the new ones.
    fn emit_replaced(&self, old: Vec<(String, String)>, new: BTreeMap<String, ConfigValues>) {
        for (plugin, key) in old {
            let is_kept = new
                .get(&plugin)
                .is_some_and(|values| values.contains_key(&key));
            if !is_kept {
                self.emit_change(&plugin, key, None);
            }
        }
        for (plugin, values) in new {
            for (key, value) in values {
                self.emit_change(&plugin, key, Some(value));
            }
        }
    }

    /// Logs a warning for each stored value of a plugin that its setting does not take, such as after a change of the
    /// manifest.
    pub(crate) async fn report_unfit_values(&self, id: &str) {
        let Ok(Some(settings)) = self.settings(id) else {
            return;
        };
        let errors = self.with_plugin(id, move |store, id| {
            let values = store.all(id)?;
            let values = values
                .iter()
                .filter(|(key, _)| settings.iter().any(|setting| setting.key == **key));
            let errors = values.filter_map(|(key, value)| {
                let error = check_value(&settings, key, value).err()?;
                Some((key.clone(), error))
            });
            Ok(errors.collect::<Vec<_>>())
        });
        // A store that cannot be read is an error of the plugin's own calls.
        for (key, error) in errors.await.unwrap_or_default() {
            let key = key.escape_debug();
            let text = format!(
                "a stored value does not fit: {error}; `cargo stratos config delete {id} {key}` removes it"
            );
            self.log(id, Level::Warn, text);
        }
    }

    fn report_change(&self, plugin: &str) {
        self.runtime().services.config.report_change(plugin);
    }

    fn emit_change(&self, plugin: &str, key: String, value: Option<Value>) {
        let is_deleted = value.is_none();
        debug!(plugin, key, is_deleted, "config value changed by a user");
        let plugin = plugin.to_owned();
        self.emit(Event::Config {
            plugin,
            key,
            value,
            by_plugin: false,
        });
    }

    /// Runs blocking work on the values of a plugin of this shell.
    async fn with_plugin<T: Send + 'static>(
        &self,
        id: &str,
        work: impl FnOnce(&ConfigStore, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ControlError> {
        let id = self.plugin(id)?.id.clone();
        self.with_store(move |store| work(store, &id)).await
    }

    async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&ConfigStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ControlError> {
        let result = self.0.store.run_blocking(work).await;
        result
            .expect("the store does not panic")
            .map_err(|error| match error.is_limit_exceeded() {
                true => ControlError::Value(error),
                false => ControlError::Store(error),
            })
    }
}

fn no_value(id: &str, key: &str) -> ControlError {
    ControlError::NoValue {
        id: id.to_owned(),
        key: key.to_owned(),
    }
}
