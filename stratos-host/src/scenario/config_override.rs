//! Config values that hold the URLs of mock servers while a scenario is played.

use std::collections::BTreeSet;

use serde_json::Value;
use stratos_protocol::logger::Level;

use crate::control::{Control, ControlError};
use crate::event::PluginState;
use crate::scenario::mock_server_config::ConfigKey;

/// Overrides config values, and restores them at the end of the scenario.
#[derive(Debug)]
pub(super) struct ConfigOverrides {
    control: Control,
    /// Overridden keys with their previous values, in the order of the overrides.
    saved: Vec<(ConfigKey, Option<Value>)>,
    /// Plugins that were stopped for a restart and have not been started since.
    stopped: BTreeSet<String>,
}

impl ConfigOverrides {
    pub(super) fn new(control: &Control) -> Self {
        Self {
            control: control.clone(),
            saved: Vec::new(),
            stopped: BTreeSet::new(),
        }
    }

    /// Overrides a config value.
    pub(super) async fn set(&mut self, key: &ConfigKey, value: Value) -> Result<(), ControlError> {
        let ConfigKey {
            plugin,
            key: name,
            force,
        } = key;
        let previous = match self.control.config_get(plugin, name).await {
            Ok(previous) => Some(previous),
            Err(ControlError::NoValue { .. }) => None,
            Err(error) => return Err(error),
        };
        self.saved.push((key.clone(), previous));
        match force {
            true => {
                self.control
                    .config_set_unchecked(plugin, name.clone(), value)
                    .await
            }
            false => self.control.config_set(plugin, name.clone(), value).await,
        }
    }

    /// Restarts the plugins with overridden values, which they read when they start. An error names the plugin.
    pub(super) async fn restart_plugins(&mut self) -> Result<(), (String, ControlError)> {
        if !self.stopped.is_empty() {
            // An earlier restart was cancelled.
            self.control.wait_until_settled().await;
        }
        let affected = self.saved.iter().map(|(key, _)| key.plugin.clone());
        let affected: BTreeSet<_> = affected.collect();
        for info in self.control.plugins() {
            let id = info.id;
            match info.state {
                _ if !affected.contains(&id) => continue,
                PluginState::Running => {
                    self.stopped.insert(id.clone());
                    let stopped = self.control.stop(&id).await;
                    stopped.map_err(|error| (id.clone(), error))?;
                }
                PluginState::Stopped if self.stopped.contains(&id) => {}
                PluginState::Stopped | PluginState::Listed { .. } => continue,
                _ => {}
            }
            let started = self.control.start(&id).await;
            started.map_err(|error| (id.clone(), error))?;
            self.stopped.remove(&id);
        }
        Ok(())
    }

    /// Restores all values, and restarts their plugins if `restart` is set. Errors are logged.
    pub(super) async fn restore(mut self, restart: bool) {
        // In reverse, because a value may have been overridden twice.
        for (key, previous) in self.saved.iter().rev() {
            let ConfigKey { plugin, key, .. } = key;
            let restored = match previous {
                Some(value) => {
                    let set = self
                        .control
                        .config_set_unchecked(plugin, key.clone(), value.clone());
                    set.await
                }
                None => self.control.config_delete(plugin, key).await,
            };
            match restored {
                // A value that did not exist before may have been removed during the scenario.
                Ok(()) | Err(ControlError::NoValue { .. }) => {}
                Err(error) => {
                    let text = format!("cannot restore the config value `{key}`: {error}");
                    self.control.log("", Level::Error, text);
                }
            }
        }
        if restart && let Err((_, error)) = self.restart_plugins().await {
            self.control.log("", Level::Error, error.to_string());
        }
    }
}
