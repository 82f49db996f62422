//! The vocabulary of the conformance suite.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::conformance::json::Json;

/// An action of the shell, of the pilot or of the plugin's UI, with what follows from it.
///
/// Steps concern the first plugin that was started, unless they name another one.
#[derive(Debug, Deserialize)]
#[serde(
    tag = "do",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Step {
    /// Starts a shell with plugins.
    Start(Start),
    /// Stops a plugin, or all of them.
    Stop {
        /// The plugin.
        plugin: Option<String>,
    },
    /// Starts a plugin that does not run.
    StartPlugin {
        /// The plugin.
        plugin: Option<String>,
    },
    /// Replaces a plugin, as an update over the air does.
    Update {
        /// The plugin.
        plugin: Option<String>,
        /// Part of the error, if the update fails.
        error: Option<String>,
    },
    /// Signs the pilot in.
    SignIn,
    /// Signs the pilot out.
    SignOut,
    /// Expires the login.
    ExpireToken,
    /// Stores a config value, as the shell does for a changed setting.
    SetConfig {
        /// The plugin.
        plugin: Option<String>,
        /// The key.
        key: String,
        /// The value.
        value: Json,
    },
    /// Expects a stored config value.
    Config {
        /// The plugin.
        plugin: Option<String>,
        /// The key.
        key: String,
        /// The value; `None` if there is none.
        value: Option<Json>,
    },
    /// Calls a handler of the plugin from its UI.
    Invoke {
        /// The plugin.
        plugin: Option<String>,
        /// The channel, without its prefix.
        channel: String,
        /// The payload; null by default.
        #[serde(default)]
        payload: Json,
        /// The expected answer, if it matters.
        answer: Option<Json>,
        /// Part of the answer, if it matters: an object may have further keys, at every level.
        has: Option<Json>,
        /// Part of the error, if the call fails.
        error: Option<String>,
    },
    /// Expects the next push on a channel.
    Push {
        /// The plugin.
        plugin: Option<String>,
        /// The channel, without its prefix.
        channel: String,
        /// The payload.
        payload: Json,
    },
    /// Expects a push on a channel, whatever is pushed before it.
    PushUntil {
        /// The plugin.
        plugin: Option<String>,
        /// The channel, without its prefix.
        channel: String,
        /// The payload.
        payload: Json,
    },
    /// Commands the flight, as the pilot does.
    Flight {
        /// The command.
        command: FlightCommand,
        /// Part of the error, if the command fails.
        error: Option<String>,
    },
    /// Expects the entries of the flight log.
    FlightLog {
        /// The messages, in order.
        messages: Vec<String>,
    },
    /// Waits until a dialog or prompt is shown.
    AwaitDialog,
    /// Waits for the next dialog or prompt of the plugin, and answers it.
    Answer {
        /// The plugin.
        plugin: Option<String>,
        /// The kind: `alert`, `confirm`, `text`, `number` or `select`.
        kind: String,
        /// The title.
        title: String,
        /// The answer; `None` closes it without one.
        answer: Option<Json>,
    },
    /// Expects the next toast.
    Toast {
        /// The plugin.
        plugin: Option<String>,
        /// The kind.
        kind: String,
        /// The message.
        message: String,
    },
    /// Expects the next sound.
    Sound {
        /// The plugin.
        plugin: Option<String>,
        /// The name or the path; `notification` is the sound without a name.
        sound: String,
    },
    /// Expects the indicator of a plugin.
    Indicator {
        /// The plugin.
        plugin: Option<String>,
        /// The kind; `None` if there is none.
        kind: Option<String>,
    },
    /// Expects the next log line that contains a text.
    Log {
        /// The plugin.
        plugin: Option<String>,
        /// Part of the message.
        text: String,
        /// The level, if it matters.
        level: Option<String>,
        /// The tag, if it matters.
        tag: Option<String>,
        /// The data, if they matter.
        data: Option<Json>,
    },
    /// Expects a number of log lines that contain a text, without waiting for them.
    Logged {
        /// The plugin.
        plugin: Option<String>,
        /// Part of the message.
        text: String,
        /// The number of lines.
        count: usize,
    },
    /// Expects that a plugin is in a state, or reaches it.
    State {
        /// The plugin.
        plugin: Option<String>,
        /// The state.
        is: StateName,
        /// Part of the reason, for an errored plugin.
        reason: Option<String>,
    },
    /// Sends an HTTP request to the shell's server.
    Request {
        /// The method; GET by default.
        method: Option<String>,
        /// The path, with the query.
        path: String,
        /// Headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The body; empty by default.
        #[serde(default)]
        body: String,
        /// Number of times that the body is repeated.
        #[serde(default = "once")]
        repeat: usize,
        /// The response.
        #[serde(default)]
        response: ResponseExpectation,
    },
    /// Sends a GET request and leaves its response to the step `finish-request`.
    BeginRequest {
        /// The path, with the query.
        path: String,
    },
    /// Expects the response to the request of `begin-request`.
    FinishRequest {
        /// The response.
        #[serde(default)]
        response: ResponseExpectation,
    },
    /// Expects the first part of a response that does not end.
    FirstChunk {
        /// The path, with the query.
        path: String,
        /// The text of the part.
        text: String,
    },
}

/// Plugins that start with a shell, and the state of the shell before them.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Start {
    /// Ids of the plugins, which select their behaviour, see `sample.rs`.
    pub plugins: Vec<String>,
    /// Whether nobody is signed in.
    #[serde(default)]
    pub signed_out: bool,
    /// The shell that is modelled.
    #[serde(default)]
    pub shell: ShellVersion,
    /// Config values of the first plugin.
    #[serde(default)]
    pub config: BTreeMap<String, Json>,
    /// Whether the pilot is bound to no airline; otherwise, it is `Sky Virtual`.
    #[serde(default)]
    pub no_airline: bool,
    /// Bodies of the airline's answers, by method and path.
    #[serde(default)]
    pub api: BTreeMap<String, Json>,
}

/// A command to the flight, which is from EDDF to LGIR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlightCommand {
    /// Starts a flight, after asking the start guards.
    Start,
    /// Starts a flight in spite of the start guards.
    StartAnyway,
    /// Goes to the cruise.
    Cruise,
    /// Pauses the simulator.
    Pause,
    /// Ends the connection to the simulator.
    SimulatorGone,
    /// Lands with -350 ft/min, and returns when the aircraft has settled.
    Land,
    /// Ends the flight.
    End,
}

/// The generation of the real shell that a host models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShellVersion {
    /// The first shell, which calls `onResume`.
    #[default]
    V1,
    /// Later shells, which stop and start a plugin on every update.
    V3,
}

/// The name of a plugin's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StateName {
    /// Between `on_start` and `on_stop`.
    Running,
    /// After `on_stop`.
    Stopped,
    /// After a failure.
    Errored,
}

/// A request of a plugin's UI to the shell's HTTP server.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path, with the query.
    pub path: String,
    /// Headers.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A GET request.
    #[must_use]
    pub fn get(path: &str) -> Self {
        Self {
            method: "GET".to_owned(),
            path: path.to_owned(),
            headers: BTreeMap::new(),
            body: Vec::new(),
        }
    }
}

/// Expected parts of a response; the others do not matter.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ResponseExpectation {
    /// The status; 200 by default.
    pub status: Option<u16>,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The whole body as text.
    pub text: Option<String>,
    /// Part of the body.
    pub contains: Option<String>,
    /// The body as JSON.
    pub json: Option<Json>,
    /// Length of the body in bytes.
    pub length: Option<usize>,
}

fn once() -> usize {
    1
}
