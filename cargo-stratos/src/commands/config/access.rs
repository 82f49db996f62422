//! Access to config values, through the running shell or directly in the state folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stratos_host::StateDir;
use stratos_host::config::{Project, Setting, StratosToml};
use stratos_host::control::ControlError;
use stratos_host::remote::{
    Client, ConfigValues, ExportConfig, GetPluginConfig, GetSettings, ImportConfig,
    RemoveConfigValue, ReplacePluginConfig, SetUncheckedConfigValue,
};
use stratos_host::state_dir::StateDirError;
use stratos_host::store::{ConfigExport, StoreError};
use stratos_manifest::Manifest;

use crate::commands::shell_args::connect;
use crate::context::Context;
use crate::error::Error;

/// Access to the config values of all plugins.
pub(super) enum ConfigAccess {
    /// A running shell, which has the state folder locked.
    Shell(Client),
    /// The state folder, which is locked until this is dropped, and the folders that may have the plugins.
    StateDir(StateDir, Vec<PathBuf>),
}

impl ConfigAccess {
    /// Opens the state folder, or connects to the shell that has it open.
    pub(super) fn open(cx: &Context, state_dir: &Path) -> Result<Self, Error> {
        if !state_dir.join(StateDir::STORE_FILE).exists() {
            return Err(Error::NoConfigStore {
                folder: state_dir.to_owned(),
            });
        }
        match StateDir::open(state_dir) {
            Ok(state) => {
                cx.output.notices(state.notices());
                Ok(Self::StateDir(state, plugin_folders(state_dir)))
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
            Self::StateDir(state, folders) => {
                let mut projects = projects(folders);
                if let Some(settings) = projects.remove(plugin) {
                    return Ok(Some(settings));
                }
                let stored = state.store().keys().map_err(store_error)?;
                let mut known: BTreeSet<_> = stored.into_iter().map(|(plugin, _)| plugin).collect();
                if known.contains(plugin) {
                    return Ok(None);
                }
                known.extend(projects.into_keys());
                Err(unknown_plugin(plugin, &known))
            }
        }
    }

    /// Stores a value without a check. The command checks by itself, also where no shell runs, to give its own help.
    pub(super) async fn set(&self, plugin: String, key: String, value: Value) -> Result<(), Error> {
        match self {
            Self::Shell(shell) => {
                let operation = SetUncheckedConfigValue { plugin, key, value };
                Ok(shell.call(&operation).await?)
            }
            Self::StateDir(state, folders) => {
                if is_set_by_airline(folders, &plugin, &key) {
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

/// The folder beside the state folder, where `run` looks for plugins, and the current one.
fn plugin_folders(state_dir: &Path) -> Vec<PathBuf> {
    let beside = state_dir.parent().filter(|folder| *folder != Path::new(""));
    beside
        .into_iter()
        .chain([Path::new(".")])
        .map(Path::to_owned)
        .collect()
}

/// Settings of the plugins in the folders, by plugin id. Plugins whose manifests have errors are skipped.
fn projects(folders: &[PathBuf]) -> BTreeMap<String, Vec<Setting>> {
    let candidates = folders.iter().flat_map(|folder| candidates(folder));
    let projects = candidates.filter_map(|folder| Project::read(&folder).ok());
    // The first folder counts.
    let mut settings = BTreeMap::new();
    for Project { manifest, .. } in projects {
        settings.entry(manifest.id).or_insert(manifest.settings);
    }
    settings
}

/// Whether `stratos.toml` beside the plugin or in one of the folders has a value of the airline for the key.
fn is_set_by_airline(folders: &[PathBuf], plugin: &str, key: &str) -> bool {
    let is_plugin = |folder: &PathBuf| {
        let project = Project::read(folder);
        project.is_ok_and(|project| project.manifest.id == plugin)
    };
    let candidates = folders.iter().flat_map(|folder| candidates(folder));
    let mut folders = candidates.filter(is_plugin).chain(folders.iter().cloned());
    folders.any(|folder| {
        let toml = StratosToml::load(&folder).unwrap_or_default();
        let values = toml.airline.settings.get(plugin);
        values.is_some_and(|values| values.contains_key(key))
    })
}

/// The folder itself if it has `plugin.json`, otherwise what it contains.
fn candidates(folder: &Path) -> Vec<PathBuf> {
    if folder.join(Manifest::FILE_NAME).is_file() {
        return vec![folder.to_owned()];
    }
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
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
