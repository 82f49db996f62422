//! The control of a shell from within its process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use stratos_protocol::logger::Level;
use stratos_protocol::{ErrorCode, RpcError};
use stratos_transport::CallError;
use thiserror::Error;
use tokio::task::AbortHandle;

use crate::config::StratosToml;
use crate::control::types::{AuthInfo, PluginInfo};
use crate::event::Entry;
use crate::event::{BuildStatus, PluginState};
use crate::event::{Event, Subscriber};
use crate::login::UnknownPersona;
use crate::plugin::{PluginError, PluginHandle, start_hint};
use crate::routing::Lease;
use crate::shell::{Backend, PluginSpec, plugin};
use crate::store::{ConfigStore, StoreError};

/// Everything that can be done with a shell. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Control(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    backend: Arc<Backend>,
    plugins: BTreeMap<String, Arc<PluginHandle>>,
    names: Mutex<BTreeMap<String, Names>>,
    expiry: Mutex<Option<AbortHandle>>,
}

/// What a manifest calls its plugin.
#[derive(Debug, Clone, Default)]
struct Names {
    name: String,
    version: String,
}

/// Why something was not done.
#[derive(Debug, Error)]
pub enum ControlError {
    /// The plugin did not.
    #[error(transparent)]
    Plugin(#[from] PluginError),
    /// The plugin does not run.
    #[error("plugin `{id}` does not run: it is {state}{}", start_hint(id, state))]
    NotRunning {
        /// The plugin.
        id: String,
        /// In one word.
        state: &'static str,
    },
    /// The plugin has no handler for the channel.
    #[error(
        "plugin `{id}` has no handler for the channel `{channel}`{}",
        known(channels)
    )]
    NoHandler {
        /// The plugin.
        id: String,
        /// The channel.
        channel: String,
        /// The channels that it handles.
        channels: Vec<String>,
    },
    /// The plugin's handler failed, or did not answer.
    #[error("channel `{channel}` of plugin `{id}`: {error}")]
    Handler {
        /// The plugin.
        id: String,
        /// The channel.
        channel: String,
        /// What the plugin said, or why it said nothing.
        error: CallError,
    },
    /// Nothing is stored under the key.
    #[error("plugin `{id}` has no config value `{}`", key.escape_debug())]
    NoValue {
        /// The plugin.
        id: String,
        /// The key.
        key: String,
    },
    /// No store takes this key or value.
    #[error(transparent)]
    Value(StoreError),
    /// The store failed.
    #[error("the config store failed: {}", crate::shell::chain(.0))]
    Store(StoreError),
    /// The shell's server did not answer a request.
    #[error("no answer to {request}: {reason}")]
    NoAnswer {
        /// Method and path.
        request: String,
        /// Why.
        reason: String,
    },
    /// There is no such persona.
    #[error(transparent)]
    Persona(#[from] UnknownPersona),
}

fn known(channels: &[String]) -> String {
    if channels.is_empty() {
        return "; it handles none".to_owned();
    }
    format!("; it handles {}", channels.join(", "))
}

