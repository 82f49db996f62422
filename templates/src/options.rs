//! What a new project is made of.

use crate::id::PluginId;

/// The version of the SDK that a new project asks for, as cargo writes it.
pub const SDK_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION_MAJOR"),
    ".",
    env!("CARGO_PKG_VERSION_MINOR")
);

/// The answers that a project is made of.
///
/// Except for the id, texts are taken as they are; whether the manifest that comes of them is a good one is the
/// manifest engine's to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The plugin's id, and the name of its crate.
    pub id: PluginId,
    /// The name that people see.
    pub name: String,
    /// What the plugin does, in a sentence.
    pub description: String,
    /// Who installs it.
    pub plugin_type: PluginType,
    /// Who writes it.
    pub author: Author,
    /// Where the SDK comes from.
    pub sdk: Sdk,
}

/// Who installs a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginType {
    /// A pilot, for themselves.
    User,
    /// An airline, for all its pilots.
    Airline,
}

impl PluginType {
    /// The word in the manifest.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Airline => "airline",
        }
    }
}

/// Who writes a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// A slug, part of download paths.
    pub id: String,
    /// The name that people see.
    pub name: String,
    /// An e-mail address.
    pub contact: Option<String>,
}

/// Where a project gets `stratos-sdk` from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sdk {
    /// The registry, in version [`SDK_VERSION`].
    Published,
    /// A folder, by the path that cargo is told.
    Folder(String),
}
