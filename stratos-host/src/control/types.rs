//! The control API's bodies, version 1, and where it is.
//!
//! | method and path below [`API`] | body | answer |
//! |---|---|---|
//! | `GET /plugins` | | list of [`PluginInfo`] |
//! | `POST /plugins/{id}/start`, `/stop`, `/update` | | nothing, when it is done |
//! | `POST /plugins/{id}/invoke` | [`Invoke`] | the handler's answer |
//! | `GET /plugins/{id}/config` | | [`ConfigValues`] |
//! | `PUT /plugins/{id}/config` | [`ConfigValues`] | nothing; all values are replaced |
//! | `GET`, `PUT`, `DELETE /plugins/{id}/config/value?key=...` | the value | the value |
//! | `GET /config` | | [`ConfigExport`](crate::store::ConfigExport) |
//! | `PUT /config` | [`ConfigExport`](crate::store::ConfigExport) | nothing; all values of all plugins are replaced |
//! | `GET /auth` | | [`AuthInfo`] |
//! | `PUT /auth` | [`SwitchAuth`] | nothing, when every plugin knows |
//! | `POST /scenario?file=...` | a scenario as TOML | lines, each a [`ScenarioProgress`](crate::event::ScenarioProgress) |
//! | `GET /events` | | server-sent events, each an [`Event`](crate::event::Event) |
//!
//! Every request needs `Authorization: Bearer {token}`. A failure is answered with a [`Failure`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::{BuildStatus, PluginState};

/// What all its paths begin with.
pub(crate) const API: &str = "/__stratos/api/v1";

/// One plugin, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginInfo {
    /// The manifest's id.
    pub id: String,
    /// The manifest's display name.
    pub name: String,
    /// The manifest's version.
    pub version: String,
    /// What it is doing.
    pub state: PluginState,
    /// Which start of its program this is, counted from 1; 0 before the first.
    pub generation: u64,
    /// Why what serves is not what lies on the disk; nothing where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<BuildStatus>,
    /// Its process, while there is one.
    pub pid: Option<u32>,
    /// Its route prefixes.
    pub routes: Vec<String>,
    /// Its IPC channels, without their prefix.
    pub channels: Vec<String>,
}

/// A question on an IPC channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invoke {
    /// The channel, without its prefix.
    pub channel: String,
    /// What the UI would send.
    #[serde(default)]
    pub payload: Value,
}

/// All config values of a plugin.
pub type ConfigValues = BTreeMap<String, Value>;

/// The login, without its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthInfo {
    /// Whether somebody is signed in.
    pub authenticated: bool,
}

/// Another login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SwitchAuth {
    /// The persona's name.
    pub(crate) persona: String,
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// One sentence for a person.
    pub(crate) error: String,
}
