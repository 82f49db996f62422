//! The session that serves a request path, or the reason why there is none.

use std::time::Duration;

use stratos_protocol::server::covers;
use tokio::time::timeout;

use crate::control::Control;
use crate::event::PluginState;
use crate::plugin::{PluginHandle, start_hint};
use crate::routing::Lease;
use crate::services::Caller;
use crate::session::Session;

/// Timeout for the state of a plugin whose routes have just ended.
const STATE_TIMEOUT: Duration = Duration::from_secs(1);

/// Reason why no session serves a path.
#[derive(Debug)]
pub(crate) enum NoSession {
    /// The plugin of the path's prefix does not run.
    Unavailable {
        plugin: String,
        state: PluginState,
        explanation: Explanation,
    },
    /// No plugin has a prefix that covers the path.
    UnknownPrefix {
        /// Prefixes that plugins have, or had when they last ran.
        prefixes: Vec<String>,
    },
}

/// Reason why a plugin serves no requests.
#[derive(Debug)]
pub(crate) struct Explanation {
    pub(crate) reason: String,
    /// The end of a sentence about the plugin's state: the reason unless the state says it, and the command that starts
    /// a stopped or errored plugin.
    pub(crate) text: String,
}

impl Control {
    /// A lease on the session that serves a path. Waits for an update that is between stop and start.
    pub(crate) async fn session_for(&self, path: &str) -> Result<Lease<Session>, NoSession> {
        let routing = &self.runtime().routing;
        if let Some(lease) = routing.for_path(path).await {
            return Ok(lease);
        }
        let reason = self.no_session(path).await;
        // The plugin may have started in the meantime.
        routing.for_path(path).await.ok_or(reason)
    }

    /// Id of the plugin that serves a path, or would serve it if it ran.
    pub(crate) fn plugin_of_path(&self, path: &str) -> Option<String> {
        let live = self.runtime().routing.live_owner(path);
        live.or_else(|| self.owner_when_running(path))
    }

    /// Id of the plugin that would serve a path if it ran.
    fn owner_when_running(&self, path: &str) -> Option<String> {
        // A plugin that has not run yet has registered no prefix; the conventional one is assumed.
        let by_convention = || {
            let is_owner = |id: &&String| covers(&format!("/api/{id}"), path);
            self.0.plugins.keys().find(is_owner).cloned()
        };
        self.runtime()
            .routing
            .former_owner(path)
            .or_else(by_convention)
    }

    /// Waits until the state of the plugin tells that the process of a session has ended.
    pub(crate) async fn wait_for_end(&self, ended: &Caller) {
        if let Ok(plugin) = self.plugin(&ended.plugin) {
            wait_while_running(&plugin, ended.generation).await;
        }
    }

    async fn no_session(&self, path: &str) -> NoSession {
        let routing = &self.runtime().routing;
        let owner = self.owner_when_running(path);
        let Some(plugin) = owner.and_then(|id| self.plugin(&id).ok()) else {
            return NoSession::UnknownPrefix {
                prefixes: routing.all_prefixes(),
            };
        };
        let status = plugin.status();
        if routing.former_owner(path).is_some() {
            wait_while_running(&plugin, status.generation).await;
        }
        match plugin.status().state {
            // A running plugin has registered all its prefixes, so that this path is none of its own.
            PluginState::Running => NoSession::UnknownPrefix {
                prefixes: routing.all_prefixes(),
            },
            state => NoSession::Unavailable {
                explanation: why_unavailable(&plugin.id, &state),
                plugin: plugin.id.clone(),
                state,
            },
        }
    }
}

/// Waits for the state of a generation, which follows its end within a moment.
async fn wait_while_running(plugin: &PluginHandle, generation: u64) {
    let status = plugin.status();
    if status.state == PluginState::Running && status.generation == generation {
        let _ = timeout(STATE_TIMEOUT, plugin.wait_for_change(&status)).await;
    }
}

/// Explains to people why a plugin in this state serves no requests, and how to start it if it is stopped or errored.
pub(super) fn why_unavailable(plugin: &str, state: &PluginState) -> Explanation {
    let reason = match state {
        PluginState::Listed { note } => note.clone(),
        PluginState::Discovered | PluginState::Starting => {
            "it is being built or started; try again in a moment".to_owned()
        }
        PluginState::Running | PluginState::Stopping => "it is ending".to_owned(),
        PluginState::Stopped => "it was stopped".to_owned(),
        PluginState::BackingOff { reason, .. } => {
            format!("{reason}; the shell restarts it in a moment")
        }
        PluginState::Errored { reason } => reason.clone(),
    };
    let text = match state {
        PluginState::Stopped => start_hint(plugin),
        PluginState::Errored { .. } => format!("{reason}; {}", start_hint(plugin)),
        _ => reason.clone(),
    };
    Explanation { reason, text }
}
