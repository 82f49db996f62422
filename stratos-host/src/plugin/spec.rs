//! Description of a plugin that a shell runs or lists.

use std::fmt;
use std::sync::Arc;

use stratos_manifest::Setting;

use crate::process::Launcher;

/// A plugin to run or to list.
pub struct PluginSpec {
    /// Id, from the manifest.
    pub id: String,
    /// Display name, from the manifest.
    pub name: String,
    /// Version, from the manifest.
    pub version: String,
    /// Settings that the manifest declares; `None` if they are unknown, so that config values are not checked.
    pub settings: Option<Vec<Setting>>,
    /// Launcher of the plugin's program, or a sentence that says why the plugin is only listed.
    pub launcher: Result<Arc<dyn Launcher>, String>,
}

impl fmt::Debug for PluginSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginSpec")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
