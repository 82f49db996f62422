//! Reasons why a request to a plugin fails.

use thiserror::Error;

use crate::event::PluginState;

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
    #[error("plugin `{id}` is {}{}", state.as_str(), remedy(id, state))]
    WrongState {
        /// The plugin's id.
        id: String,
        /// The state.
        state: PluginState,
    },
    /// The shell ends.
    #[error("plugin `{id}` is gone: the shell ends")]
    Closed {
        /// The plugin's id.
        id: String,
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

/// The reason of the state, and how to start the plugin, to be appended to an error message; empty where it runs.
fn remedy(id: &str, state: &PluginState) -> String {
    let hint = start_hint(id);
    match state {
        PluginState::Errored { reason } | PluginState::BackingOff { reason, .. } => {
            format!(": {reason}; {hint}")
        }
        PluginState::Stopped => format!(": {hint}"),
        _ => String::new(),
    }
}

/// A hint on how to start a plugin.
pub(crate) fn start_hint(id: &str) -> String {
    format!("`cargo stratos start {id}` starts it")
}
