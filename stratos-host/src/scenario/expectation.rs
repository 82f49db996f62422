//! Expectations of `expect` steps.

use std::fmt;

use serde_json::Value;

use crate::event::Event;
use crate::scenario::json_subset::is_subset;
use crate::scenario::table_reader::TableReader;

/// Names of the states that a plugin can be in.
const STATES: &[&str] = &[
    "listed",
    "discovered",
    "starting",
    "running",
    "stopping",
    "stopped",
    "backing-off",
    "errored",
];

/// A condition on a plugin that a scenario waits for.
#[derive(Debug)]
pub(super) enum Expectation {
    /// The plugin is in the state with this name.
    State(String),
    /// The plugin has logged a line that contains this text.
    Log(String),
    /// The plugin has pushed a payload.
    Push {
        /// Channel without its prefix.
        channel: String,
        /// Subset of the payload; `None` for any payload.
        payload: Option<Value>,
    },
    /// A config value of the plugin exists.
    Config {
        key: String,
        /// Subset of the value; `None` for any value.
        value: Option<Value>,
    },
}

impl Expectation {
    /// Parses the keys `state`, `log`, `push` with `payload`, or `config` with `value`.
    pub(super) fn parse(keys: TableReader<'_>) -> Option<Self> {
        let kinds = ["state", "log", "push", "config"];
        let present: Vec<_> = kinds.into_iter().filter(|key| keys.has(key)).collect();
        let [kind] = present[..] else {
            let text = "`expect` needs one of `state`, `log`, `push` and `config`, and only one";
            keys.report("do", text);
            return None;
        };
        for (key, owner) in [("payload", "push"), ("value", "config")] {
            if keys.has(key) && kind != owner {
                let text = format!("`{key}` is allowed only together with `{owner}`");
                keys.report(key, text);
            }
        }
        Some(match kind {
            "state" => Self::State(keys.name("state", "state", STATES)?.to_owned()),
            "log" => Self::Log(keys.text("log")?),
            "push" => Self::Push {
                channel: keys.channel("push")?,
                payload: keys.json("payload"),
            },
            _ => Self::Config {
                key: keys.text("config")?,
                value: keys.json("value"),
            },
        })
    }

    /// Whether an event of this plugin fulfils an expectation of a log line or a push.
    pub(super) fn matches(&self, event: &Event, id: &str) -> bool {
        match (self, event) {
            (Self::Log(text), Event::Log(line)) => line.plugin == id && line.message.contains(text),
            (
                Self::Push {
                    channel: expected_channel,
                    payload: expected,
                },
                Event::Push {
                    plugin,
                    channel,
                    payload,
                },
            ) => {
                let is_expected = |expected| is_subset(expected, &payload.value());
                plugin == id
                    && channel == expected_channel
                    && expected.as_ref().is_none_or(is_expected)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(state) => write!(f, "state {state}"),
            Self::Log(text) => write!(f, "log {text:?}"),
            Self::Push { channel, .. } => write!(f, "push {channel}"),
            Self::Config { key, .. } => write!(f, "config {key}"),
        }
    }
}
