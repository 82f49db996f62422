//! Environment variables that plugins get in addition to those of the shell itself.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::{Mutex, PoisonError};

use tokio::process::Command;

use crate::config::EnvVars;

/// The additional environment variables of plugins.
#[derive(Debug)]
pub(super) struct PluginEnv {
    /// `[env]` of the `stratos.toml` files by plugin id, which can change while the shell runs.
    configured: Mutex<BTreeMap<String, EnvVars>>,
    /// Variables of the command line, which override the configured ones.
    overrides: BTreeMap<String, OsString>,
    /// Variables of this process that plugins do not get.
    withheld: Vec<String>,
}

impl PluginEnv {
    pub(super) fn new(overrides: BTreeMap<String, OsString>, withheld: Vec<String>) -> Self {
        Self {
            configured: Mutex::default(),
            overrides,
            withheld,
        }
    }

    pub(super) fn set(&self, env: BTreeMap<String, EnvVars>) {
        *self
            .configured
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = env;
    }

    /// Removes the withheld variables from, and adds the others to, a command that starts a plugin.
    pub(super) fn apply(&self, plugin: &str, command: &mut Command) {
        for name in &self.withheld {
            command.env_remove(name);
        }
        let configured = self.configured.lock();
        let configured = configured.unwrap_or_else(PoisonError::into_inner);
        if let Some(env) = configured.get(plugin) {
            command.envs(env);
        }
        command.envs(&self.overrides);
    }
}
