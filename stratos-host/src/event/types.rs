//! Event types.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use stratos_protocol::airline::Method;
use stratos_protocol::indicator::Set as Indicator;
use stratos_protocol::logger::Level;
use stratos_protocol::notify::ToastKind;

use crate::event::{
    FlightChange, FlightLogChange, JsonText, LogLine, Modal, ModalProgress, PluginState,
    ScenarioProgress, SuppressedCounts,
};

/// An event of the shell or of one of its plugins.
///
/// `plugin` is the manifest's id, and `generation` counts the starts of its program from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event {
    /// A log line of a plugin, or of the shell about a plugin.
    Log(LogLine),
    /// A push from a plugin to its UI.
    Push {
        /// Sender of the push.
        plugin: String,
        /// Channel name without the prefix `plugin:{id}:`.
        channel: String,
        /// Payload, as the plugin sent it.
        payload: JsonText,
    },
    /// A plugin changed its state.
    State {
        /// The plugin's id.
        plugin: String,
        /// State from now on.
        state: PluginState,
        /// Generation that the state is about.
        generation: u64,
    },
    /// Source files or icons of a plugin changed.
    Changed {
        /// The plugin's id.
        plugin: String,
        /// Role of the files for the plugin.
        part: Part,
        /// Paths of the files, at most ten; relative to the plugin's folder where they are inside it.
        files: Vec<String>,
        /// Number of changed files, including those not in `files`.
        count: usize,
    },
    /// `plugin.json` or `stratos.toml` was read again after a change.
    Reread {
        /// The plugin's id; empty for `stratos.toml`.
        plugin: String,
        /// Reason why the new content is not applied; absent where it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// A build of a plugin began or ended.
    Build {
        /// The plugin's id.
        plugin: String,
        /// Progress of the build.
        build: BuildStep,
    },
    /// A newer generation has taken over.
    Reload {
        /// The plugin's id.
        plugin: String,
        /// Generation that serves from now on.
        generation: u64,
        /// Time since the change was noticed, in milliseconds.
        ms: u64,
    },
    /// A plugin's process can be attached to by a debugger; its first hook has not been called.
    Attach {
        /// The plugin's id.
        plugin: String,
        /// Generation of the process.
        generation: u64,
        /// Process id.
        pid: u32,
        /// Command or menu entry that attaches a debugger on this system.
        debugger: String,
        /// System setting that has to be changed before, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        needs: Option<String>,
        /// Whether the plugin is paused until [`Control::release_debugger_pause`](crate::control::Control::release_debugger_pause).
        waits: bool,
    },
    /// A request to the shell's HTTP server got the head of its response, or its client disconnected before.
    ///
    /// The event of a stream or a WebSocket comes when it opens. Each plugin has a rate limit for requests, calls and
    /// its own config changes together, see [`Suppressed`](Self::Suppressed).
    Request {
        /// Plugin of the path; empty if the path is of the shell or of no plugin.
        plugin: String,
        /// Method of the request.
        method: String,
        /// Path and query, without the values of query parameters that look like secrets.
        path: String,
        /// Status code of the response; absent if the client disconnected before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// Reason why the request guard refused the request; absent if it did not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused: Option<String>,
        /// Time until the head of the response, in milliseconds.
        ms: f64,
    },
    /// An IPC call to a plugin ended.
    Call {
        /// The called plugin.
        plugin: String,
        /// Channel name without the prefix `plugin:{id}:`.
        channel: String,
        /// Reason why the call failed; absent if the handler returned a value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// Time until the answer, in milliseconds.
        ms: f64,
    },
    /// A plugin showed a toast.
    ///
    /// Toasts, sounds, indicators and modals are within the rate limit of requests, see [`Suppressed`](Self::Suppressed).
    Toast {
        /// The plugin's id.
        plugin: String,
        /// Kind of the toast.
        kind: ToastKind,
        /// Message as the plugin wrote it, at most 1 KiB: escape it before it is displayed.
        message: String,
    },
    /// A plugin played a sound.
    Sound {
        /// The plugin's id.
        plugin: String,
        /// Path in the plugin's bundle, or name of a sound of the shell; absent for the notification sound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sound: Option<String>,
        /// Whether it is a file of the plugin's bundle.
        custom: bool,
    },
    /// The badge beside a plugin's entry in the sidebar changed.
    Indicator {
        /// The plugin's id.
        plugin: String,
        /// The badge from now on; absent if it was removed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        indicator: Option<Indicator>,
    },
    /// The shell has made a request to the airline's API for a plugin.
    Airline {
        /// The plugin's id.
        plugin: String,
        /// Method of the request.
        method: Method,
        /// Path and query below the airline's base URL, without the values of query parameters that look like secrets.
        path: String,
        /// Status code of the answer; absent if there was none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// Reason why there was no answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// Time until the whole answer, in milliseconds.
        ms: f64,
    },
    /// A dialog or prompt was opened or closed.
    Modal {
        /// The dialog or prompt.
        #[serde(flatten)]
        modal: Modal,
        /// Progress of the dialog or prompt.
        progress: ModalProgress,
    },
    /// Events of a plugin that exceeded the rate limit, and were counted instead.
    Suppressed {
        /// The plugin's id; empty for requests to the shell itself and those that no plugin serves.
        plugin: String,
        /// The numbers, by kind.
        #[serde(flatten)]
        counts: SuppressedCounts,
    },
    /// A config value was stored or removed.
    Config {
        /// Plugin that the value belongs to.
        plugin: String,
        /// Key of the value.
        key: String,
        /// New value as it is stored, which may be a secret; absent if it was removed.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "present"
        )]
        value: Option<Value>,
        /// Whether the plugin changed it, and not a user of the shell.
        by_plugin: bool,
    },
    /// The user signed in or out.
    Auth {
        /// Whether a user is signed in from now on.
        authenticated: bool,
    },
    /// The flight has changed.
    Flight {
        /// The change.
        change: FlightChange,
    },
    /// A plugin changed the flight log.
    #[serde(rename = "flight-log")]
    FlightLog {
        /// The plugin's id.
        plugin: String,
        /// The change.
        change: FlightLogChange,
    },
    /// A plugin's start guards were asked whether a flight may start.
    #[serde(rename = "start-guard")]
    StartGuard {
        /// The plugin's id.
        plugin: String,
        /// Reason of the veto; absent if the flight may start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        veto: Option<String>,
    },
    /// Progress of a scenario.
    Scenario {
        /// Name of the scenario, from its file.
        scenario: String,
        /// Progress of the scenario.
        progress: ScenarioProgress,
    },
    /// The oldest events of a subscriber that was too slow were dropped.
    Missed {
        /// Number of dropped events; a line about dropped lines counts for each of those.
        count: u64,
    },
}

