//! What plugins have left behind.

use std::fmt;

use serde_json::Value;
use stratos_host::events::Event;
use stratos_host::journal::Entry;

/// What the plugins that have ended left behind; see [`TestShell::stop`](crate::testing::TestShell::stop).
///
/// Handlers and routes that are still registered at the end are not in here: they end with their plugin, and a
/// restart begins without any.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "`assert_clean` fails the test if anything was left behind"]
pub struct Report {
    /// One after the other, as they were found.
    pub leaks: Vec<Leak>,
    /// Whether it was looked for [`Leak::Context`]: in memory only. As a process, the end of the process is the end of
    /// whatever held a context.
    pub looked_for_contexts: bool,
}

/// Something that a plugin left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leak {
    /// A task of `ctx.spawn` that did not end within a second.
    Task {
        /// The plugin.
        plugin: String,
        /// The task's name.
        name: String,
    },
    /// A request that was not answered before the plugin had to end.
    Request {
        /// The plugin.
        plugin: String,
        /// Which, in words.
        what: String,
    },
    /// Something holds a part of the plugin's context: a task of `tokio::spawn`, a thread, a static. In memory only:
    /// a process takes such things with it.
    Context {
        /// The plugin.
        plugin: String,
    },
}

impl Report {
    /// Whether nothing was left behind.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.leaks.is_empty()
    }

    /// Fails the test if anything was left behind.
    ///
    /// As a process, that is about tasks and requests; see [`looked_for_contexts`](Self::looked_for_contexts).
    ///
    /// # Panics
    ///
    /// With a line for each leak.
    #[track_caller]
    pub fn assert_clean(&self) {
        let lines: String = self
            .leaks
            .iter()
            .map(|leak| format!("\n  {leak}"))
            .collect();
        assert!(self.is_clean(), "left behind after the stop:{lines}");
    }
}

impl Leak {
    /// The plugin that left it behind.
    #[must_use]
    pub fn plugin(&self) -> &str {
        match self {
            Self::Task { plugin, .. } | Self::Request { plugin, .. } | Self::Context { plugin } => {
                plugin
            }
        }
    }

    /// The SDK logs what a plugin leaves behind, with the facts in the line's data.
    pub(crate) fn in_log(entry: &Entry) -> Option<Self> {
        let Entry::Event(event) = entry else {
            return None;
        };
        let Event::Log(line) = &**event else {
            return None;
        };
        let leak = line
            .data
            .as_ref()
            .filter(|_| line.tag == "stratos")?
            .get("leak")?;
        let text = |key| leak.get(key).and_then(Value::as_str).map(str::to_owned);
        let plugin = line.plugin.clone();
        match (text("task"), text("request")) {
            (Some(name), _) => Some(Self::Task { plugin, name }),
            (_, Some(what)) => Some(Self::Request { plugin, what }),
            _ => None,
        }
    }
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task { plugin, name } => write!(
                f,
                "plugin `{plugin}`: its task `{name}` still runs: it has to come to an `.await`"
            ),
            Self::Request { plugin, what } => write!(f, "plugin `{plugin}`: {what} was cut off"),
            Self::Context { plugin } => write!(
                f,
                "plugin `{plugin}`: something still holds its context, such as a task of `tokio::spawn`: \
                 `ctx.spawn` ends tasks with their plugin"
            ),
        }
    }
}
