//! The handle of a running shell.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use stratos_manifest::Setting;
use stratos_protocol::logger::Level;
use tokio::task::AbortHandle;

use crate::config::{Origin, PilotTable, ProjectSettings};
use crate::event::{Event, LimitedEvent, Subscriber};
use crate::http::InProcessClient;
use crate::plugin::Runtime;
use crate::plugin::{PluginError, PluginHandle, PluginSpec};
use crate::store::ConfigStore;

/// The handle of a running shell, with all operations on it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Control(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    runtime: Arc<Runtime>,
    pub(super) store: ConfigStore,
    /// The origins of `[dev] origins`, whose pages may call plugins.
    origins: Arc<RwLock<Vec<Origin>>>,
    /// Facts about the pilot. It changes with `stratos.toml`.
    pub(super) pilot: Mutex<PilotTable>,
    /// Client of the shell's own server.
    pub(super) client: InProcessClient,
    /// Held while a scenario is played.
    scenario_lock: Arc<tokio::sync::Mutex<()>>,
    /// The plugins, by id.
    pub(super) plugins: BTreeMap<String, Arc<PluginHandle>>,
    /// Names, versions and settings of the plugins, by id. They change with the manifest.
    pub(super) manifests: Mutex<BTreeMap<String, ManifestInfo>>,
    /// The task that ends the present login when it expires.
    pub(super) expiry: Mutex<Option<AbortHandle>>,
}

/// Name, version and settings in a plugin's manifest.
#[derive(Debug, Clone, Default)]
pub(super) struct ManifestInfo {
    pub(super) name: String,
    pub(super) version: String,
    /// The declared settings; `None` if they are unknown.
    pub(super) settings: Option<Vec<Setting>>,
}

impl Control {
    pub(crate) fn new(
        runtime: Arc<Runtime>,
        plugins: Vec<PluginSpec>,
        store: ConfigStore,
        origins: Arc<RwLock<Vec<Origin>>>,
        pilot: PilotTable,
        client: InProcessClient,
    ) -> Self {
        let manifests = plugins
            .iter()
            .map(|spec| {
                let info = ManifestInfo {
                    name: spec.name.clone(),
                    version: spec.version.clone(),
                    settings: spec.settings.clone(),
                };
                (spec.id.clone(), info)
            })
            .collect();
        let plugins = plugins
            .into_iter()
            .map(|spec| {
                let id = spec.id.clone();
                (id, Arc::new(PluginHandle::new(spec, &runtime)))
            })
            .collect();
        Self(Arc::new(Inner {
            runtime,
            store,
            origins,
            pilot: Mutex::new(pilot),
            client,
            scenario_lock: Arc::default(),
            plugins,
            manifests: Mutex::new(manifests),
            expiry: Mutex::default(),
        }))
    }

    /// Subscribes to all events from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscriber {
        self.runtime().events.subscribe()
    }

    /// Subscribes to the pushes of one plugin from now on.
    pub(crate) fn subscribe_to_pushes(&self, id: &str) -> Subscriber {
        self.runtime().events.subscribe_to_pushes(id)
    }

    pub(crate) fn emit(&self, event: Event) {
        self.runtime().events.emit(event);
    }

    /// Origin of the shell's server, such as `http://127.0.0.1:2066`.
    pub(crate) fn origin(&self) -> String {
        self.0.client.origin()
    }

    /// Emits an event of a plugin, within the plugin's rate limit.
    pub(crate) fn emit_limited(
        &self,
        plugin: &str,
        limited: LimitedEvent,
        event: impl FnOnce() -> Event,
    ) {
        self.runtime().events.emit_limited(plugin, limited, event);
    }

    /// Emits the numbers of the requests that exceeded the rate limit and are not reported yet.
    pub(crate) fn report_suppressed_requests(&self) {
        self.runtime().events.report_all_suppressed();
    }

    /// Whether anybody subscribes to all events.
    pub(crate) fn has_subscribers(&self) -> bool {
        self.runtime().events.has_subscribers()
    }

    /// Emits a log line of the shell about a plugin.
    pub(crate) fn log(&self, plugin: &str, level: Level, text: String) {
        self.runtime().events.log_from_shell(plugin, level, text);
    }

    /// Lets plugins continue that wait for a debugger before their `on_start`.
    pub fn release_debugger_pause(&self) {
        if let Some(pause) = self.runtime().timeouts.debugger() {
            pause.release();
        }
    }

    /// Applies changed settings: personas, origins, airline and pilot. The rest counts at the next start.
    pub(crate) fn apply_config(&self, settings: ProjectSettings) {
        self.runtime()
            .services
            .auth
            .set_personas(&settings.personas);
        let origins = self.0.origins.write();
        *origins.unwrap_or_else(PoisonError::into_inner) = settings.origins;
        let pilot = self.0.pilot.lock();
        *pilot.unwrap_or_else(PoisonError::into_inner) = settings.pilot;
        self.apply_airline(settings.airline);
    }

    /// Waits until the shell begins to stop.
    pub(crate) async fn shutdown_started(&self) {
        self.runtime().shutdown.cancelled().await;
    }

    /// Whether the shell has begun to stop.
    #[must_use]
    pub fn is_shutting_down(&self) -> bool {
        self.runtime().shutdown.is_cancelled()
    }

    /// Takes the lock of the one scenario that may be played at a time; `None` if it is taken.
    pub(crate) fn try_lock_scenario(&self) -> Option<tokio::sync::OwnedMutexGuard<()>> {
        Arc::clone(&self.0.scenario_lock).try_lock_owned().ok()
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

    pub(super) fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }
}
