//! Everything that happens in the shell, for whoever wants to watch.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stratos_protocol::logger::Level;

use crate::journal::{Entry, Journal};
use crate::log_limit::{Admitted, LogLimits, NOTICE_EVERY};
use crate::plugin::PluginState;
use crate::scenario::Progress;
use crate::watching::Watchers;

pub use crate::json_text::JsonText;
pub use crate::watching::Watcher;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event {
    /// A line of a plugin, or of the shell about a plugin.
    Log(LogLine),
    /// A plugin pushed to its UI.
    Push {
        /// The plugin.
        plugin: String,
        /// The channel, without its prefix.
        channel: String,
        /// What was pushed.
        payload: JsonText,
    },
    /// A plugin is in another state now.
    State {
        /// The plugin.
        plugin: String,
        /// The new state.
        state: PluginState,
        /// Which start of its program this is about, counted from 1.
        generation: u64,
    },
    /// Files changed that a plugin is built from, or that it shows.
    Changed {
        /// The plugin.
        plugin: String,
        /// What they are to the plugin.
        part: Part,
        /// The files, those of the plugin's folder relative to it. At most ten of them.
        files: Vec<String>,
        /// How many there are in all.
        count: usize,
    },
    /// A plugin's `plugin.json`, or the project's `stratos.toml`, was read again.
    Reread {
        /// The plugin; empty for `stratos.toml`.
        plugin: String,
        /// Why it does not count; without it, it counts from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// A plugin is being built, or has been.
    Build {
        /// The plugin.
        plugin: String,
        /// How far it is.
        build: BuildStep,
    },
    /// A newer version of a plugin has taken over.
    Reload {
        /// The plugin.
        plugin: String,
        /// Which start of its program serves now.
        generation: u64,
        /// From the moment at which the change was seen, in milliseconds.
        ms: u64,
    },
    /// A debugger may be attached to a plugin, whose hook has not begun.
    Attach {
        /// The plugin.
        plugin: String,
        /// Which start of its program this is.
        generation: u64,
        /// Its process.
        pid: u32,
        /// How to attach a debugger on this system.
        debugger: String,
        /// What this system asks for before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        needs: Option<String>,
        /// Whether the plugin waits until somebody lets it go on.
        waits: bool,
    },
    /// Somebody signed in or out.
    Auth {
        /// Whether somebody is signed in now.
        authenticated: bool,
    },
    /// A scenario is played.
    Scenario {
        /// What it is about.
        scenario: String,
        /// How far it is.
        progress: Progress,
    },
    /// This watcher was too slow.
    Missed {
        /// How many events it missed.
        count: u64,
    },
}

/// What a file is to a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Its program is built from it, or it is the program.
    Source,
    /// Its icon.
    Icon,
}

/// How far a build is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum BuildStep {
    /// It has begun.
    Started,
    /// It was given up for a newer one, or because the plugin was stopped.
    Superseded,
    /// It ended well.
    Finished {
        /// How long it took, in milliseconds.
        ms: u64,
        /// Whether the program is the one that runs already.
        unchanged: bool,
        /// The compiler's warnings, where they are others than the last time.
        #[cfg_attr(feature = "reload", serde(serialize_with = "without_colours"))]
        output: String,
    },
    /// It failed; what ran before runs on.
    Failed {
        /// How long it took, in milliseconds.
        ms: u64,
        /// What the compiler says; empty where it said the same the last time.
        #[cfg_attr(feature = "reload", serde(serialize_with = "without_colours"))]
        output: String,
        /// Whether it says the same as the last time.
        again: bool,
        /// Whether an older version serves meanwhile.
        serves: bool,
    },
}

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// The plugin.
    pub plugin: String,
    /// How serious.
    pub level: Level,
    /// The part of the plugin that speaks; `stdout` and `stderr` for what it printed, `shell` for the
    /// shell's own words.
    pub tag: String,
    /// The text, as the plugin wrote it: escape it before you show it.
    pub message: String,
    /// Structured data, where the plugin gave some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// Milliseconds since 1970.
    pub time: u64,
}

