//! The handshake service: version, identity and features of both sides.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::method::methods;
use crate::version::ProtocolVersion;

/// Feature of a plugin that listens on its HTTP socket, so it may register route prefixes.
pub const FEATURE_HTTP: &str = "http";
/// Feature of a plugin with an `on_resume`, so an update may replace it without a stop (V1).
pub const FEATURE_RESUME: &str = "resume";
/// Feature of a plugin that answers [`ConfigChanged`](crate::config::ConfigChanged). With a host that does not grant it,
/// the plugin learns of changed values by reading them.
pub const FEATURE_CONFIG_CHANGES: &str = "config-changes";

/// `hello`, from the plugin: the first message on a connection.
///
/// Answered by [`Welcome`], or by the error [`Refused`](crate::ErrorCode::Refused), after which the host closes the
/// connection. `Debug` never shows the nonce.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The newest protocol version that the plugin speaks.
    pub protocol: ProtocolVersion,
    /// The secret that the host passed in the environment variable [`NONCE`](crate::environment::NONCE).
    pub nonce: String,
    /// The library that the plugin speaks the protocol with, for messages to people.
    pub sdk: PeerInfo,
    /// The plugin that was compiled into the process.
    pub plugin: Identity,
    /// The optional features that the plugin supports, and the [services](crate::Service) of later shells that it can
    /// call; the host ignores unknown names.
    pub features: Vec<String>,
}

/// The host's result of [`Hello`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The protocol version that both sides speak from now on.
    pub protocol: ProtocolVersion,
    /// The host program, for messages to people.
    pub host: PeerInfo,
    /// The subset of [`Hello::features`] that the host will use.
    pub features: Vec<String>,
    /// The sizes that the host accepts.
    pub limits: Limits,
    /// The shell whose `ctx` the host offers, and its version, for messages to people; `None` if they are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shell: Option<PeerInfo>,
}

/// Name and version of the program at one end of a connection, for messages to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerInfo {
    /// The name of the crate or program.
    pub name: String,
    /// The version of the crate or program; unrelated to the protocol version.
    pub version: String,
}

/// Id and version of a plugin, from its `plugin.json` (V1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The manifest's `id`.
    pub id: String,
    /// The manifest's `version`.
    pub version: String,
}

methods! {
    request Hello = "hello" -> Welcome;
}

impl fmt::Debug for Hello {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hello")
            .field("protocol", &self.protocol)
            .field("sdk", &self.sdk)
            .field("plugin", &self.plugin)
            .field("features", &self.features)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Service;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        let protocol = ProtocolVersion { major: 1, minor: 0 };
        let hello = Hello {
            protocol,
            nonce: "n".to_owned(),
            sdk: PeerInfo {
                name: "stratos-sdk".to_owned(),
                version: "0.1.0".to_owned(),
            },
            plugin: Identity {
                id: "my-plugin".to_owned(),
                version: "1.2.3".to_owned(),
            },
            features: [FEATURE_HTTP, FEATURE_CONFIG_CHANGES, FEATURE_RESUME]
                .map(str::to_owned)
                .to_vec(),
        };
        let welcome = Welcome {
            protocol,
            host: PeerInfo {
                name: "stratos-host".to_owned(),
                version: "0.1.0".to_owned(),
            },
            features: vec![FEATURE_HTTP.to_owned()],
            limits: Limits::default(),
            shell: None,
        };
        let mocked = Welcome {
            features: [FEATURE_HTTP, Service::Flight.feature()]
                .map(str::to_owned)
                .to_vec(),
            shell: Some(PeerInfo {
                name: "mocked shell".to_owned(),
                version: "V3".to_owned(),
            }),
            ..welcome.clone()
        };
        vec![
            golden::request(
                &hello,
                r#"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":{"major":1,"minor":0},"nonce":"n","sdk":{"name":"stratos-sdk","version":"0.1.0"},"plugin":{"id":"my-plugin","version":"1.2.3"},"features":["http","config-changes","resume"]}}"#,
            ),
            golden::response::<Hello>(
                &welcome,
                r#"{"jsonrpc":"2.0","id":1,"result":{"protocol":{"major":1,"minor":0},"host":{"name":"stratos-host","version":"0.1.0"},"features":["http"],"limits":{"frame_bytes":1048576,"config_value_bytes":262144}}}"#,
            ),
            golden::response::<Hello>(
                &mocked,
                r#"{"jsonrpc":"2.0","id":1,"result":{"protocol":{"major":1,"minor":0},"host":{"name":"stratos-host","version":"0.1.0"},"features":["http","flight"],"limits":{"frame_bytes":1048576,"config_value_bytes":262144},"shell":{"name":"mocked shell","version":"V3"}}}"#,
            ),
        ]
    }
}
