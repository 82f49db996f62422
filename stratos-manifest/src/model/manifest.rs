//! The manifest's own fields.

use semver::Version;
use serde::Serialize;

use crate::model::{Setting, named::named_values};

/// A `plugin.json` that can be relied on: it was built from a file without errors.
///
/// It serialises to the form of `plugin.json` again, without what the model does not know.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    /// Lowercase letters, digits and hyphens; the plugin's name for routes, channels, storage and paths (V2, V3).
    pub id: String,
    /// What people see (V2, V3).
    pub name: String,
    /// The plugin's version, which the update feed repeats (V2, V3).
    pub version: Version,
    /// What the plugin does, in a few words (V2, V3).
    pub description: String,
    /// Who installs it (V2, V3).
    #[serde(rename = "type")]
    pub kind: PluginType,
    /// Who made it (V2, V3).
    pub author: Author,
    /// The icon for light surroundings, a path as the manifest writes it (V2, V3).
    pub icon_light: String,
    /// The icon for dark surroundings, a path as the manifest writes it (V2, V3).
    pub icon_dark: String,
    /// The background module (V1); later shells look for `background/index.js` instead (V2, V3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Background>,
    /// The settings, `availableSettings` in the file (V2, V3).
    #[serde(rename = "availableSettings", skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<Setting>,
    /// The plugin's page; documented nowhere, but published plugins have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
}

/// Who made a plugin (V2, V3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Author {
    /// Lowercase letters, digits and hyphens; part of the plugin's paths on the platform's CDN.
    pub id: String,
    /// What people see.
    pub name: String,
    /// An e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

/// The part of a plugin that runs in the background (V1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Background {
    /// The module that the shell loads, a path inside the plugin.
    #[serde(rename = "entryModule")]
    pub entry_module: String,
}

named_values! {
    /// Who installs a plugin (V2, V3).
    pub enum PluginType {
        /// A pilot, for themselves.
        User = "user",
        /// The virtual airline's administrator, for all pilots.
        Airline = "airline",
    }
}
