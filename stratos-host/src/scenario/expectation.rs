//! Expectations of `expect` steps.

use std::fmt;

use serde_json::Value;
use stratos_protocol::flight_log::FlightLogEvent;
use stratos_protocol::flight_state::Phase;
use stratos_protocol::landing::LandingKind;
use stratos_protocol::notify::ToastKind;

use crate::event::{Event, FlightChange, FlightLogChange};
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

/// Names of the kinds of toasts.
const TOAST_KINDS: &[&str] = &["success", "error", "info", "warning"];
/// Kinds of an indicator, and that there is none.
const INDICATORS: &[&str] = &["notification", "warning", NO_INDICATOR];
const NO_INDICATOR: &str = "none";
/// Keys that name the kind of an expectation.
const KINDS: &[&str] = &[
    "state",
    "log",
    "push",
    "config",
    "phase",
    "landing",
    "toast",
    "sound",
    "indicator",
    "dialog",
    "log-entry",
];
/// Keys that are allowed together with one kind only.
const DETAILS: &[(&str, &str)] = &[
    ("payload", "push"),
    ("value", "config"),
    ("rate", "landing"),
    ("kind", "toast"),
    ("condition", "log-entry"),
];

/// A condition on a plugin or on the flight that a scenario waits for.
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
    /// The flight is in this phase, or has been.
    Phase(Phase),
    /// A touchdown, a bounce, or the end of a landing.
    Landing {
        kind: LandingKind,
        /// Bounds of the vertical speed at the touchdown in feet per minute; `None` for any.
        rate: Option<(f64, f64)>,
    },
    /// The plugin has shown a toast.
    Toast {
        /// Part of the message.
        text: String,
        kind: Option<ToastKind>,
    },
    /// The plugin has played the sound with this name or path.
    Sound(String),
    /// The plugin has an indicator of this kind; `None` for no indicator.
    Indicator(Option<&'static str>),
    /// A dialog or prompt of the plugin is shown whose title or text contains this.
    Dialog(String),
    /// The plugin has added or changed an entry of the flight log.
    LogEntry {
        /// Part of the message.
        text: String,
        condition: Option<String>,
    },
}

impl Expectation {
    /// Parses one of the keys in [`KINDS`], and its details.
    pub(super) fn parse(keys: TableReader<'_>) -> Option<Self> {
        let present: Vec<_> = KINDS.iter().filter(|key| keys.has(key)).collect();
        let [&kind] = present[..] else {
            let names = KINDS
                .join("`, `")
                .replace("`, `log-entry", "` and `log-entry");
            let text = format!("`expect` needs one of `{names}`, and only one");
            keys.report("do", text);
            return None;
        };
        for (key, owner) in DETAILS {
            if keys.has(key) && kind != *owner {
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
            "config" => Self::Config {
                key: keys.text("config")?,
                value: keys.json("value"),
            },
            "phase" => Self::Phase(keys.phase("phase")?),
            "landing" => {
                let names: Vec<_> = LandingKind::ALL.iter().map(LandingKind::as_str).collect();
                Self::Landing {
                    kind: keys.name("landing", "landing event", &names)?.into(),
                    rate: keys.optional("rate", TableReader::bounds)?,
                }
            }
            "toast" => Self::Toast {
                text: keys.text("toast")?,
                kind: keys.optional("kind", |keys, key| {
                    let name = keys.name(key, "kind of toast", TOAST_KINDS)?;
                    serde_json::from_value(name.into()).ok()
                })?,
            },
            "sound" => Self::Sound(keys.text("sound")?),
            "indicator" => {
                let name = keys.name("indicator", "indicator", INDICATORS)?;
                Self::Indicator((name != NO_INDICATOR).then_some(name))
            }
            "dialog" => Self::Dialog(keys.text("dialog")?),
            _ => Self::LogEntry {
                text: keys.text("log-entry")?,
                condition: keys.optional("condition", TableReader::text)?,
            },
        })
    }

    /// Whether the expectation is about the shell's flight, and not about a plugin.
    pub(super) fn is_of_shell(&self) -> bool {
        matches!(self, Self::Phase(_) | Self::Landing { .. })
    }

    /// Whether an event of this plugin, or of the flight, fulfils the expectation.
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
            (
                Self::Toast {
                    text,
                    kind: expected,
                },
                Event::Toast {
                    plugin,
                    kind,
                    message,
                },
            ) => {
                plugin == id
                    && message.contains(text)
                    && expected.is_none_or(|expected| expected == *kind)
            }
            (Self::Sound(expected), Event::Sound { plugin, sound, .. }) => {
                plugin == id && sound_name(sound.as_deref()) == expected
            }
            (
                Self::LogEntry { text, condition },
                Event::FlightLog {
                    plugin,
                    change: FlightLogChange::Added(entry) | FlightLogChange::Updated(entry),
                },
            ) => {
                let FlightLogEvent {
                    event_condition,
                    message,
                    ..
                } = entry;
                plugin == id
                    && message.contains(text)
                    && condition
                        .as_ref()
                        .is_none_or(|expected| expected == event_condition)
            }
            (Self::Phase(expected), Event::Flight { change }) => {
                matches!(change, FlightChange::Phase { phase } if phase == expected)
            }
            (
                Self::Landing {
                    kind: expected,
                    rate: bounds,
                },
                Event::Flight {
                    change: FlightChange::Landing { kind, rate },
                },
            ) => {
                let is_within = |(min, max)| rate.is_some_and(|rate| (min..=max).contains(&rate));
                kind == expected && bounds.is_none_or(is_within)
            }
            _ => false,
        }
    }
}

/// Name of a sound in scenarios; the notification sound of the shell has none of its own.
pub(super) fn sound_name(sound: Option<&str>) -> &str {
    sound.unwrap_or("notification")
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(state) => write!(f, "state {state}"),
            Self::Log(text) => write!(f, "log {text:?}"),
            Self::Push { channel, .. } => write!(f, "push {channel}"),
            Self::Config { key, .. } => write!(f, "config {key}"),
            Self::Phase(phase) => write!(f, "phase {phase}"),
            Self::Landing { kind, .. } => write!(f, "landing {kind}"),
            Self::Toast { text, .. } => write!(f, "toast {text:?}"),
            Self::Sound(sound) => write!(f, "sound {sound}"),
            Self::Indicator(kind) => write!(f, "indicator {}", kind.unwrap_or(NO_INDICATOR)),
            Self::Dialog(text) => write!(f, "dialog {text:?}"),
            Self::LogEntry { text, .. } => write!(f, "log-entry {text:?}"),
        }
    }
}
