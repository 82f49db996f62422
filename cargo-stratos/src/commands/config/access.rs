//! Access to config values, through the running shell or directly in the state folder.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use stratos_host::StateDir;
use stratos_host::config::Setting;
use stratos_host::control::ControlError;
use stratos_host::remote::{
    Client, ConfigValues, ExportConfig, GetPluginConfig, GetSettings, ImportConfig,
    RemoveConfigValue, ReplacePluginConfig, SetUncheckedConfigValue,
};
use stratos_host::state_dir::StateDirError;
use stratos_host::store::{ConfigExport, StoreError};

use crate::commands::config::nearby_plugins::NearbyPlugins;
use crate::commands::shell_args::connect;
use crate::context::Context;
use crate::error::Error;

/// Access to the config values of all plugins.
pub(super) enum ConfigAccess {
    /// A running shell, which has the state folder locked.
    Shell(Client),
    /// The state folder, which is locked until this is dropped, and the plugins near it.
    StateDir(StateDir, NearbyPlugins),
}

impl ConfigAccess {
    /// Opens the state folder, or connects to the shell that has it open.
    ///
    /// A folder without values is an error, except for an import: `creates`. It needs the folder or a plugin near it, so
    /// that a misspelt path is still found.
    pub(super) fn open(cx: &Context, state_dir: &Path, creates: bool) -> Result<Self, Error> {
        let plugins = NearbyPlugins::new(state_dir);
        let creates = creates && (state_dir.is_dir() || plugins.ids().next().is_some());
        if !creates && !state_dir.join(StateDir::STORE_FILE).exists() {
            return Err(Error::NoConfigStore {
                folder: state_dir.to_owned(),
            });
        }
        match StateDir::open(state_dir) {
            Ok(state) => {
                cx.output.notices(state.notices());
                Ok(Self::StateDir(state, plugins))
            }
            Err(StateDirError::Owned { .. }) => Ok(Self::Shell(connect(state_dir)?)),
            Err(error) => Err(Error::State(error)),
        }
    }

    /// Settings in the manifest of a plugin; `None` if they are unknown. An unknown plugin without any value is an error,
    /// since its id is probably misspelt.
    pub(super) async fn settings(&self, plugin: &str) -> Result<Option<Vec<Setting>>, Error> {
        match self {
            Self::Shell(shell) => {
                let plugin = plugin.to_owned();
                Ok(shell.call(&GetSettings { plugin }).await?)
            }
            Self::StateDir(state, plugins) => {
                if let Some(settings) = plugins.settings(plugin) {
                    return Ok(Some(settings.to_vec()));
                }
                let stored = state.store().keys().map_err(store_error)?;
                let mut known: BTreeSet<_> = stored.into_iter().map(|(plugin, _)| plugin).collect();
                if known.contains(plugin) {
                    return Ok(None);
                }
                known.extend(plugins.ids().map(str::to_owned));
                Err(unknown_plugin(plugin, &known))
            }
        }
    }

    /// Settings in the manifest of a plugin, for plugins that need none; `None` if they are unknown.
    pub(super) async fn known_settings(&self, plugin: &str) -> Option<Vec<Setting>> {
        match self {
            Self::Shell(_) => self.settings(plugin).await.ok().flatten(),
            Self::StateDir(_, plugins) => plugins.settings(plugin).map(<[Setting]>::to_vec),
        }
    }

    /// Refuses the id of an unknown plugin, as [`settings`](Self::settings) does, unless there is none that could be meant.
    pub(super) async fn refuse_misspelt(&self, plugin: &str) -> Result<(), Error> {
        if let Self::StateDir(state, plugins) = self
            && state.store().keys().map_err(store_error)?.is_empty()
            && plugins.ids().next().is_none()
        {
            return Ok(());
        }
        self.settings(plugin).await.map(drop)
    }

    /// Stores a value without a check. The command checks by itself, also where no shell runs, to give its own help.
    pub(super) async fn set(&self, plugin: String, key: String, value: Value) -> Result<(), Error> {
        match self {
            Self::Shell(shell) => {
                let operation = SetUncheckedConfigValue { plugin, key, value };
                Ok(shell.call(&operation).await?)
            }
            Self::StateDir(state, plugins) => {
                if plugins.is_set_by_airline(&plugin, &key) {
                    let error = ControlError::SetByAirline { id: plugin, key };
                    return Err(Error::Refused(error.to_string()));
                }
                let result = state.store().set(&plugin, &key, &value);
                result.map_err(store_error)
            }
        }
    }

    pub(super) async fn delete(&self, plugin: String, key: String) -> Result<(), Error> {
        match self {
            Self::Shell(shell) => Ok(shell.call(&RemoveConfigValue { plugin, key }).await?),
            Self::StateDir(state, _) => match state.store().delete(&plugin, &key) {
                Ok(true) => Ok(()),
                Ok(false) => Err(no_value(plugin, key)),
                Err(error) => Err(store_error(error)),
            },
        }
    }

    /// All values of one plugin.
    pub(super) async fn all(&self, plugin: String) -> Result<ConfigValues, Error> {
        match self {
            Self::Shell(shell) => Ok(shell.call(&GetPluginConfig { plugin }).await?),
            Self::StateDir(state, _) => state.store().all(&plugin).map_err(store_error),
        }
    }

    /// Replaces all values of one plugin.
    pub(super) async fn replace(&self, plugin: String, values: ConfigValues) -> Result<(), Error> {
        match self {
            Self::Shell(shell) => {
                let operation = ReplacePluginConfig { plugin, values };
                Ok(shell.call(&operation).await?)
            }
            Self::StateDir(state, _) => {
                let result = state.store().replace(&plugin, &values);
                result.map_err(store_error)
            }
        }
    }

    /// All values of all plugins.
    pub(super) async fn export(&self) -> Result<ConfigExport, Error> {
        match self {
            Self::Shell(shell) => Ok(shell.call(&ExportConfig {}).await?),
            Self::StateDir(state, _) => state.store().export().map_err(store_error),
        }
    }

    /// Replaces all values of all plugins.
    pub(super) async fn import(&self, export: ConfigExport) -> Result<(), Error> {
        match self {
            Self::Shell(shell) => Ok(shell.call(&ImportConfig { export }).await?),
            Self::StateDir(state, _) => state.store().import(export).map_err(store_error),
        }
    }
}

/// An error for a value over a limit is a refusal, as from the running shell.
fn store_error(error: StoreError) -> Error {
    match error.is_limit_exceeded() {
        true => Error::Refused(error.to_string()),
        false => Error::Config(error),
    }
}

/// The error for a plugin that has neither a valid manifest here nor values.
fn unknown_plugin(plugin: &str, known: &BTreeSet<String>) -> Error {
    let known: Vec<_> = known
        .iter()
        .map(|id| id.escape_debug().to_string())
        .collect();
    let known = match known.is_empty() {
        true => "nor any other".to_owned(),
        false => format!("but {}", known.join(", ")),
    };
    let plugin = plugin.escape_debug();
    Error::usage(
        format!("there is no plugin `{plugin}` here or beside the state folder, {known}"),
        "`cargo stratos check` shows the mistakes of a plugin.json; `config set --force` stores values without one",
    )
}

/// The error of a running shell for a missing value.
pub(super) fn no_value(plugin: String, key: String) -> Error {
    let error = ControlError::NoValue { id: plugin, key };
    Error::Refused(error.to_string())
}
