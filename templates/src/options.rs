//! Options of a new project.

use crate::id::PluginId;

/// Version requirement of a new project for the SDK, in cargo's syntax.
pub const SDK_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION_MAJOR"),
    ".",
    env!("CARGO_PKG_VERSION_MINOR")
);

/// Options of a new project.
///
/// Except for the id, texts are not validated here. The linter of `stratos-manifest` checks the rendered manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Id of the plugin, and name of its crate.
    pub id: PluginId,
    /// Display name of the plugin.
    pub name: String,
    /// Description of the plugin, one sentence.
    pub description: String,
    /// Template of the plugin.
    pub template: Template,
    /// Type of the plugin.
    pub plugin_type: PluginType,
    /// Author of the plugin.
    pub author: Author,
    /// Source of the dependency on the SDK.
    pub sdk: Sdk,
    /// Whether the plugin is a member of a cargo workspace, whose `Cargo.toml` has the profiles then.
    pub in_workspace: bool,
}

/// Template of a new plugin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Template {
    /// Answers a channel and a route.
    #[default]
    Plain,
    /// Announces the phases of a flight.
    Flight,
}

impl Template {
    /// Name of the template.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Flight => "flight",
        }
    }
}

/// Type of a plugin, by its installer: a user or an airline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginType {
    /// Installed by a pilot, for one user.
    User,
    /// Installed by an airline, for all its pilots.
    Airline,
}

impl PluginType {
    /// Value of `type` in the manifest.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Airline => "airline",
        }
    }
}

/// Author of a plugin, as in the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Id of the author in kebab case; part of download paths.
    pub id: String,
    /// Display name of the author.
    pub name: String,
    /// E-mail address.
    pub contact: Option<String>,
}

/// Source of a project's dependency on `stratos-sdk`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sdk {
    /// Registry, with the version requirement [`SDK_VERSION`].
    Published,
    /// Path of a folder on this machine.
    Folder(String),
}