/// What is too deep for a tree has no place in a journal.
fn tree(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

impl Control {
    pub(crate) fn new(backend: Arc<Backend>, plugins: Vec<PluginSpec>) -> Self {
        let names = plugins
            .iter()
            .map(|spec| {
                let (name, version) = (spec.name.clone(), spec.version.clone());
                (spec.id.clone(), Names { name, version })
            })
            .collect();
        let plugins = plugins
            .into_iter()
            .map(|spec| (spec.id.clone(), Arc::new(plugin(spec, &backend))))
            .collect();
        Self(Arc::new(Inner {
            backend,
            plugins,
            names: Mutex::new(names),
            expiry: Mutex::default(),
        }))
    }

    /// Everything that happens from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscriber {
        self.0.backend.events.subscribe()
    }

    /// One plugin's pushes from now on.
    pub(crate) fn subscribe_to_pushes(&self, id: &str) -> Subscriber {
        self.0.backend.events.subscribe_to_pushes(id)
    }

    /// All plugins as they are now, in the order of their ids.
    #[must_use]
    pub fn plugins(&self) -> Vec<PluginInfo> {
        self.0
            .plugins
            .values()
            .map(|plugin| self.info(plugin))
            .collect()
    }

    /// Starts a plugin that does not run (again).
    ///
    /// # Errors
    ///
    /// When it runs, or fails to start.
    pub async fn start(&self, id: &str) -> Result<(), ControlError> {
        Ok(self.plugin(id)?.start().await?)
    }

    /// Stops a running plugin.
    ///
    /// # Errors
    ///
    /// When it does not run.
    pub async fn stop(&self, id: &str) -> Result<(), ControlError> {
        Ok(self.plugin(id)?.stop().await?)
    }

    /// Ends a running plugin at once, as a crash does; returns when the shell has seen it.
    ///
    /// # Errors
    ///
    /// When it does not run.
    pub async fn kill(&self, id: &str) -> Result<(), ControlError> {
        let plugin = self.plugin(id)?;
        let before = plugin.status();
        let session = self.0.backend.routing.now(id);
        let session = session.filter(|_| before.state == PluginState::Running);
        let session = session.ok_or_else(|| PluginError::WrongState {
            id: id.to_owned(),
            state: before.state.as_str(),
        })?;
        session.process.kill().await;
        plugin.wait_for_change(&before).await;
        Ok(())
    }

    /// Waits until a plugin is in the state of this name.
    pub(crate) async fn reaches(&self, id: &str, state: &str) {
        if let Ok(plugin) = self.plugin(id) {
            plugin.wait_for_state(state).await;
        }
    }

    /// Builds and replaces a running plugin, as the shell does after an OTA update (V1).
    ///
    /// # Errors
    ///
    /// When it does not run, or the new version does not build or start; the text says what runs
    /// now.
    pub async fn update(&self, id: &str) -> Result<(), ControlError> {
        Ok(self.plugin(id)?.update().await?)
    }

    /// Asks on an IPC channel as the UI does, and waits for the answer.
    ///
    /// # Errors
    ///
    /// When the plugin does not run, has no such channel, or its handler fails.
    pub async fn invoke(
        &self,
        id: &str,
        channel: &str,
        payload: Value,
    ) -> Result<Value, ControlError> {
        let payload = to_raw_value(&payload).expect("a tree has a JSON form");
        let answer = self.invoke_raw(id, channel, payload).await?;
        serde_json::from_str(answer.get()).map_err(|error| ControlError::Handler {
            id: id.to_owned(),
            channel: channel.to_owned(),
            error: CallError::Decode(error),
        })
    }

    /// Like [`invoke`](Self::invoke), for those who do not take question and answer apart.
    pub(crate) async fn invoke_raw(
        &self,
        id: &str,
        channel: &str,
        payload: Box<RawValue>,
    ) -> Result<Box<RawValue>, ControlError> {
        let plugin = self.plugin(id)?;
        let session = self.0.backend.routing.for_plugin(id).await;
        let session = session.ok_or_else(|| ControlError::NotRunning {
            id: id.to_owned(),
            state: plugin.status().state.as_str(),
        })?;
        let (id, channel) = (id.to_owned(), channel.to_owned());
        self.0.backend.events.record(|| Entry::Call {
            plugin: id.clone(),
            channel: channel.clone(),
            payload: tree(&payload),
        });
        let answer = session.invoke(&channel, payload).await;
        self.0.backend.events.record(|| Entry::Answer {
            plugin: id.clone(),
            channel: channel.clone(),
            answer: answer
                .as_ref()
                .map(|answer| tree(answer))
                .map_err(ToString::to_string),
        });
        answer.map_err(|error| match error {
            CallError::Rpc(RpcError {
                code: ErrorCode::NoHandler,
                ..
            }) => ControlError::NoHandler {
                id,
                channel,
                channels: session.channels(),
            },
            error => ControlError::Handler { id, channel, error },
        })
    }

    /// The login.
    #[must_use]
    pub fn auth(&self) -> AuthInfo {
        AuthInfo {
            authenticated: self.0.backend.login.current().authenticated,
        }
    }

    /// Becomes another persona; returns when every plugin knows or its time is up.
    ///
    /// # Errors
    ///
    /// When there is no such persona.
    pub async fn switch_auth(&self, persona: &str) -> Result<(), ControlError> {
        let (control, persona) = (self.clone(), persona.to_owned());
        // In a task of its own: half a switch, because whoever asked has gone, would be none.
        let switch = tokio::spawn(async move {
            let _turn = control.0.backend.switching.lock().await;
            let expires = control.0.backend.login.become_persona(&persona)?;
            control.tell_auth().await;
            control.expire_after(expires);
            Ok(())
        });
        switch.await.expect("a switch of the login does not panic")
    }

    /// Ends the present login as its expiry does; returns when every plugin knows or its time is up.
    pub async fn expire_auth(&self) {
        self.expire_after(None);
        let _turn = self.0.backend.switching.lock().await;
        self.0.backend.login.expire();
        self.tell_auth().await;
    }

    /// Plans the end of the present login, instead of any that was planned before.
    pub(crate) fn expire_after(&self, expires: Option<Duration>) {
        let control = self.clone();
        let planned = expires.map(|after| {
            let task = tokio::spawn(async move {
                tokio::time::sleep(after).await;
                let _turn = control.0.backend.switching.lock().await;
                control.0.backend.login.expire();
                control.tell_auth().await;
            });
            task.abort_handle()
        });
        let mut expiry = self.0.expiry.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = std::mem::replace(&mut *expiry, planned) {
            before.abort();
        }
    }

    /// Begins to start every plugin that can run.
    pub(crate) fn start_all(&self) {
        for plugin in self.0.plugins.values() {
            let plugin = Arc::clone(plugin);
            tokio::spawn(async move {
                // Its failure is its state, which everybody sees.
                let _ = plugin.start().await;
            });
        }
    }

    /// Waits until no plugin is on its way any more, and returns how they all are.
    pub async fn settled(&self) -> Vec<PluginInfo> {
        join_all(
            self.0
                .plugins
                .values()
                .map(|plugin| plugin.wait_until_settled()),
        )
        .await;
        self.plugins()
    }

    /// Stops everything for good.
    pub(crate) async fn close(&self) {
        self.0.backend.ending.cancel();
        self.expire_after(None);
        join_all(self.0.plugins.values().map(|plugin| plugin.close())).await;
    }

    /// Begins to stop everything for good, and does not wait for it.
    pub(crate) fn abandon(&self) {
        self.0.backend.ending.cancel();
        self.expire_after(None);
        for plugin in self.0.plugins.values() {
            plugin.begin_close();
        }
    }

    /// Something changed that a plugin is built from.
    pub(crate) fn changed(&self, id: &str, by_build: bool) {
        if let Some(plugin) = self.0.plugins.get(id) {
            plugin.sources_changed(by_build);
        }
    }

    /// The newest version of a plugin has a manifest with errors, or not any more.
    pub(crate) fn block(&self, id: &str, is_blocked: bool) {
        if let Some(plugin) = self.0.plugins.get(id) {
            plugin.set_blocked(is_blocked);
        }
    }

    /// A plugin is called otherwise from now on.
    pub(crate) fn rename(&self, id: &str, name: String, version: String) {
        self.names().insert(id.to_owned(), Names { name, version });
    }

    /// Lets the plugins go on that wait for a debugger.
    pub fn go_on(&self) {
        if let Some(debugging) = &self.0.backend.debugging {
            debugging.release();
        }
    }

    /// The project's settings are others from now on.
    pub(crate) fn apply(&self, settings: StratosToml) {
        self.0.backend.login.know(&settings.auth);
        let origins = self.0.backend.origins.write();
        *origins.unwrap_or_else(PoisonError::into_inner) = settings.dev.origins;
    }

    pub(crate) fn note(&self, plugin: &str, level: Level, text: String) {
        self.0.backend.events.log_from_shell(plugin, level, text);
    }

    pub(crate) fn emit(&self, event: Event) {
        self.0.backend.events.emit(event);
    }

    /// Why what serves is not what lies on the disk.
    pub(crate) fn build_status(&self, id: &str) -> Option<BuildStatus> {
        self.0.plugins.get(id)?.build_status()
    }

    /// Resolves when the shell begins to end.
    pub(crate) async fn ending(&self) {
        self.0.backend.ending.cancelled().await;
    }

    /// Whether the shell has begun to end.
    pub(crate) fn is_ending(&self) -> bool {
        self.0.backend.ending.is_cancelled()
    }

    /// The right to play a scenario, unless somebody has it.
    pub(crate) fn turn(&self) -> Option<tokio::sync::OwnedMutexGuard<()>> {
        Arc::clone(&self.0.backend.stage).try_lock_owned().ok()
    }

    /// The session that answers for a path, after the wait for a running update.
    pub(crate) async fn session_for(&self, path: &str) -> Option<Lease> {
        self.0.backend.routing.for_path(path).await
    }

    pub(crate) fn plugin(&self, id: &str) -> Result<Arc<PluginHandle>, PluginError> {
        self.0
            .plugins
            .get(id)
            .cloned()
            .ok_or_else(|| PluginError::Unknown {
                id: id.escape_debug().to_string(),
                known: self.0.plugins.keys().cloned().collect(),
            })
    }

    pub(super) fn store(&self) -> &ConfigStore {
        &self.0.backend.store
    }

    pub(super) fn backend(&self) -> &Backend {
        &self.0.backend
    }

    fn info(&self, plugin: &PluginHandle) -> PluginInfo {
        let status = plugin.status();
        let session = self.0.backend.routing.now(&plugin.id);
        let Names { name, version } = self.names().get(&plugin.id).cloned().unwrap_or_default();
        let runs = status.state == PluginState::Running;
        PluginInfo {
            id: plugin.id.clone(),
            name,
            version,
            generation: status.generation,
            state: status.state,
            build: status.build,
            pid: session.as_ref().and_then(|session| session.process.pid()),
            routes: if runs {
                self.0.backend.routing.prefixes(&plugin.id)
            } else {
                Vec::new()
            },
            channels: session
                .map(|session| session.channels())
                .unwrap_or_default(),
        }
    }

    fn names(&self) -> MutexGuard<'_, BTreeMap<String, Names>> {
        self.0.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn tell_auth(&self) {
        self.0
            .backend
            .tell_auth(self.0.plugins.keys().map(String::as_str))
            .await;
    }
}
