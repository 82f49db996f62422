//! The config values, from within the shell's process.

use std::collections::BTreeMap;

use serde_json::Value;
use stratos_protocol::limits::{CONFIG_KEY_BYTES, CONFIG_VALUE_BYTES};

use crate::control::{Control, ControlError};
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
        self.in_store(id, move |store, id| store.set(id, &key, &value))
            .await
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
        self.in_store(id, move |store, id| store.replace(id, &values))
            .await
    }

    async fn in_store<T: Send + 'static>(
        &self,
        id: &str,
        work: impl FnOnce(&Store, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ControlError> {
        let id = self.slot(id)?.id.clone();
        let store = self.store();
        tokio::task::spawn_blocking(move || work(&store, &id))
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