/// Role of a changed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// A source of the plugin's program, or the program itself.
    Source,
    /// An icon.
    Icon,
}

/// Progress of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum BuildStep {
    /// The build has begun.
    Started,
    /// The build was cancelled for a newer one, or because the plugin was stopped.
    Superseded,
    /// The build succeeded.
    Finished {
        /// Duration in milliseconds.
        ms: u64,
        /// Whether the resulting program is the running one.
        unchanged: bool,
        /// Compiler warnings; empty where they are those of the previous build.
        #[cfg_attr(feature = "reload", serde(serialize_with = "strip_colours"))]
        output: String,
    },
    /// The build failed; a running version keeps running.
    Failed {
        /// Duration in milliseconds.
        ms: u64,
        /// Compiler output, or the reason of a failure before or after the compiler; empty where it is that of the
        /// previous build.
        #[cfg_attr(feature = "reload", serde(serialize_with = "strip_colours"))]
        output: String,
        /// Whether the output is that of the previous build.
        again: bool,
        /// Whether an older version is still running.
        serves: bool,
    },
}

impl Event {
    /// Id of the plugin that the event is about; empty for events of the shell.
    #[must_use]
    pub fn plugin(&self) -> &str {
        match self {
            Self::Log(LogLine { plugin, .. })
            | Self::Push { plugin, .. }
            | Self::State { plugin, .. }
            | Self::Changed { plugin, .. }
            | Self::Reread { plugin, .. }
            | Self::Build { plugin, .. }
            | Self::Reload { plugin, .. }
            | Self::Attach { plugin, .. }
            | Self::Request { plugin, .. }
            | Self::Call { plugin, .. }
            | Self::Toast { plugin, .. }
            | Self::Sound { plugin, .. }
            | Self::Indicator { plugin, .. }
            | Self::Airline { plugin, .. }
            | Self::Suppressed { plugin, .. }
            | Self::Config { plugin, .. }
            | Self::FlightLog { plugin, .. }
            | Self::StartGuard { plugin, .. } => plugin,
            Self::Modal { modal, .. } => &modal.plugin,
            Self::Auth { .. }
            | Self::Flight { .. }
            | Self::Scenario { .. }
            | Self::Missed { .. } => "",
        }
    }

