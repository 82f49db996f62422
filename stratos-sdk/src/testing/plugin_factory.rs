//! Factories of the plugins under test.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use serde_json::Value;
use stratos_host::config::Setting;
use stratos_host::process::InMemoryLauncher;
use stratos_protocol::handshake::Identity;
use stratos_transport::{HostConnection, PluginFolders};

use crate::active_polls::{ActivePolls, PluginPolls};
use crate::builder::{BuildError, BuiltPlugin, PluginBuilder};
use crate::context::Clock;
use crate::instrument::Instrumentation;
use crate::plugin::Plugin;
use crate::serve::tracing_dispatch;
use crate::session::{SessionOptions, run_with};
use crate::settings::SettingSpec;
use crate::testing::leak_detector::LeakDetector;

/// Types that convert into a [`Plugin`]: every plugin, and a [`PluginBuilder`].
#[diagnostic::on_unimplemented(
    message = "the closure of `TestShell::new` must return a plugin, not `{Self}`",
    label = "not a Stratos plugin",
    note = "write `#[stratos::plugin]` on the `impl` block of `{Self}`, or return the result of `create_plugin(...)`",
    note = "the closure must return the plugin itself, not an `Option` or `Result`"
)]
pub trait IntoPlugin {
    /// Type of the plugin.
    type Plugin: Plugin;

    /// Converts the value into a plugin.
    ///
    /// # Errors
    ///
    /// If a hook is missing.
    fn into_plugin(self) -> Result<Self::Plugin, BuildError>;
}

/// Creates and runs one plugin of a test shell.
pub(crate) struct PluginFactory {
    identify: Box<dyn Fn() -> Result<Declared, BuildError> + Send + Sync>,
    run: Arc<Run>,
    /// Initial values of settings.
    pub(crate) config: Vec<(String, Value)>,
    /// Initial config values that are the plugin's own.
    pub(crate) unchecked_config: Vec<(String, Value)>,
    /// Path of the plugin's program, for runs as a process.
    pub(crate) program: Option<PathBuf>,
    /// Folder with the plugin's manifest; `None` for the working folder, which is the package's in `cargo test`.
    pub(crate) folder: Option<PathBuf>,
}

/// Id and version, and the settings that the manifest declares; `None` if they are unknown.
type Declared = (Identity, Option<Vec<Setting>>);

type Run = dyn Fn(HostConnection, SessionOptions) -> BoxFuture<'static, ()> + Send + Sync;

impl PluginFactory {
    pub(crate) fn new<P: IntoPlugin>(make: impl Fn() -> P + Send + Sync + 'static) -> Self {
        let make = Arc::new(make);
        // The plugin that `identify` has made also serves the first start, since `make` may return each plugin once.
        let first = Arc::new(Mutex::new(None));
        let identify = {
            let (make, first) = (Arc::clone(&make), Arc::clone(&first));
            move || {
                let plugin = make().into_plugin()?;
                let identity = plugin.identity();
                let settings = plugin.declared_settings().map(parse_settings);
                *first.lock().unwrap_or_else(PoisonError::into_inner) = Some(plugin);
                Ok((identity, settings))
            }
        };
        let run = move |connection, options| -> BoxFuture<'static, ()> {
            let make = Arc::clone(&make);
            let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
            Box::pin(async move {
                let plugin = first.unwrap_or_else(|| {
                    let plugin = make().into_plugin();
                    plugin.expect("the builder of the first plugin was complete")
                });
                // The shell reports how the session ended.
                let _ = run_with(plugin, connection, options).await;
            })
        };
        Self {
            identify: Box::new(identify),
            run: Arc::new(run),
            config: Vec::new(),
            unchecked_config: Vec::new(),
            program: None,
            folder: None,
        }
    }

    /// Makes the first plugin, and returns what it says about itself. A plugin without `#[stratos::plugin]` does not know
    /// its settings.
    pub(crate) fn identity(&self) -> Result<Declared, BuildError> {
        (self.identify)()
    }

    /// Absolute path of the folder with the plugin's manifest.
    pub(crate) fn folder(&self) -> io::Result<PathBuf> {
        match &self.folder {
            Some(folder) => std::path::absolute(folder),
            None => std::env::current_dir(),
        }
    }

    /// Launcher that runs the plugin in this process, with a new plugin for each start.
    pub(crate) fn in_memory(
        &self,
        id: &str,
        folders: PluginFolders,
        clock: Clock,
        polls: &ActivePolls,
        leak_detector: &LeakDetector,
    ) -> InMemoryLauncher {
        let run = Arc::clone(&self.run);
        let polls = PluginPolls {
            polls: polls.clone(),
            plugin: id.into(),
            watchdog: None,
        };
        let (id, leak_detector) = (id.to_owned(), leak_detector.clone());
        InMemoryLauncher::new(folders, move |connection| {
            let (id, leak_detector) = (id.clone(), leak_detector.clone());
            let mut options = SessionOptions {
                clock,
                ..SessionOptions::default()
            };
            options.instrumentation = Instrumentation {
                polls: Some(polls.clone()),
                logs_panics: false,
                subscriber: Some(tracing_dispatch(options.logger.detached())),
            };
            options.on_end = Some(Box::new(move |ctx| leak_detector.check(&id, ctx)));
            run(connection, options)
        })
    }
}

/// Parses the settings that `#[stratos::plugin]` has embedded.
fn parse_settings(specs: &[SettingSpec]) -> Vec<Setting> {
    let parse = |spec: &SettingSpec| serde_json::from_str(spec.json);
    let settings: Result<_, _> = specs.iter().map(parse).collect();
    settings.expect("the macro embeds valid settings")
}

impl<P: Plugin> IntoPlugin for P {
    type Plugin = P;

    fn into_plugin(self) -> Result<P, BuildError> {
        Ok(self)
    }
}

impl IntoPlugin for PluginBuilder {
    type Plugin = BuiltPlugin;

    fn into_plugin(self) -> Result<BuiltPlugin, BuildError> {
        self.build()
    }
}

impl fmt::Debug for PluginFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginFactory")
            .field("config", &self.config)
            .field("unchecked_config", &self.unchecked_config)
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}