/// Spreads events to all watchers. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Events {
    watchers: Watchers,
    limits: LogLimits,
    journal: Option<Journal>,
}

impl Events {
    /// Events that are also kept, together with what is too much for watchers: every call and request.
    #[must_use]
    pub fn kept_in(journal: Journal) -> Self {
        Self {
            journal: Some(journal),
            ..Self::default()
        }
    }

    /// Everything from now on.
    #[must_use]
    pub fn watch(&self) -> Watcher {
        self.watchers.watch(None)
    }

    /// The pushes of one plugin from now on: nobody else's make it miss some.
    pub(crate) fn watch_pushes(&self, plugin: &str) -> Watcher {
        self.watchers.watch(Some(plugin.to_owned()))
    }

    pub(crate) fn emit(&self, event: Event) {
        let event = Arc::new(event);
        self.record(|| Entry::Event(Arc::clone(&event)));
        self.watchers.emit(&event);
    }

    /// For the journal alone, if there is one.
    pub(crate) fn record(&self, entry: impl FnOnce() -> Entry) {
        if let Some(journal) = &self.journal {
            journal.add(entry());
        }
    }

    /// A line of the shell itself.
    pub(crate) fn note(&self, plugin: &str, level: Level, message: impl Into<String>) {
        self.emit(Event::Log(LogLine {
            plugin: plugin.to_owned(),
            level,
            tag: "shell".to_owned(),
            message: message.into(),
            data: None,
            time: now_millis(),
        }));
    }

    /// A line that a plugin causes, of which it may cause only so many.
    pub(crate) fn log(
        &self,
        plugin: &str,
        level: Level,
        tag: &str,
        message: String,
        data: Option<Value>,
    ) {
        let line = LogLine {
            plugin: plugin.to_owned(),
            level,
            tag: tag.to_owned(),
            message,
            data,
            time: now_millis(),
        };
        match self.limits.admit(line) {
            Admitted::Shown(line) => self.emit(Event::Log(line)),
            Admitted::Dropped => {}
            Admitted::FirstDropped => {
                let (events, plugin) = (self.clone(), plugin.to_owned());
                tokio::spawn(async move {
                    tokio::time::sleep(NOTICE_EVERY).await;
                    events.own_up(&plugin);
                });
            }
        }
    }

    /// Says how many lines of a plugin were dropped, if any, and shows the last of them.
    pub(crate) fn own_up(&self, plugin: &str) {
        if let Some(dropped) = self.limits.take_dropped(plugin) {
            if let Some(notice) = dropped.notice() {
                self.note(plugin, Level::Warn, notice);
            }
            for line in dropped.last {
                self.emit(Event::Log(line));
            }
        }
    }
}

impl Event {
    /// The plugin that it is about; empty for the shell.
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
            | Self::Attach { plugin, .. } => plugin,
            Self::Auth { .. } | Self::Scenario { .. } | Self::Missed { .. } => "",
        }
    }

    /// About how much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Log(line) => {
                let data = line.data.as_ref().map(tree_bytes).unwrap_or_default();
                line.tag.len() + line.message.len() + data
            }
            Self::Push {
                channel, payload, ..
            } => channel.len() + payload.as_str().len(),
            Self::Build {
                build: BuildStep::Finished { output, .. } | BuildStep::Failed { output, .. },
                ..
            } => output.len(),
            Self::State {
                state: PluginState::Errored { reason } | PluginState::BackingOff { reason, .. },
                ..
            } => reason.len(),
            // The rest is the shell's own, and short.
            _ => 0,
        }
    }
}

/// About how much memory a tree takes, which is far more than its text where it has many branches.
fn tree_bytes(value: &Value) -> usize {
    const NODE: usize = size_of::<Value>();
    /// Of a map: there is room for eleven entries in it, and at least five are taken.
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

/// Colours are for terminals; whoever reads JSON wants the words.
#[cfg(feature = "reload")]
fn without_colours<S: serde::Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&anstream::adapter::strip_str(text))
}

pub(crate) fn now_millis() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
