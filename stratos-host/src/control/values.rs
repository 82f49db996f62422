//! The config values, from within the shell's process.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::control::{Control, ControlError};
use crate::event::Entry;
use crate::store::{ConfigExport, ConfigStore, StoreError};

impl Control {
    /// A config value.
    ///
    /// # Errors
    ///
    /// When there is none, or the store fails.
    pub async fn config_get(&self, id: &str, key: &str) -> Result<Value, ControlError> {
        let asked = key.to_owned();
        let found = self
            .in_store(id, move |store, id| store.get(id, &asked))
            .await?;
        found.ok_or_else(|| ControlError::NoValue {
            id: id.to_owned(),
            key: key.to_owned(),
        })
    }

    /// All config values.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn config_all(&self, id: &str) -> Result<BTreeMap<String, Value>, ControlError> {
        self.in_store(id, |store, id| store.all(id)).await
    }

    /// Stores a config value durably.
    ///
    /// # Errors
    ///
    /// When it is too large, or the store fails.
    pub async fn config_set(
        &self,
        id: &str,
        key: String,
        value: Value,
    ) -> Result<(), ControlError> {
        let (stored_key, stored) = (key.clone(), value.clone());
        self.in_store(id, move |store, id| store.set(id, &stored_key, &stored))
            .await?;
        self.record_value(id, key, Some(value));
        Ok(())
    }

    /// Removes a config value.
    ///
    /// # Errors
    ///
    /// When there is none, or the store fails.
    pub async fn config_delete(&self, id: &str, key: &str) -> Result<(), ControlError> {
        let asked = key.to_owned();
        if self
            .in_store(id, move |store, id| store.delete(id, &asked))
            .await?
        {
            self.record_value(id, key.to_owned(), None);
            return Ok(());
        }
        Err(ControlError::NoValue {
            id: id.to_owned(),
            key: key.to_owned(),
        })
    }

    /// Replaces all config values in one step.
    ///
    /// # Errors
    ///
    /// When one is too large, or the store fails.
    pub async fn config_replace(
        &self,
        id: &str,
        values: BTreeMap<String, Value>,
    ) -> Result<(), ControlError> {
        let stored = values.clone();
        self.in_store(id, move |store, id| store.replace(id, &stored))
            .await?;
        for (key, value) in values {
            self.record_value(id, key, Some(value));
        }
        Ok(())
    }

    /// All config values of all plugins, also of those that do not run here.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn config_everything(&self) -> Result<ConfigExport, ControlError> {
        self.with_store(ConfigStore::export).await
    }

    /// Replaces all config values of all plugins in one step.
    ///
    /// # Errors
    ///
    /// When one is too large, or the store fails.
    pub async fn config_replace_everything(
        &self,
        everything: ConfigExport,
    ) -> Result<(), ControlError> {
        let stored = everything.clone();
        self.with_store(move |store| store.import(stored)).await?;
        for (plugin, values) in everything.plugins {
            for (key, value) in values {
                self.record_value(&plugin, key, Some(value));
            }
        }
        Ok(())
    }

    /// Lets the store fail for plugins, with this reason, until [`mend_store`](Self::mend_store).
    pub fn break_store(&self, reason: &str) {
        self.backend().faults.fail(reason.to_owned());
        self.done(format!("the config store fails: {reason}"));
    }

    /// Lets the store take this long for plugins, until [`mend_store`](Self::mend_store).
    pub fn slow_store(&self, delay: Duration) {
        self.backend().faults.delay(delay);
        self.done(format!("the config store takes {delay:?}"));
    }

    /// Lifts what [`break_store`](Self::break_store) did.
    pub(crate) fn unbreak_store(&self) {
        self.backend().faults.unfail();
        self.done("the config store does not fail any more".to_owned());
    }

    /// Lifts what [`break_store`](Self::break_store) and [`slow_store`](Self::slow_store) did.
    pub fn mend_store(&self) {
        self.backend().faults.lift();
        self.done("the config store works".to_owned());
    }

    fn record_value(&self, plugin: &str, key: String, value: Option<Value>) {
        let plugin = plugin.to_owned();
        self.backend().events.record(|| Entry::Config {
            plugin,
            by_plugin: false,
            key,
            value,
        });
    }

    fn done(&self, text: String) {
        self.backend().events.record(|| Entry::Done(text));
    }

    async fn in_store<T: Send + 'static>(
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
        let done = self.store().run_blocking(work).await;
        done.expect("the store does not panic")
            .map_err(|error| match error.is_limit_exceeded() {
                true => ControlError::Value(error),
                false => ControlError::Store(error),
            })
    }
}
