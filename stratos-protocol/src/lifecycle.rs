//! The lifecycle service: start, stop and update of a plugin.

use serde::{Deserialize, Serialize};

use crate::auth::AuthState;
use crate::method::{Empty, methods};

/// `start`, from the host: runs `on_start` (V1), once, after auth is initialised.
///
/// Answered when `on_start` has returned. An error marks the plugin as errored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The login state at the time of the request.
    pub auth: AuthState,
}

/// `resume`, from the host instead of [`Start`]: runs `on_resume` (V1) while the replaced generation still serves.
///
/// Only sent to a plugin with [`FEATURE_RESUME`](crate::handshake::FEATURE_RESUME).
/// Answered when `on_resume` has returned. After an error the previous generation stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The login state at the time of the request.
    pub auth: AuthState,
}

/// `stop`, from the host: runs `on_stop` (V1) and ends the plugin.
///
/// Answered when `on_stop` has returned. The host then closes the connection, and the process exits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {}

/// `retire`, from the host: ends a plugin that a newer generation has replaced, without `on_stop`.
///
/// Answered once the plugin's requests in flight have finished. The host then closes the connection, and the process
/// exits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retire {}

methods! {
    request Start = "start" -> Empty;
    request Resume = "resume" -> Empty;
    request Stop = "stop" -> Empty;
    request Retire = "retire" -> Empty;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        let auth = AuthState {
            authenticated: true,
            token: Some("t".to_owned()),
        };
        vec![
            golden::request(
                &Start { auth: auth.clone() },
                r#"{"jsonrpc":"2.0","id":1,"method":"start","params":{"auth":{"authenticated":true,"token":"t"}}}"#,
            ),
            golden::response::<Start>(&Empty {}, r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
            golden::request(
                &Resume { auth },
                r#"{"jsonrpc":"2.0","id":1,"method":"resume","params":{"auth":{"authenticated":true,"token":"t"}}}"#,
            ),
            golden::request(
                &Stop {},
                r#"{"jsonrpc":"2.0","id":1,"method":"stop","params":{}}"#,
            ),
            golden::request(
                &Retire {},
                r#"{"jsonrpc":"2.0","id":1,"method":"retire","params":{}}"#,
            ),
        ]
    }
}
