//! Report of leaks after the end of plugins.

use std::fmt;

use serde_json::Value;
use stratos_host::event::Entry;
use stratos_host::event::Event;

use crate::testing::host_kind::HostKind;

/// Report of leaks in plugins that have ended; see [`TestShell::stop`](crate::testing::TestShell::stop).
///
/// The full report works in memory only, since the end of a process releases all its resources.
/// [`unfinished`](Self::unfinished) works for processes too.
///
/// ```no_run
/// # use stratos::testing::TestShell;
/// # async fn f(shell: TestShell) {
/// let report = shell.stop().await;
/// report.assert_clean();
/// assert_eq!(report.still_registered(), []);
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "`assert_clean` fails the test if there are leaks"]
pub struct Report {
    pub(crate) leaks: Vec<Leak>,
    pub(crate) registered: Vec<Registered>,
    pub(crate) host: HostKind,
}

/// Resource that a plugin did not release, or work that it did not finish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leak {
    /// Task of `ctx.spawn` that did not end within a second.
    Task {
        /// Id of the plugin.
        plugin: String,
        /// Name of the task.
        name: String,
    },
    /// Request that was cancelled, since it was not answered within 2 seconds after the stop.
    Request {
        /// Id of the plugin.
        plugin: String,
        /// Description, such as ``an IPC call on channel `get-status` ``.
        what: String,
    },
    /// Part of the plugin's context that is still held, for example by a task of `tokio::spawn`, a thread or a static.
    Context {
        /// Id of the plugin.
        plugin: String,
    },
}

/// Handler or router that was still registered when its plugin ended.
///
/// A registration is no leak: the shell removes both at the end of the plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// IPC handler.
    Channel {
        /// Id of the plugin.
        plugin: String,
        /// Channel name without the prefix.
        channel: String,
    },
    /// Router of the plugin's HTTP routes.
    Prefix {
        /// Id of the plugin.
        plugin: String,
        /// Path prefix under which the router was served.
        prefix: String,
    },
}

impl Report {
    /// All leaks, in the order in which they were found.
    ///
    /// # Panics
    ///
    /// If the plugins ran as processes.
    #[must_use]
    #[track_caller]
    pub fn leaks(&self) -> &[Leak] {
        self.assert_in_memory();
        &self.leaks
    }

    /// Handlers and routers that were still registered when each plugin last ended, in alphabetical order.
    ///
    /// # Panics
    ///
    /// If the plugins ran as processes.
    #[must_use]
    #[track_caller]
    pub fn still_registered(&self) -> &[Registered] {
        self.assert_in_memory();
        &self.registered
    }

    /// Fails the test if there are any leaks.
    ///
    /// # Panics
    ///
    /// With one line for each leak; also if the plugins ran as processes.
    #[track_caller]
    pub fn assert_clean(&self) {
        let leaks = self.leaks();
        assert!(leaks.is_empty(), "leaks after the stop:{}", lines(leaks));
    }

    /// Leaks that can be detected wherever the plugins ran: in memory all of them, for processes those that the plugin
    /// logs, which are tasks of `ctx.spawn` that did not end and requests that were cancelled.
    #[must_use]
    pub fn unfinished(&self) -> &[Leak] {
        &self.leaks
    }

    /// Fails the test if there are [`unfinished`](Self::unfinished) leaks. Works in memory and for processes.
    ///
    /// # Panics
    ///
    /// With one line for each leak.
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
    fn assert_in_memory(&self) {
        assert!(
            self.host == HostKind::Memory,
            "a full leak report works in memory only, and this plugin ran as a process: call `.in_memory()`, or \
             `assert_finished`, which works for processes too"
        );
    }
}

fn lines(leaks: &[Leak]) -> String {
    let leaks = leaks.iter();
    leaks.map(|leak| format!("\n  {leak}")).collect()
}

impl Registered {
    /// Id of the plugin that registered the handler or router.
    #[must_use]
    pub fn plugin(&self) -> &str {
        match self {
            Self::Channel { plugin, .. } | Self::Prefix { plugin, .. } => plugin,
        }
    }
}

impl Leak {
    /// Id of the plugin that caused the leak.
    #[must_use]
    pub fn plugin(&self) -> &str {
        match self {
            Self::Task { plugin, .. } | Self::Request { plugin, .. } | Self::Context { plugin } => {
                plugin
            }
        }
    }

    /// Parses a leak from the warning that a session logs for it.
    pub(crate) fn from_log(entry: &Entry) -> Option<Self> {
        let Entry::Event(event) = entry else {
            return None;
        };
        let Event::Log(line) = &**event else {
            return None;
        };
        let data = line.data.as_ref().filter(|_| line.tag == "stratos")?;
        let data = data.value();
        let leak = data.get("leak")?;
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
                "plugin `{plugin}`: task `{name}` still runs: it must reach an `.await`"
            ),
            Self::Request { plugin, what } => write!(f, "plugin `{plugin}`: {what} was cancelled"),
            Self::Context { plugin } => write!(
                f,
                "plugin `{plugin}`: its context is still held, for example by a task of `tokio::spawn`: use `ctx.spawn`, \
                 which ends tasks with their plugin"
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
