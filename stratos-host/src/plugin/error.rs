//! Reasons why a request to a plugin fails.

use thiserror::Error;

/// Reason why a start, stop or update of a plugin failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PluginError {
    /// No plugin has this id.
    #[error("there is no plugin `{id}`; this shell has {}", known.join(", "))]
    Unknown {
        /// The id as requested, with control characters escaped.
        id: String,
        /// Ids of the shell's plugins.
        known: Vec<String>,
    },
    /// The plugin has no program that this shell could run.
    #[error("plugin `{id}` has nothing to run here: {note}")]
    NotRunnable {
        /// The plugin's id.
        id: String,
        /// Reason, in one sentence.
        note: String,
    },
    /// The plugin's state does not allow the request.
    #[error("plugin `{id}` is {state}{}", remedy(id, state))]
    WrongState {
        /// The plugin's id.
        id: String,
        /// Name of the state.
        state: &'static str,
    },
    /// The plugin failed to start, or its new version failed to build or start.
    #[error("plugin `{id}`: {reason}")]
    Failed {
        /// The plugin's id.
        id: String,
        /// Reason, in one sentence.
        reason: String,
    },
}

/// A hint on how to start a plugin in this state, to be appended to an error message; empty where it does not apply.
fn remedy(id: &str, state: &str) -> String {
    match state {
        "errored" | "stopped" | "backing-off" => format!(": {}", start_hint(id)),
        _ => String::new(),
    }
}

/// A hint on how to start a plugin.
pub(crate) fn start_hint(id: &str) -> String {
    format!("`cargo stratos start {id}` starts it")
}
