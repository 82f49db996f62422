//! The manifest, without its settings.

use semver::Version;
use serde::Serialize;

use crate::model::{setting::Setting, string_enum::string_enum};

/// The content of a `plugin.json` without errors.
///
/// The manifest serializes to the format of `plugin.json`, without unknown keys.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    /// The plugin's id in routes, channels, storage and paths: lowercase letters, digits and hyphens (V2, V3).
    pub id: String,
    /// The displayed name (V2, V3).
    pub name: String,
    /// The plugin's version; the update feed has to have the same one (V2, V3).
    pub version: Version,
    /// The displayed description, in a few words (V2, V3).
    pub description: String,
    /// The kind of installation (V2, V3).
    #[serde(rename = "type")]
    pub kind: PluginType,
    /// The author (V2, V3).
    pub author: Author,
    /// The path of the icon for the light theme, as in the file (V2, V3).
    pub icon_light: String,
    /// The path of the icon for the dark theme, as in the file (V2, V3).
    pub icon_dark: String,
    /// The background module (V1); later shells load `background/index.js` without a declaration (V2, V3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Background>,
    /// The settings, `availableSettings` in the file (V2, V3).
    #[serde(rename = "availableSettings", skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<Setting>,
    /// The URL of the plugin's page; undocumented, but published plugins have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
}

impl Manifest {
    /// Name of the file.
    pub const FILE_NAME: &str = "plugin.json";
}

/// The author of a plugin (V2, V3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Author {
    /// The author's id in the plugin's paths on the platform's CDN: lowercase letters, digits and hyphens.
    pub id: String,
    /// The displayed name.
    pub name: String,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

/// The declaration of a background module (V1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Background {
    /// The path of the module that the shell loads, relative to the plugin's folder.
    #[serde(rename = "entryModule")]
    pub entry_module: String,
}

string_enum! {
    /// The kind of installation of a plugin (V2, V3).
    pub enum PluginType {
        /// Installed by a pilot for themselves.
        User = "user",
        /// Installed by the administrator of a virtual airline for all pilots.
        Airline = "airline",
    }
}