    /// Severity of the event.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::Log(line) => line.level,
            Self::Request {
                status: Some(500..),
                ..
            }
            | Self::Airline {
                status: Some(500..) | None,
                ..
            }
            | Self::Call { error: Some(_), .. }
            | Self::Reread { error: Some(_), .. }
            | Self::State {
                state: PluginState::Errored { .. },
                ..
            }
            | Self::Build {
                build: BuildStep::Failed { .. },
                ..
            } => Level::Error,
            Self::Request {
                status: Some(400..) | None,
                ..
            }
            | Self::Airline {
                status: Some(400..),
                ..
            }
            | Self::State {
                state: PluginState::BackingOff { .. },
                ..
            }
            | Self::Suppressed { .. }
            | Self::StartGuard { veto: Some(_), .. }
            | Self::Missed { .. } => Level::Warn,
            _ => Level::Info,
        }
    }

    /// Estimated memory of the event's variable parts, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Log(line) => {
                let data = line.data.as_ref().map_or(0, |data| data.as_str().len());
                line.tag.len() + line.message.len() + data
            }
            Self::Push {
                channel, payload, ..
            } => channel.len() + payload.as_str().len(),
            Self::Request { path, .. } => path.len(),
            Self::Airline { path, error, .. } => path.len() + error.as_ref().map_or(0, String::len),
            Self::Call { channel, error, .. } => {
                channel.len() + error.as_ref().map_or(0, String::len)
            }
            Self::Toast { message, .. } => message.len(),
            Self::Modal { modal, progress } => {
                let answer = match progress {
                    ModalProgress::Closed { answer, .. } => tree_bytes(answer),
                    ModalProgress::Opened => 0,
                };
                modal.bytes() + answer
            }
            Self::Sound { sound, .. } => sound.as_ref().map_or(0, String::len),
            Self::Indicator { indicator, .. } => {
                let tooltip = indicator.as_ref().and_then(|set| set.tooltip.as_ref());
                tooltip.map_or(0, String::len)
            }
            Self::Config { key, value, .. } => {
                key.len() + value.as_ref().map(tree_bytes).unwrap_or_default()
            }
            Self::FlightLog {
                change:
                    FlightLogChange::Added(entry)
                    | FlightLogChange::Updated(entry)
                    | FlightLogChange::Removed(entry),
                ..
            } => entry.event_condition.len() + entry.message.len(),
            Self::StartGuard { veto, .. } => veto.as_ref().map_or(0, String::len),
            Self::Build {
                build: BuildStep::Finished { output, .. } | BuildStep::Failed { output, .. },
                ..
            } => output.len(),
            Self::State {
                state: PluginState::Errored { reason } | PluginState::BackingOff { reason, .. },
                ..
            } => reason.len(),
            // The other events are small.
            _ => 0,
        }
    }
}

/// Deserialises a field that is there, so that `null` is a value and not an absent one.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Estimated memory of a JSON tree in bytes; many times the length of its text where it has many small nodes.
fn tree_bytes(value: &Value) -> usize {
    const NODE: usize = size_of::<Value>();
    /// Size of a B-tree leaf: room for eleven entries, of which at least five are used.
    const LEAF: usize = 11 * (NODE + size_of::<String>());
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => NODE,
        Value::String(text) => NODE + text.len(),
        Value::Array(values) => NODE + values.iter().map(tree_bytes).sum::<usize>(),
        Value::Object(values) => {
            let entries = values
                .iter()
                .map(|(key, value)| key.len() + tree_bytes(value));
            NODE + LEAF * values.len().div_ceil(5) + entries.sum::<usize>()
        }
    }
}

/// Serialises compiler output without terminal colours.
#[cfg(feature = "reload")]
fn strip_colours<S: serde::Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&anstream::adapter::strip_str(text))
}

/// Current time in milliseconds since the Unix epoch.
pub(crate) fn now_millis() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    millis(since)
}

/// A duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A duration in milliseconds, with a resolution of a microsecond.
pub(crate) fn fractional_millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
