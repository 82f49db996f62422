//! What plugins have left behind.

use std::fmt;

use serde_json::Value;
use stratos_host::events::Event;
use stratos_host::journal::Entry;

use crate::testing::host::Host;

/// What the plugins that have ended left behind; see [`TestShell::stop`](crate::testing::TestShell::stop).
///
/// It exists in memory only, since the end of a process takes everything with it. What can be known on either host is
/// [`unfinished`](Self::unfinished).
#[derive(Debug, Clone)]
#[must_use = "`assert_clean` fails the test if anything was left behind"]
pub struct Report {
    pub(crate) leaks: Vec<Leak>,
    pub(crate) registered: Vec<Registered>,
    pub(crate) host: Host,
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
    /// Something holds a part of the plugin's context: a task of `tokio::spawn`, a thread, a static.
    Context {
        /// The plugin.
        plugin: String,
    },
}

/// A handler or a router that the end of its plugin has removed, since the plugin had not.
///
/// It is no leak: whatever is registered ends with its plugin, and a restart begins without any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// A handler.
    Channel {
        /// The plugin.
        plugin: String,
        /// The channel, without its prefix.
        channel: String,
    },
    /// A router.
    Prefix {
        /// The plugin.
        plugin: String,
        /// Below which path it was served.
        prefix: String,
    },
}

impl Report {
    /// One after the other, as they were found.
    ///
    /// # Panics
    ///
    /// Where the plugins ran as processes.
    #[must_use]
    #[track_caller]
    pub fn leaks(&self) -> &[Leak] {
        self.refuse_processes();
        &self.leaks
    }

    /// What was still registered when each plugin ended the last time, in the order of the names.
    ///
    /// # Panics
    ///
    /// Where the plugins ran as processes.
    #[must_use]
    #[track_caller]
    pub fn still_registered(&self) -> &[Registered] {
        self.refuse_processes();
        &self.registered
    }

    /// Fails the test if anything was left behind.
    ///
    /// # Panics
    ///
    /// With a line for each leak; and where the plugins ran as processes.
    #[track_caller]
    pub fn assert_clean(&self) {
        let leaks = self.leaks();
        assert!(
            leaks.is_empty(),
            "left behind after the stop:{}",
            lines(leaks)
        );
    }

    /// All leaks that the host can know of: in memory each one, and of a process those that the plugin itself tells
    /// of, which are tasks of `ctx.spawn` that did not end and requests that were cut off.
    #[must_use]
    pub fn unfinished(&self) -> &[Leak] {
        &self.leaks
    }

    /// Fails the test if anything is [`unfinished`](Self::unfinished), for tests that run on both hosts.
    ///
    /// # Panics
    ///
    /// With a line for each of them.
    #[track_caller]
    pub fn assert_finished(&self) {
        let unfinished = self.unfinished();
        assert!(
            unfinished.is_empty(),
            "unfinished at the stop:{}",
            lines(unfinished)
        );
    }

    #[track_caller]
    fn refuse_processes(&self) {
        assert!(
            self.host == Host::Memory,
            "a leak report exists in memory only, and this plugin ran as a process, whose end takes everything with it: \
             say `.in_memory()`, or `assert_finished`, which fails on what a process can tell as well"
        );
    }
}

fn lines(leaks: &[Leak]) -> String {
    let leaks = leaks.iter();
    leaks.map(|leak| format!("\n  {leak}")).collect()
}

impl Registered {
    /// The plugin that registered it.
    #[must_use]
    pub fn plugin(&self) -> &str {
        match self {
            Self::Channel { plugin, .. } | Self::Prefix { plugin, .. } => plugin,
        }
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

impl fmt::Display for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel { plugin, channel } => {
                write!(f, "plugin `{plugin}`: channel `{channel}`")
            }
            Self::Prefix { plugin, prefix } => write!(f, "plugin `{plugin}`: prefix `{prefix}`"),
        }
    }
}
