//! States of a plugin and of its newest build.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// State of a plugin in the shell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum PluginState {
    /// The plugin has no program that this shell could run.
    Listed {
        /// Reason, in one sentence.
        note: String,
    },
    /// The plugin is known and has not been started yet.
    Discovered,
    /// The plugin is being built, or runs its `on_start`.
    Starting,
    /// `on_start` has returned; the plugin serves requests.
    Running,
    /// The plugin runs its `on_stop`.
    Stopping,
    /// The plugin was stopped on request.
    Stopped,
    /// The plugin crashed and will be restarted (`--supervise`).
    #[serde(rename = "backing-off")]
    BackingOff {
        /// Reason of the crash, such as the exit code, in one sentence.
        reason: String,
        /// Delay before the restart, in milliseconds.
        retry_in_ms: u64,
    },
    /// The plugin failed to start or crashed; the other plugins still load (V1).
    Errored {
        /// Reason, in one sentence.
        reason: String,
    },
}

/// Status of a build whose program is not the running one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BuildStatus {
    /// A newer version is being built or is taking over.
    Building,
    /// The newest version failed to build or to start.
    Failed,
    /// Changes are not built until `plugin.json` is corrected.
    Blocked,
}

/// The build of a plugin that was started last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LatestBuild {
    /// Number of the build, counted from 1.
    pub(crate) id: u64,
    pub(crate) started_at: SystemTime,
    /// End of the build; `None` while it runs.
    pub(crate) end: Option<BuildEnd>,
}

/// The end of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BuildEnd {
    pub(crate) at: SystemTime,
    pub(crate) result: BuildResult,
}

/// Result of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BuildResult {
    Succeeded,
    Failed,
    Cancelled,
}

impl PluginState {
    /// The reason of the state, where it has one.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Listed { note: reason }
            | Self::BackingOff { reason, .. }
            | Self::Errored { reason } => Some(reason),
            _ => None,
        }
    }

    /// The state's name on the wire, such as `backing-off`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Listed { .. } => "listed",
            Self::Discovered => "discovered",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::BackingOff { .. } => "backing-off",
            Self::Errored { .. } => "errored",
        }
    }
}
