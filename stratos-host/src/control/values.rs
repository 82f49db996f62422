//! The config values, from within the shell's process.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use stratos_protocol::limits::{CONFIG_KEY_BYTES, CONFIG_VALUE_BYTES};

use crate::control::{Control, ControlError};
use crate::journal::Entry;
use crate::store::{Store, StoreError};

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
        check_sizes(&key, &value)?;
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
        for (key, value) in &values {
            check_sizes(key, value)?;
        }
        let stored = values.clone();
        self.in_store(id, move |store, id| store.replace(id, &stored))
            .await?;
        for (key, value) in values {
            self.record_value(id, key, Some(value));
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
        work: impl FnOnce(&Store, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ControlError> {
        let id = self.slot(id)?.id.clone();
        self.store()
            .run(move |store| work(store, &id))
            .await
            .expect("the store does not panic")
            .map_err(ControlError::Store)
    }
}

fn check_sizes(key: &str, value: &Value) -> Result<(), ControlError> {
    let parts = [
        ("key", key.len(), CONFIG_KEY_BYTES),
        ("value", value.to_string().len(), CONFIG_VALUE_BYTES),
    ];
    match parts.into_iter().find(|(_, length, limit)| length > limit) {
        Some((part, length, limit)) => Err(ControlError::TooLarge {
            part,
            length,
            limit,
        }),
        None => Ok(()),
    }
}
