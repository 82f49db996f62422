//! The start guard service: plugins that can refuse the start of a flight.

use serde::{Deserialize, Serialize};

use crate::method::{Empty, methods};

/// `start_guard/register`, from the plugin (V3: `registerStartGuard`): has the host ask before it creates a flight.
///
/// A plugin registers once, and combines the answers of its guards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {}

/// `start_guard/unregister`, from the plugin: undoes [`Register`]. The end of the connection does so, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unregister {}

/// `start_guard/ask`, from the host: may a flight start?
///
/// A plugin that answers an error, or not within [`START_GUARD_TIMEOUT`](crate::limits::START_GUARD_TIMEOUT), lets the
/// flight start, with a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {}

/// The answer of a start guard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether the flight may start.
    pub allow: bool,
    /// Reason of a veto, for the pilot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

methods! {
    request Register = "start_guard/register" -> Empty;
    request Unregister = "start_guard/unregister" -> Empty;
    request Ask = "start_guard/ask" -> Verdict;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        vec![
            golden::request(
                &Register {},
                r#"{"jsonrpc":"2.0","id":1,"method":"start_guard/register","params":{}}"#,
            ),
            golden::request(
                &Unregister {},
                r#"{"jsonrpc":"2.0","id":1,"method":"start_guard/unregister","params":{}}"#,
            ),
            golden::request(
                &Ask {},
                r#"{"jsonrpc":"2.0","id":1,"method":"start_guard/ask","params":{}}"#,
            ),
            golden::response::<Ask>(
                &Verdict {
                    allow: true,
                    reason: None,
                },
                r#"{"jsonrpc":"2.0","id":1,"result":{"allow":true}}"#,
            ),
            golden::response::<Ask>(
                &Verdict {
                    allow: false,
                    reason: Some("No fuel.".to_owned()),
                },
                r#"{"jsonrpc":"2.0","id":1,"result":{"allow":false,"reason":"No fuel."}}"#,
            ),
        ]
    }
}
