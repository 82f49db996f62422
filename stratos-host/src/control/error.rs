//! Errors of operations on a running shell.

use std::fmt;

use stratos_manifest::SettingError;
use stratos_protocol::ErrorCode;
use stratos_protocol::error::chain;
use stratos_protocol::ipc::{ChannelError, check_channel};
use stratos_transport::CallError;
use thiserror::Error;

use crate::flight_manager::FlightError;
use crate::plugin::PluginError;
use crate::services::{AnswerModalError, UnknownPersona};
use crate::store::StoreError;

/// An operation on a running shell failed.
#[derive(Error)]
pub enum ControlError {
    /// The plugin is unknown, or it cannot be started, stopped or updated.
    #[error(transparent)]
    Plugin(#[from] PluginError),
    /// The plugin is not running, so it cannot handle an IPC call.
    #[error("plugin `{id}` does not run: it is {state}: {explanation}")]
    NotRunning {
        /// The plugin's id.
        id: String,
        /// The name of the plugin's state.
        state: &'static str,
        /// Explanation of the state, with the command that starts the plugin if it is stopped or errored.
        explanation: String,
    },
    /// The plugin has no handler for the channel.
    #[error("{}", no_handler(id, channel, channels))]
    NoHandler {
        /// The plugin's id.
        id: String,
        /// The channel, without its prefix.
        channel: String,
        /// The channels that the plugin handles.
        channels: Vec<String>,
    },
    /// The handler of the channel failed, or did not answer in time.
    #[error(
        "{}: {}{}",
        handler_name(id, channel, error),
        chain(error),
        timeout_hint(error)
    )]
    Handler {
        /// The plugin's id.
        id: String,
        /// The channel, without its prefix.
        channel: String,
        /// The handler's error, or the reason why there is no answer.
        error: CallError,
    },
    /// The plugin ended before the handler of the channel answered.
    #[error("channel `{channel}`: plugin `{id}` {exit}")]
    Exited {
        /// The plugin's id.
        id: String,
        /// The channel, without its prefix.
        channel: String,
        /// The end of the process, with its last lines on stderr.
        exit: String,
    },
    /// The plugin has no config value with the key.
    #[error("plugin `{id}` has no config value `{}`", key.escape_debug())]
    NoValue {
        /// The plugin's id.
        id: String,
        /// The key.
        key: String,
    },
    /// The settings page would not store the value.
    #[error("{}", setting_error(.0))]
    Setting(SettingError),
    /// The airline's administrator sets the value.
    #[error(
        "`{}` of plugin `{id}` is set by the airline, so it is read-only for the pilot: change it in `[airline.settings.{id}]` of stratos.toml",
        key.escape_debug()
    )]
    SetByAirline {
        /// The plugin's id.
        id: String,
        /// The key.
        key: String,
    },
    /// A key or value exceeds a limit of the config store.
    #[error(transparent)]
    Value(StoreError),
    /// The config store cannot be read or written.
    #[error("the config store failed: {}", chain(.0))]
    Store(StoreError),
    /// The shell's HTTP server did not answer a request.
    #[error("no answer to {request}: {reason}")]
    NoAnswer {
        /// Method and path.
        request: String,
        /// The cause.
        reason: String,
    },
    /// The login is changed, but not every plugin has acknowledged it.
    #[error(
        "the login is changed, but it was not acknowledged by {}: the plugin may be blocked or suspended",
        plugins.join(", ")
    )]
    LoginNotAcknowledged {
        /// Ids of the plugins that did not acknowledge it.
        plugins: Vec<String>,
    },
    /// The flight cannot be started or commanded.
    #[error("{}", chain(.0))]
    Flight(FlightError),
    /// A dialog or prompt does not wait, or does not take the answer.
    #[error(transparent)]
    Modal(#[from] AnswerModalError),
    /// No airline is bound.
    #[error("{0}")]
    NoAirline(String),
    /// There is no persona of this name.
    #[error(transparent)]
    Persona(#[from] UnknownPersona),
}

/// The text of the error has its causes, so that it has no source.
impl From<FlightError> for ControlError {
    fn from(error: FlightError) -> Self {
        Self::Flight(error)
    }
}

impl ControlError {
    /// The reason why an IPC call failed, for readers who know the plugin and the channel.
    pub(crate) fn call_failure(&self) -> String {
        match self {
            Self::Handler { error, .. } => chain(error),
            other => other.to_string(),
        }
    }
}

/// The sentence of the error, since `unwrap` in a plugin's test prints this.
impl fmt::Debug for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&chain(self))
    }
}

/// The plugin, and the channel unless the plugin's error names it.
fn handler_name(id: &str, channel: &str, error: &CallError) -> String {
    match error {
        CallError::Rpc(error) if error.code == ErrorCode::InvalidParams => format!("plugin `{id}`"),
        _ => format!("channel `{channel}` of plugin `{id}`"),
    }
}

fn timeout_hint(error: &CallError) -> &'static str {
    match error {
        CallError::Timeout(_) => {
            ": the handler takes longer, or the plugin may be blocked or suspended"
        }
        _ => "",
    }
}

fn no_handler(id: &str, channel: &str, channels: &[String]) -> String {
    if let Err(error @ ChannelError::Prefixed { .. }) = check_channel(channel) {
        return error.to_string();
    }
    let handled = match channels.is_empty() {
        true => "none".to_owned(),
        false => channels.join(", "),
    };
    format!("plugin `{id}` has no handler for the channel `{channel}`; it handles {handled}")
}

fn setting_error(error: &SettingError) -> String {
    match error.help() {
        Some(help) => format!("{error}; {help}"),
        None => error.to_string(),
    }
}
