//! The test shell.

use std::ops::Deref;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use stratos_host::control::Control;
use stratos_host::event::EventBus;
use stratos_host::event::Journal;
use stratos_host::process::{LaunchOptions, Launcher, LauncherFactory};
use stratos_host::{InProcessClient, PluginSpec, PluginState, Shell, ShellOptions, StateDir};
use stratos_protocol::handshake::Identity;
use tempfile::TempDir;

use crate::testing::builder::TestShellBuilder;
use crate::testing::error::StartError;
use crate::testing::host_kind::{HostKind, program};
use crate::testing::leak_detector::LeakDetector;
use crate::testing::plugin::TestPlugin;
use crate::testing::plugin_factory::{IntoPlugin, PluginFactory};
use crate::testing::report::{Leak, Report};
use crate::testing::waiter::Waiter;
use crate::testing::watchdog::{ActivePolls, Watchdog};

/// Mocked shell of a test, with one or more plugins; see the [module](crate::testing).
///
/// Dereferences to its first plugin, so all methods of [`TestPlugin`] are available. Dropping it ends all plugins.
#[derive(Debug)]
pub struct TestShell {
    first: TestPlugin,
}

/// State that the shell and the handles to its plugins share.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) shell: Shell,
    pub(crate) client: InProcessClient,
    pub(crate) waiter: Waiter,
    leak_detector: LeakDetector,
    _watchdog: Watchdog,
    /// Folder with copies of the programs of plugins that run as processes.
    _program_folder: Option<TempDir>,
}

impl TestShell {
    /// Creates a builder for a shell. The closure makes the plugin, once for each start and each update.
    ///
    /// If the plugin runs as a process, the closure is called once to get the plugin's id.
    #[expect(
        clippy::new_ret_no_self,
        reason = "authors look for `new`, and a shell is only made by its builder"
    )]
    pub fn new<P: IntoPlugin>(make: impl Fn() -> P + Send + Sync + 'static) -> TestShellBuilder {
        TestShellBuilder::new(make)
    }

    /// Returns a handle to a plugin.
    ///
    /// # Panics
    ///
    /// If there is no plugin with this id.
    #[must_use]
    #[track_caller]
    pub fn plugin(&self, id: &str) -> TestPlugin {
        let plugins = self.inner().shell.control().plugins();
        let ids: Vec<_> = plugins.iter().map(|plugin| plugin.id.as_str()).collect();
        assert!(
            ids.contains(&id),
            "there is no plugin `{id}`; the plugins are {ids:?}"
        );
        TestPlugin::new(id, Arc::clone(self.inner()))
    }

    /// Signs the pilot in, and waits until all plugins have been notified.
    ///
    /// # Panics
    ///
    /// After the timeout.
    #[track_caller]
    pub fn sign_in(&self) -> impl Future<Output = ()> + Send {
        self.become_persona("signed-in")
    }

    /// Signs the pilot out, and waits until all plugins have been notified.
    ///
    /// # Panics
    ///
    /// After the timeout.
    #[track_caller]
    pub fn sign_out(&self) -> impl Future<Output = ()> + Send {
        self.become_persona("signed-out")
    }

    /// Switches the login, see [`TestShellBuilder::persona`], and waits until all plugins have been notified.
    ///
    /// # Panics
    ///
    /// If there is no such persona, or after the timeout.
    #[track_caller]
    pub fn become_persona(&self, name: &str) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        async move {
            let switch = self.control().switch_auth(name);
            let what = format!("the switch to the login `{name}`");
            let switched = self.inner().waiter.within(&what, at, switch).await;
            switched.unwrap_or_else(|error| panic!("{error}"));
        }
    }

    /// Lets the login expire, and waits until all plugins have been notified.
    ///
    /// # Panics
    ///
    /// After the timeout.
    #[track_caller]
    pub fn token_expires(&self) -> impl Future<Output = ()> + Send {
        let expiry = self.control().expire_auth();
        let waiter = &self.inner().waiter;
        waiter.within("the expiry of the login", Location::caller(), expiry)
    }

    /// Makes all config operations of plugins fail with `reason`, until [`config_works`](Self::config_works) is called.
    pub fn config_fails(&self, reason: &str) {
        self.inner().shell.control().fail_store(reason);
    }

    /// Delays all config operations of plugins, until [`config_works`](Self::config_works) is called.
    pub fn config_is_slow(&self, delay: Duration) {
        self.inner().shell.control().delay_store(delay);
    }

    /// Ends [`config_fails`](Self::config_fails) and [`config_is_slow`](Self::config_is_slow).
    pub fn config_works(&self) {
        self.inner().shell.control().restore_store();
    }

    /// Stops all running plugins, and reports the leaks of all plugins so far.
    ///
    /// # Panics
    ///
    /// After the timeout.
    #[track_caller]
    pub fn stop(&self) -> impl Future<Output = Report> + Send {
        let at = Location::caller();
        let waiter = &self.inner().waiter;
        let stop = self.stop_all();
        async move { waiter.within("the stop of all plugins", at, stop).await }
    }

    async fn stop_all(&self) -> Report {
        let control = self.inner().shell.control();
        let plugins = control.plugins().into_iter();
        let running = plugins.filter(|plugin| plugin.state == PluginState::Running);
        let stops = running.map(|plugin| async move { control.stop(&plugin.id).await });
        for stopped in join_all(stops).await {
            stopped.unwrap_or_else(|error| {
                panic!("{error}{}", self.inner().waiter.recent_transcript())
            });
        }
        self.inner().report(None).await
    }

    /// Transcript of all events so far, one per line, for example for a snapshot test with `insta`.
    ///
    /// Values that differ from run to run, such as tokens, ports and durations, are redacted. The events of one plugin
    /// are always in the same order. Concurrent events of several plugins or requests are in the same order if the
    /// plugins run in memory on a single-threaded runtime, which is the default of `#[tokio::test]`.
    #[must_use]
    pub fn transcript(&self) -> String {
        self.inner().waiter.transcript()
    }

    /// Fails if a plugin is errored.
    pub(crate) fn check_running(self) -> Result<Self, StartError> {
        for plugin in self.inner().shell.control().plugins() {
            if let PluginState::Errored { reason } = plugin.state {
                return Err(StartError::Errored {
                    id: plugin.id,
                    reason,
                    log: self.inner().waiter.recent_transcript(),
                });
            }
        }
        Ok(self)
    }

    pub(crate) fn control(&self) -> &Control {
        self.inner().shell.control()
    }

    fn inner(&self) -> &Arc<Inner> {
        self.first.inner()
    }
}

