//! The handshake.

use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::method::Request;
use crate::version::ProtocolVersion;

/// Feature: the plugin listens on its HTTP socket, so it may register route prefixes.
pub const HTTP: &str = "http";
/// Feature: the plugin has an `on_resume`, so an update may replace it without a stop (V1).
pub const RESUME: &str = "resume";

/// `hello`, from the plugin: the first line on a connection.
///
/// Answered by [`Welcome`], or by [`Refused`](crate::ErrorCode::Refused) and the end of the connection.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The newest version that the plugin speaks.
    pub protocol: ProtocolVersion,
    /// The secret that the host put into the plugin's environment.
    pub nonce: String,
    /// Name and version of the library that speaks, for messages to people.
    pub sdk: Software,
    /// The plugin as it was compiled.
    pub plugin: Identity,
    /// What the plugin can do beyond the protocol's base, by name; unknown names are ignored.
    pub features: Vec<String>,
}

impl Request for Hello {
    const METHOD: &'static str = "hello";
    type Answer = Welcome;
}

/// The host's answer to [`Hello`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The version that both will speak.
    pub protocol: ProtocolVersion,
    /// Name and version of the host, for messages to people.
    pub host: Software,
    /// Those of the plugin's features that the host will use.
    pub features: Vec<String>,
    /// What the host accepts.
    pub limits: Limits,
}

/// A program or library, for messages to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Software {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Which plugin this is, as its `plugin.json` says (V1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The manifest's `id`.
    pub id: String,
    /// The manifest's `version`.
    pub version: String,
}

impl std::fmt::Debug for Hello {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hello")
            .field("protocol", &self.protocol)
            .field("sdk", &self.sdk)
            .field("plugin", &self.plugin)
            .field("features", &self.features)
            .finish_non_exhaustive()
    }
}
