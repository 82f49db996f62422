//! What a scenario says, as data.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use axum::http::Method;
use serde_json::Value;

use crate::scenario::time::show;

/// A timeline to play against a shell.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The file, as messages name it.
    pub file: String,
    /// What it is about, in a few words.
    pub name: String,
    /// Stand-ins for what plugins call outside, by their names.
    pub upstreams: BTreeMap<String, Upstream>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// Something that happens, or that must be seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Where it stands in the file.
    pub line: usize,
    /// When it happens.
    pub when: When,
    /// What happens.
    pub action: Action,
    /// It must fail, for a reason that contains this.
    pub fails: Option<String>,
}

/// When a step happens; never before the step before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// So long after the start of the scenario.
    At(Duration),
    /// So long after the step before is done.
    After(Duration),
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Says something, and nothing else.
    Note(String),
    /// Somebody else is signed in, or nobody.
    Auth(String),
    /// The login ends as by its expiry.
    ExpireToken,
    /// A plugin is started, stopped, killed or updated.
    Lifecycle {
        /// What of these.
        what: Lifecycle,
        /// Which plugin.
        plugin: String,
    },
    /// The config store fails for plugins.
    ConfigFails {
        /// What the plugins are told.
        reason: String,
        /// How long; without it, until it works again.
        lasts: Option<Duration>,
    },
    /// The config store is slow for plugins.
    ConfigSlow {
        /// How long everything takes.
        by: Duration,
        /// How long; without it, until it works again.
        lasts: Option<Duration>,
    },
    /// The config store works again.
    ConfigWorks,
    /// Somebody changes a setting.
    ConfigSet {
        /// Which plugin's.
        plugin: String,
        /// The key.
        key: String,
        /// The new value.
        value: Value,
    },
    /// A question on an IPC channel, as the UI asks.
    Invoke {
        /// Which plugin.
        plugin: String,
        /// The channel, without its prefix.
        channel: String,
        /// What is asked.
        payload: Value,
        /// What the answer must contain.
        answer: Option<Value>,
    },
    /// A request to the shell's server, as the UI sends it.
    Request {
        /// The method.
        method: Method,
        /// The path, with its query.
        path: String,
        /// The body.
        body: Option<Value>,
        /// The status that must come; without it, any that means success.
        status: Option<u16>,
        /// What the answer's body must contain.
        contains: Option<String>,
    },
    /// The stand-in takes no connections any more, and those that are open end.
    UpstreamGone {
        /// Which one.
        upstream: String,
        /// How long; without it, until it is back.
        lasts: Option<Duration>,
    },
    /// The stand-in listens again, on its old port and as fast as at the start.
    UpstreamBack {
        /// Which one.
        upstream: String,
    },
    /// The stand-in takes its time.
    UpstreamSlow {
        /// Which one.
        upstream: String,
        /// How long each answer takes.
        by: Duration,
        /// How long; without it, until it is back.
        lasts: Option<Duration>,
    },
    /// The stand-in gives another answer from now on.
    UpstreamAnswers {
        /// Which one.
        upstream: String,
        /// The answer.
        answer: Answer,
    },
    /// Something must be seen.
    Expect {
        /// Of which plugin.
        plugin: String,
        /// What.
        what: Expected,
        /// How long it may take.
        within: Duration,
    },
}

/// What can be done with a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// Starts it.
    Start,
    /// Stops it in order.
    Stop,
    /// Its process dies at once.
    Kill,
    /// Replaces it, as an OTA update does.
    Update,
}

/// What must be seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// The plugin is in a state.
    State(String),
    /// A line of its log contains this.
    Log(String),
    /// It pushes on a channel.
    Push {
        /// The channel, without its prefix.
        channel: String,
        /// What the payload must contain.
        payload: Option<Value>,
    },
    /// It has stored a value.
    Config {
        /// The key.
        key: String,
        /// What the value must contain; without it, there must be one.
        value: Option<Value>,
    },
}

/// A stand-in for an API that a plugin calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Upstream {
    /// Where it stands in the file.
    pub line: usize,
    /// Its port on 127.0.0.1; 0 is any free one.
    pub port: u16,
    /// Where a plugin reads its address.
    pub config: Option<Address>,
    /// What it answers; anything else is not found.
    pub answers: Vec<Answer>,
}

/// The config value that holds a stand-in's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Which plugin's.
    pub plugin: String,
    /// The key.
    pub key: String,
}

/// A fixed answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// To which path, without its query.
    pub path: String,
    /// The status.
    pub status: u16,
    /// Text as it is, anything else as JSON.
    pub body: Value,
}

impl Action {
    /// Which plugin it is about, where it says one.
    pub(super) fn plugin_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Lifecycle { plugin, .. }
            | Self::ConfigSet { plugin, .. }
            | Self::Invoke { plugin, .. }
            | Self::Expect { plugin, .. } => Some(plugin),
            _ => None,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note(text) => write!(f, "note: {text}"),
            Self::Auth(persona) => match &**persona {
                "signed-in" => f.write_str("sign-in"),
                "signed-out" => f.write_str("sign-out"),
                persona => write!(f, "auth {persona}"),
            },
            Self::ExpireToken => f.write_str("expire-token"),
            Self::Lifecycle { what, plugin } => write!(f, "{} {plugin}", what.word()),
            Self::ConfigFails { reason, lasts } => {
                write!(f, "config-fails: {reason}{}", Lasts(*lasts))
            }
            Self::ConfigSlow { by, lasts } => {
                write!(f, "config-slow by {}{}", show(*by), Lasts(*lasts))
            }
            Self::ConfigWorks => f.write_str("config-works"),
            Self::ConfigSet { plugin, key, .. } => write!(f, "config-set {plugin} {key}"),
            Self::Invoke {
                plugin, channel, ..
            } => write!(f, "invoke {plugin} {channel}"),
            Self::Request { method, path, .. } => write!(f, "request {method} {path}"),
            Self::UpstreamGone { upstream, lasts } => {
                write!(f, "upstream-gone {upstream}{}", Lasts(*lasts))
            }
            Self::UpstreamBack { upstream } => write!(f, "upstream-back {upstream}"),
            Self::UpstreamSlow {
                upstream,
                by,
                lasts,
            } => {
                let by = show(*by);
                write!(f, "upstream-slow {upstream} by {by}{}", Lasts(*lasts))
            }
            Self::UpstreamAnswers { upstream, answer } => {
                let Answer { path, status, .. } = answer;
                write!(f, "upstream-answers {upstream} {path} {status}")
            }
            Self::Expect { plugin, what, .. } => write!(f, "expect {plugin} {what}"),
        }
    }
}

/// How long something lasts, as the end of a sentence.
struct Lasts(Option<Duration>);

impl fmt::Display for Lasts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(time) => write!(f, " for {}", show(time)),
            None => Ok(()),
        }
    }
}

impl Lifecycle {
    fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Kill => "kill",
            Self::Update => "update",
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(state) => write!(f, "state {state}"),
            Self::Log(text) => write!(f, "log {text:?}"),
            Self::Push { channel, .. } => write!(f, "push {channel}"),
            Self::Config { key, .. } => write!(f, "config {key}"),
        }
    }
}
