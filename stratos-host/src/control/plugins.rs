//! The lifecycle of plugins: list, start, stop, kill, update.

use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use futures_util::future::join_all;
use stratos_manifest::Manifest;
use tokio::sync::watch;
use tracing::debug;

use crate::control::handle::ManifestInfo;
use crate::control::{Control, ControlError};
use crate::event::{BuildStatus, LatestBuild, PluginState};
use crate::plugin::{PluginError, PluginHandle, Runtime};
use crate::remote::PluginInfo;

impl Control {
    /// The state of all plugins, in the order of their ids.
    #[must_use]
    pub fn plugins(&self) -> Vec<PluginInfo> {
        let plugins = self.0.plugins.values();
        plugins.map(|plugin| self.info(plugin)).collect()
    }

    /// Starts a plugin that was stopped or is errored. Returns when it runs.
    ///
    /// # Errors
    ///
    /// Returns an error if the plugin is running already, or fails to start.
    pub async fn start(&self, id: &str) -> Result<(), ControlError> {
        Ok(self.plugin(id)?.start().await?)
    }

    /// Stops a running plugin. Returns when it has stopped, with what has gone wrong: its `on_stop` has failed, or it
    /// was killed.
    ///
    /// # Errors
    ///
    /// Returns an error if the plugin is not running.
    pub async fn stop(&self, id: &str) -> Result<Option<String>, ControlError> {
        Ok(self.plugin(id)?.stop().await?)
    }

    /// Kills the process of a running plugin. Returns when the shell has noticed the crash.
    pub(crate) async fn kill(&self, id: &str) -> Result<(), ControlError> {
        let plugin = self.plugin(id)?;
        let before = plugin.status();
        let session = self.runtime().routing.current(id);
        let session = session.filter(|_| before.state == PluginState::Running);
        let session = session.ok_or_else(|| PluginError::WrongState {
            id: id.to_owned(),
            state: before.state.clone(),
        })?;
        debug!(plugin = id, "process is killed on request");
        session.process.kill().await;
        plugin.wait_for_change(&before).await;
        Ok(())
    }

    /// Builds a plugin and replaces the running version, as the shell does after an OTA update (V1).
    ///
    /// # Errors
    ///
    /// Returns an error if the plugin is not running, or the new version does not build or start; the message says
    /// which version runs now.
    pub async fn update(&self, id: &str) -> Result<(), ControlError> {
        Ok(self.plugin(id)?.update().await?)
    }

    /// Waits until a plugin is in the state of this name.
    pub(crate) async fn wait_for_state(&self, id: &str, state: &str) {
        if let Ok(plugin) = self.plugin(id) {
            plugin.wait_for_state(state).await;
        }
    }

    /// Waits until no plugin is starting, stopping or updating, and returns the state of all plugins.
    pub async fn wait_until_settled(&self) -> Vec<PluginInfo> {
        let plugins = self.0.plugins.values();
        join_all(plugins.map(|plugin| plugin.wait_until_settled())).await;
        self.plugins()
    }

    /// Tells the shell that the pilot opens the UI of a plugin, which removes an indicator with `dismiss_on_open`.
    ///
    /// A UI that connects to the plugin's IPC does the same (assumed).
    pub fn plugin_opened(&self, id: &str) {
        self.runtime().services.indicator.plugin_opened(id);
    }

    /// Begins to start all plugins that can run.
    pub(crate) fn start_all(&self) {
        self.report_unfit_airline_settings();
        for plugin in self.0.plugins.values() {
            let (control, plugin) = (self.clone(), Arc::clone(plugin));
            tokio::spawn(async move {
                control.report_unfit_values(&plugin.id).await;
                // A failure is visible as the plugin's state.
                let _ = plugin.start().await;
            });
        }
    }

    /// Stops all plugins for good, and waits for it.
    pub(crate) async fn close(&self) {
        self.runtime().shutdown.cancel();
        self.expire_after(None);
        join_all(self.0.plugins.values().map(|plugin| plugin.close())).await;
    }

    /// Begins to stop all plugins for good.
    pub(crate) fn begin_close(&self) {
        self.runtime().shutdown.cancel();
        self.expire_after(None);
        for plugin in self.0.plugins.values() {
            plugin.begin_close();
        }
    }

    /// Starts an update because a file changed that the plugin is built from.
    pub(crate) fn sources_changed(&self, id: &str, by_build: bool) {
        if let Some(plugin) = self.0.plugins.get(id) {
            plugin.sources_changed(by_build);
        }
    }

    /// Prevents or allows updates of a plugin, whose manifest has errors or has none any more.
    pub(crate) fn set_blocked(&self, id: &str, is_blocked: bool) {
        if let Some(plugin) = self.0.plugins.get(id) {
            plugin.set_blocked(is_blocked);
        }
    }

    /// Applies a plugin's changed manifest: its name, version and settings.
    pub(crate) fn apply_manifest(&self, manifest: &Manifest) {
        let info = ManifestInfo {
            name: manifest.name.clone(),
            version: manifest.version.to_string(),
            settings: Some(manifest.settings.clone()),
        };
        self.manifests().insert(manifest.id.clone(), info);
        let (control, id) = (self.clone(), manifest.id.clone());
        tokio::spawn(async move { control.report_unfit_values(&id).await });
    }

    /// State of the newest build while an older version of the plugin runs; `None` if the newest version runs.
    pub(crate) fn build_status(&self, id: &str) -> Option<BuildStatus> {
        self.0.plugins.get(id)?.build_status()
    }

    /// Subscribes to starts and ends of a plugin's builds.
    pub(crate) fn latest_build(&self, id: &str) -> watch::Receiver<Option<LatestBuild>> {
        let plugin = self.0.plugins.get(id);
        plugin.map_or_else(|| watch::channel(None).1, |plugin| plugin.latest_build())
    }

    fn info(&self, plugin: &PluginHandle) -> PluginInfo {
        let status = plugin.status();
        let session = self.runtime().routing.current(&plugin.id);
        let manifest = self.manifests().get(&plugin.id).cloned();
        let ManifestInfo { name, version, .. } = manifest.unwrap_or_default();
        let Runtime {
            routing,
            session_context,
            ..
        } = self.runtime();
        let (prefixes, routes) = match status.state {
            PluginState::Running => (routing.prefixes(&plugin.id), routing.routes(&plugin.id)),
            _ => (Vec::new(), Vec::new()),
        };
        let ipc = &session_context.services.ipc;
        let caller = session.as_ref().map(|session| &session.caller);
        PluginInfo {
            id: plugin.id.clone(),
            name,
            version,
            generation: status.generation,
            state: status.state,
            build: status.build,
            pid: session.as_ref().and_then(|session| session.process.pid()),
            prefixes,
            routes,
            channels: caller.map_or_else(Vec::new, |caller| ipc.channels(caller)),
            channels_without_payload: caller
                .map_or_else(Vec::new, |caller| ipc.channels_without_payload(caller)),
            indicator: session_context.services.indicator.get(&plugin.id),
        }
    }

    pub(super) fn manifests(&self) -> MutexGuard<'_, BTreeMap<String, ManifestInfo>> {
        let manifests = self.0.manifests.lock();
        manifests.unwrap_or_else(PoisonError::into_inner)
    }
}
