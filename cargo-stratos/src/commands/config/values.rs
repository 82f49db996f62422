//! Where the config values are: with the running shell, or in the state folder when none runs.

use std::path::Path;

use serde_json::Value;
use stratos_host::StateDir;
use stratos_host::control::ControlError;
use stratos_host::remote::{
    Client, ConfigValues, ExportConfig, GetConfigValue, GetPluginConfig, HostFile, ImportConfig,
    RemoveConfigValue, ReplacePluginConfig, SetConfigValue,
};
use stratos_host::state_dir::StateDirError;
use stratos_host::store::{ConfigExport, StoreError};

use crate::context::Context;
use crate::error::Error;

/// The config values of all plugins.
pub(super) enum Values {
    /// A shell runs, and it alone has them.
    Shell(Client),
    /// Nobody else has them as long as this lives.
    Folder(StateDir),
}

impl Values {
    pub(super) fn find(cx: &Context, folder: &Path) -> Result<Self, Error> {
        if !folder.join("config.redb").exists() {
            return Err(Error::NoConfigStore {
                folder: folder.to_owned(),
            });
        }
        match StateDir::open(folder) {
            Ok(state) => {
                cx.output.notices(state.notices());
                Ok(Self::Folder(state))
            }
            Err(StateDirError::Owned { .. }) => {
                let host = HostFile::read(folder).map_err(Error::NoRunningShell)?;
                Ok(Self::Shell(Client::new(host)))
            }
            Err(error) => Err(Error::State(error)),
        }
    }

    pub(super) async fn get(&self, plugin: &str, key: &str) -> Result<Value, Error> {
        match self {
            Self::Shell(shell) => {
                let (plugin, key) = (plugin.to_owned(), key.to_owned());
                Ok(shell.call(&GetConfigValue { plugin, key }).await?)
            }
            Self::Folder(state) => {
                let value = state.store().get(plugin, key).map_err(failed)?;
                value.ok_or_else(|| no_value(plugin, key))
            }
        }
    }

    pub(super) async fn set(&self, plugin: &str, key: &str, value: &Value) -> Result<(), Error> {
        match self {
            Self::Shell(shell) => {
                let set = SetConfigValue {
                    plugin: plugin.to_owned(),
                    key: key.to_owned(),
                    value: value.clone(),
                };
                Ok(shell.call(&set).await?)
            }
            Self::Folder(state) => {
                let stored = state.store().set(plugin, key, value);
                stored.map_err(failed)
            }
        }
    }

    pub(super) async fn delete(&self, plugin: &str, key: &str) -> Result<(), Error> {
        match self {
            Self::Shell(shell) => {
                let (plugin, key) = (plugin.to_owned(), key.to_owned());
                Ok(shell.call(&RemoveConfigValue { plugin, key }).await?)
            }
            Self::Folder(state) => match state.store().delete(plugin, key) {
                Ok(true) => Ok(()),
                Ok(false) => Err(no_value(plugin, key)),
                Err(error) => Err(failed(error)),
            },
        }
    }

    pub(super) async fn all(&self, plugin: &str) -> Result<ConfigValues, Error> {
        match self {
            Self::Shell(shell) => {
                let plugin = plugin.to_owned();
                Ok(shell.call(&GetPluginConfig { plugin }).await?)
            }
            Self::Folder(state) => state.store().all(plugin).map_err(failed),
        }
    }

    pub(super) async fn replace(&self, plugin: &str, values: &ConfigValues) -> Result<(), Error> {
        match self {
            Self::Shell(shell) => {
                let (plugin, values) = (plugin.to_owned(), values.clone());
                Ok(shell.call(&ReplacePluginConfig { plugin, values }).await?)
            }
            Self::Folder(state) => {
                let stored = state.store().replace(plugin, values);
                stored.map_err(failed)
            }
        }
    }

    pub(super) async fn export(&self) -> Result<ConfigExport, Error> {
        match self {
            Self::Shell(shell) => Ok(shell.call(&ExportConfig {}).await?),
            Self::Folder(state) => state.store().export().map_err(failed),
        }
    }

    pub(super) async fn import(&self, export: ConfigExport) -> Result<(), Error> {
        match self {
            Self::Shell(shell) => Ok(shell.call(&ImportConfig { export }).await?),
            Self::Folder(state) => {
                let stored = state.store().import(export);
                stored.map_err(failed)
            }
        }
    }
}

/// What a running shell refuses is refused without it too.
fn failed(error: StoreError) -> Error {
    match error.is_limit_exceeded() {
        true => Error::Refused(error.to_string()),
        false => Error::Config(error),
    }
}

/// As a running shell says it.
fn no_value(plugin: &str, key: &str) -> Error {
    let error = ControlError::NoValue {
        id: plugin.to_owned(),
        key: key.to_owned(),
    };
    Error::Refused(error.to_string())
}
