//! The handle of a running shell.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use stratos_protocol::logger::Level;
use tokio::task::AbortHandle;

use crate::config::StratosToml;
use crate::event::{Event, Subscriber};
use crate::plugin::{PluginError, PluginHandle};
use crate::routing::Lease;
use crate::shell::{Backend, PluginSpec, plugin};

/// The handle of a running shell, with all operations on it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Control(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    backend: Arc<Backend>,
    /// The plugins, by id.
    pub(super) plugins: BTreeMap<String, Arc<PluginHandle>>,
    /// Display names and versions of the plugins, by id. They change with the manifest.
    pub(super) labels: Mutex<BTreeMap<String, Label>>,
    /// The task that ends the present login when it expires.
    pub(super) expiry: Mutex<Option<AbortHandle>>,
}

/// The display name and the version in a plugin's manifest.
#[derive(Debug, Clone, Default)]
pub(super) struct Label {
    pub(super) name: String,
    pub(super) version: String,
}

impl Control {
    pub(crate) fn new(backend: Arc<Backend>, plugins: Vec<PluginSpec>) -> Self {
        let labels = plugins
            .iter()
            .map(|spec| {
                let (name, version) = (spec.name.clone(), spec.version.clone());
                (spec.id.clone(), Label { name, version })
            })
            .collect();
        let plugins = plugins
            .into_iter()
            .map(|spec| (spec.id.clone(), Arc::new(plugin(spec, &backend))))
            .collect();
        Self(Arc::new(Inner {
            backend,
            plugins,
            labels: Mutex::new(labels),
            expiry: Mutex::default(),
        }))
    }

    /// Subscribes to all events from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscriber {
        self.backend().events.subscribe()
    }

    /// Subscribes to the pushes of one plugin from now on.
    pub(crate) fn subscribe_to_pushes(&self, id: &str) -> Subscriber {
        self.backend().events.subscribe_to_pushes(id)
    }

    pub(crate) fn emit(&self, event: Event) {
        self.backend().events.emit(event);
    }

    /// Emits a log line of the shell about a plugin.
    pub(crate) fn log(&self, plugin: &str, level: Level, text: String) {
        self.backend().events.log_from_shell(plugin, level, text);
    }

    /// Lets plugins continue that wait for a debugger before their `on_start`.
    pub fn release_debugger_pause(&self) {
        if let Some(debugging) = &self.backend().debugging {
            debugging.release();
        }
    }

    /// Applies a changed `stratos.toml`: personas and `[dev] origins`. The rest counts at the next start.
    pub(crate) fn apply_config(&self, config: StratosToml) {
        self.backend().login.know(&config.auth);
        let origins = self.backend().origins.write();
        *origins.unwrap_or_else(PoisonError::into_inner) = config.dev.origins;
    }

    /// Waits until the shell begins to stop.
    pub(crate) async fn shutdown_started(&self) {
        self.backend().ending.cancelled().await;
    }

    /// Whether the shell has begun to stop.
    pub(crate) fn is_shutting_down(&self) -> bool {
        self.backend().ending.is_cancelled()
    }

    /// Takes the lock of the one scenario that may be played at a time; `None` if it is taken.
    pub(crate) fn try_lock_scenario(&self) -> Option<tokio::sync::OwnedMutexGuard<()>> {
        Arc::clone(&self.backend().stage).try_lock_owned().ok()
    }

    /// A lease on the session that serves a path. Waits for an update that is between stop and start.
    pub(crate) async fn session_for(&self, path: &str) -> Option<Lease> {
        self.backend().routing.for_path(path).await
    }

    /// A plugin by its id.
    pub(crate) fn plugin(&self, id: &str) -> Result<Arc<PluginHandle>, PluginError> {
        let plugins = &self.0.plugins;
        let plugin = plugins.get(id).cloned();
        plugin.ok_or_else(|| PluginError::Unknown {
            id: id.escape_debug().to_string(),
            known: plugins.keys().cloned().collect(),
        })
    }

    pub(super) fn backend(&self) -> &Backend {
        &self.0.backend
    }
}
