//! The session that serves a request path, or the reason why there is none.

use stratos_protocol::server::covers;

use crate::control::Control;
use crate::event::PluginState;
use crate::routing::Lease;
use crate::session::Session;

/// Reason why no session serves a path.
#[derive(Debug)]
pub(crate) enum NoSession {
    /// The plugin of the path's prefix does not run.
    Unavailable {
        plugin: String,
        state: PluginState,
        /// Explanation of the state for people, such as the command that starts the plugin.
        reason: String,
    },
    /// No plugin has a prefix that covers the path.
    UnknownPrefix {
        /// Prefixes that plugins have, or had when they last ran.
        prefixes: Vec<String>,
    },
}

impl Control {
    /// A lease on the session that serves a path. Waits for an update that is between stop and start.
    pub(crate) async fn session_for(&self, path: &str) -> Result<Lease<Session>, NoSession> {
        let lease = self.runtime().routing.for_path(path).await;
        lease.ok_or_else(|| self.no_session(path))
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

    fn no_session(&self, path: &str) -> NoSession {
        let routing = &self.runtime().routing;
        let owner = self.owner_when_running(path);
        let status = owner.and_then(|id| Some((self.plugin(&id).ok()?.status().state, id)));
        match status {
            // A running plugin has registered all its prefixes, so that this path is none of its own.
            None | Some((PluginState::Running, _)) => NoSession::UnknownPrefix {
                prefixes: routing.all_prefixes(),
            },
            Some((state, plugin)) => NoSession::Unavailable {
                reason: explain(&plugin, &state),
                plugin,
                state,
            },
        }
    }
}

/// Explains to people why a plugin in this state serves no requests.
fn explain(plugin: &str, state: &PluginState) -> String {
    match state {
        PluginState::Listed { note } => note.clone(),
        PluginState::Discovered | PluginState::Starting => {
            "it is being built or started; try again in a moment".to_owned()
        }
        PluginState::Running | PluginState::Stopping => "it is ending".to_owned(),
        PluginState::Stopped => {
            format!("it was stopped; `cargo stratos start {plugin}` starts it")
        }
        PluginState::BackingOff { reason, .. } => {
            format!("{reason}; the shell restarts it in a moment")
        }
        PluginState::Errored { reason } => reason.clone(),
    }
}
