//! The dialog service: messages to the pilot, and confirmations.
//!
//! The shell shows one dialog or [prompt](crate::prompt) at a time. A request waits for the pilot without a limit; when
//! the plugin [cancels](crate::cancel::Cancel) it, the shell closes the dialog.

use serde::{Deserialize, Serialize};

use crate::method::{Empty, methods};

/// `dialog/alert`, from the plugin (V3): shows a message until the pilot closes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Title of the dialog.
    pub title: String,
    /// The message.
    pub message: String,
    /// Milliseconds after which the dialog closes by itself; `None` for no limit.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
}

/// `dialog/confirm`, from the plugin (V3): asks for a yes. Everything else is a no, also no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    /// Title of the dialog.
    pub title: String,
    /// The question.
    pub message: String,
    /// Milliseconds after which the dialog closes by itself; `None` for no limit.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
}

methods! {
    request Alert = "dialog/alert" -> Empty;
    request Confirm = "dialog/confirm" -> bool;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        vec![
            golden::request(
                &Alert {
                    title: "Welcome".to_owned(),
                    message: "Cabin crew is ready.".to_owned(),
                    timeout_ms: None,
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"dialog/alert","params":{"title":"Welcome","message":"Cabin crew is ready.","timeout_ms":null}}"#,
            ),
            golden::request(
                &Confirm {
                    title: "Diary".to_owned(),
                    message: "Keep this landing?".to_owned(),
                    timeout_ms: Some(30_000),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"dialog/confirm","params":{"title":"Diary","message":"Keep this landing?","timeout_ms":30000}}"#,
            ),
            golden::response::<Confirm>(&true, r#"{"jsonrpc":"2.0","id":1,"result":true}"#),
        ]
    }
}