impl Deref for TestShell {
    type Target = TestPlugin;

    fn deref(&self) -> &TestPlugin {
        &self.first
    }
}

impl Inner {
    /// Reports the leaks of one plugin, or of all.
    pub(crate) async fn report(&self, plugin: Option<&str>) -> Report {
        self.leak_detector.wait().await;
        let logged = |entries: &[_]| {
            entries
                .iter()
                .filter_map(Leak::from_log)
                .collect::<Vec<_>>()
        };
        let mut leaks = self.waiter.journal().read(logged);
        leaks.extend(self.leak_detector.leaks());
        leaks.retain(|leak| plugin.is_none_or(|id| leak.plugin() == id));
        let mut registered = self.leak_detector.registered();
        registered.retain(|registered| plugin.is_none_or(|id| registered.plugin() == id));
        Report {
            leaks,
            registered,
            host: self.waiter.host,
        }
    }
}

/// Starts the shell of a builder, and waits until every plugin runs or is errored.
pub(crate) async fn start_shell(builder: TestShellBuilder) -> Result<TestShell, StartError> {
    let host = builder.host.map_or_else(HostKind::from_env, Ok)?;
    let program_folder = match host {
        HostKind::Memory => None,
        HostKind::Process => Some(tempfile::tempdir().map_err(StartError::ProgramFolder)?),
    };
    let state = match &builder.state_folder {
        Some(folder) => StateDir::open(folder).map_err(StartError::StateFolder)?,
        None => StateDir::in_memory().map_err(StartError::InitialConfig)?,
    };
    let (polls, leak_detector) = (ActivePolls::default(), LeakDetector::default());
    let launchers = Launchers {
        processes: match &program_folder {
            Some(folder) => Some(processes(folder)?),
            None => None,
        },
        polls: &polls,
        leak_detector: &leak_detector,
    };
    let specs = plugin_specs(&builder.plugins, &launchers)?;
    for (plugin, spec) in builder.plugins.iter().zip(&specs) {
        for (key, value) in &plugin.config {
            let stored = state.store().set(&spec.id, key, value);
            stored.map_err(StartError::InitialConfig)?;
        }
    }
    let first = specs[0].id.clone();

    let journal = Journal::default();
    let options = ShellOptions {
        auth: builder.persona,
        version: builder.version,
        ..ShellOptions::new(state)
    };
    let events = EventBus::with_journal(journal.clone());
    let (shell, client) =
        Shell::start_in_memory(options, specs, events).map_err(StartError::Shell)?;
    let mut folders = Vec::from_iter(builder.state_folder);
    folders.extend(program_folder.iter().map(|folder| folder.path().to_owned()));
    folders.push(std::env::temp_dir());
    let inner = Arc::new(Inner {
        _watchdog: Watchdog::start(polls, builder.watchdog_limit),
        leak_detector,
        client,
        waiter: Waiter::new(journal, host, builder.timeout, folders),
        shell,
        _program_folder: program_folder,
    });
    inner.shell.ready().await;
    let first = TestPlugin::new(&first, inner);
    Ok(TestShell { first })
}

/// Parts that the launchers of all plugins share.
struct Launchers<'a> {
    /// Launches plugins as processes; `None` if plugins run in memory.
    processes: Option<LauncherFactory>,
    polls: &'a ActivePolls,
    leak_detector: &'a LeakDetector,
}

fn processes(folder: &TempDir) -> Result<LauncherFactory, StartError> {
    let processes = LauncherFactory::new(LaunchOptions::new(folder.path().to_owned()));
    processes.map_err(StartError::ProgramFolder)
}

fn plugin_specs(
    plugins: &[PluginFactory],
    launchers: &Launchers<'_>,
) -> Result<Vec<PluginSpec>, StartError> {
    let mut specs: Vec<PluginSpec> = Vec::new();
    for plugin in plugins {
        let Identity { id, version } = plugin.identity().map_err(StartError::Build)?;
        if specs.iter().any(|spec| spec.id == id) {
            return Err(StartError::DuplicateId { id });
        }
        let launcher: Arc<dyn Launcher> = match &launchers.processes {
            Some(processes) => {
                let program = program(&id, plugin.program.as_ref())?;
                Arc::new(processes.program(&id, &program))
            }
            None => Arc::new(plugin.in_memory(&id, launchers.polls, launchers.leak_detector)),
        };
        specs.push(PluginSpec {
            name: id.clone(),
            id,
            version,
            launcher: Ok(launcher),
        });
    }
    Ok(specs)
}
