//! The shell of a test.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::panic::Location;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stratos_host::control::Control;
use stratos_host::events::Events;
use stratos_host::journal::Journal;
use stratos_host::process::{LaunchOptions, Launcher, LauncherFactory};
use stratos_host::{Door, PluginSpec, PluginState, Shell, ShellOptions, StateDir};
use tempfile::TempDir;

use crate::testing::builder::{IntoPlugin, TestShellBuilder};
use crate::testing::error::StartError;
use crate::testing::host::Host;
use crate::testing::leaks::{Leak, Report};
use crate::testing::plugin::TestPlugin;
use crate::testing::waiting::Waiting;
use crate::testing::watchdog::{Activity, Watchdog};

/// The mocked shell within a test, with one plugin or several; see the [module](crate::testing).
///
/// It stands for its first plugin: all methods of [`TestPlugin`] are its own too. Dropping it ends everything.
#[derive(Debug)]
pub struct TestShell {
    first: TestPlugin,
}

/// What the shell and the handles on its plugins share.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) shell: Shell,
    pub(crate) door: Door,
    pub(crate) waiting: Waiting,
    activity: Activity,
    _watchdog: Watchdog,
    /// The programs of plugins that are processes.
    _programs: Option<TempDir>,
}

impl TestShell {
    /// A shell for the plugin that the closure makes: anew for each start and each update.
    ///
    /// Where the plugin is a process, the closure runs once, to tell who the plugin is.
    #[expect(clippy::new_ret_no_self, reason = "there is one way to make it")]
    pub fn new<P: IntoPlugin>(make: impl Fn() -> P + Send + Sync + 'static) -> TestShellBuilder {
        TestShellBuilder::new(make)
    }

    /// One of the plugins.
    ///
    /// # Panics
    ///
    /// When there is none with this id.
    #[must_use]
    #[track_caller]
    pub fn plugin(&self, id: &str) -> TestPlugin {
        let plugins = self.inner().shell.control().plugins();
        let known: Vec<_> = plugins.iter().map(|plugin| plugin.id.as_str()).collect();
        assert!(
            known.contains(&id),
            "there is no plugin `{id}`; there are {known:?}"
        );
        TestPlugin::new(id, Arc::clone(self.inner()))
    }

    /// Somebody signs in; returns when the plugins know.
    ///
    /// # Panics
    ///
    /// When it takes too long.
    #[track_caller]
    pub fn sign_in(&self) -> impl Future<Output = ()> + Send {
        self.become_persona("signed-in")
    }

    /// The pilot signs out; returns when the plugins know.
    ///
    /// # Panics
    ///
    /// When it takes too long.
    #[track_caller]
    pub fn sign_out(&self) -> impl Future<Output = ()> + Send {
        self.become_persona("signed-out")
    }

    /// Another login: see [`TestShellBuilder::persona`].
    ///
    /// # Panics
    ///
    /// When there is no such persona, or it takes too long.
    #[track_caller]
    pub fn become_persona(&self, name: &str) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        async move {
            let switch = self.control().switch_auth(name);
            let what = format!("the login `{name}`");
            let switched = self.inner().waiting.within(&what, at, switch).await;
            switched.unwrap_or_else(|error| panic!("{error}"));
        }
    }

    /// The login expires now; returns when the plugins know.
    ///
    /// # Panics
    ///
    /// When it takes too long.
    #[track_caller]
    pub fn token_expires(&self) -> impl Future<Output = ()> + Send {
        let expiry = self.control().expire_auth();
        let waiting = &self.inner().waiting;
        waiting.within("the end of the login", Location::caller(), expiry)
    }

    /// Lets everything that plugins ask of the config store fail, until [`config_works`](Self::config_works).
    pub fn config_fails(&self, reason: &str) {
        self.inner().shell.control().break_store(reason);
    }

    /// Lets everything that plugins ask of the config store take this long, until
    /// [`config_works`](Self::config_works).
    pub fn config_is_slow(&self, delay: Duration) {
        self.inner().shell.control().slow_store(delay);
    }

    /// The config store works again.
    pub fn config_works(&self) {
        self.inner().shell.control().mend_store();
    }

    /// Stops all plugins that run, and tells what any of them has left behind so far.
    ///
    /// # Panics
    ///
    /// When it takes too long.
    #[track_caller]
    pub fn stop(&self) -> impl Future<Output = Report> + Send {
        let at = Location::caller();
        let waiting = &self.inner().waiting;
        async move {
            waiting
                .within("the stop of all plugins", at, self.stop_all())
                .await
        }
    }

    async fn stop_all(&self) -> Report {
        let control = self.inner().shell.control();
        let running = control.plugins().into_iter();
        let running = running.filter(|plugin| plugin.state == PluginState::Running);
        let stopped = running.map(|plugin| async move { control.stop(&plugin.id).await });
        for stopped in futures_util::future::join_all(stopped).await {
            stopped.unwrap_or_else(|error| panic!("{error}{}", self.inner().waiting.so_far()));
        }
        self.inner().report(None).await
    }

    /// Everything that happened so far, in order and without what differs from run to run: made for `insta`.
    ///
    /// What one plugin does comes in its own order. What several of them, or a plugin and a request, do at the same
    /// time is in order as well in memory on a runtime of one thread, which is what `#[tokio::test]` makes.
    #[must_use]
    pub fn transcript(&self) -> String {
        self.inner().waiting.transcript()
    }

    pub(crate) fn all_run(self) -> Result<Self, StartError> {
        for plugin in self.inner().shell.control().plugins() {
            if let PluginState::Errored { reason } = plugin.state {
                return Err(StartError::Errored {
                    id: plugin.id,
                    reason,
                    log: self.inner().waiting.so_far(),
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
    /// What the plugin, or any of them, has left behind.
    pub(crate) async fn report(&self, plugin: Option<&str>) -> Report {
        self.activity.settled().await;
        let logged = |entries: &[_]| entries.iter().filter_map(Leak::in_log).collect::<Vec<_>>();
        let mut leaks = self.waiting.journal().read(logged);
        leaks.extend(self.activity.leaks());
        leaks.retain(|leak| plugin.is_none_or(|id| leak.plugin() == id));
        let mut registered = self.activity.registered();
        registered.retain(|registered| plugin.is_none_or(|id| registered.plugin() == id));
        Report {
            leaks,
            registered,
            host: self.waiting.host,
        }
    }
}

/// Starts what the builder says, and waits until no plugin is on its way any more.
pub(crate) async fn open(builder: TestShellBuilder) -> Result<TestShell, StartError> {
    let host = builder.host.map_or_else(Host::of_run, Ok)?;
    let activity = Activity::default();
    let programs = match host {
        Host::Memory => None,
        Host::Process => Some(tempfile::tempdir().map_err(StartError::Programs)?),
    };
    let state = match &builder.state {
        Some(folder) => StateDir::open(folder).map_err(StartError::State)?,
        None => StateDir::in_memory().map_err(StartError::Preset)?,
    };
    let specs = specs(&builder, &state, programs.as_ref(), &activity)?;
    let first = specs[0].id.clone();

    let journal = Journal::default();
    let options = ShellOptions {
        auth: builder.auth,
        version: builder.version,
        ..ShellOptions::new(state)
    };
    let events = Events::kept_in(journal.clone());
    let (shell, door) =
        Shell::start_in_memory(options, specs, events).map_err(StartError::Shell)?;
    let folders = programs.iter().map(|folder| folder.path().to_owned());
    let folders: Vec<PathBuf> = builder.state.into_iter().chain(folders).collect();
    let folders = [folders, vec![std::env::temp_dir()]].concat();
    let inner = Arc::new(Inner {
        _watchdog: activity.watch(builder.block_limit),
        activity,
        door,
        waiting: Waiting::new(journal, host, builder.deadline, folders),
        shell,
        _programs: programs,
    });
    inner.shell.ready().await;
    let first = TestPlugin::new(&first, inner);
    Ok(TestShell { first })
}

fn specs(
    builder: &TestShellBuilder,
    state: &StateDir,
    programs: Option<&TempDir>,
    activity: &Activity,
) -> Result<Vec<PluginSpec>, StartError> {
    let processes = match programs {
        Some(folder) => {
            let made = LauncherFactory::new(LaunchOptions::new(folder.path().to_owned()));
            Some(made.map_err(StartError::Programs)?)
        }
        None => None,
    };
    let mut specs = BTreeMap::new();
    let mut order = Vec::new();
    for plugin in &builder.plugins {
        let identity = plugin.identity()?;
        let id = identity.id;
        let launcher: Arc<dyn Launcher> = match &processes {
            Some(processes) => {
                let program = Host::program(&id, plugin.program.as_ref())?;
                Arc::new(processes.program(&id, &program))
            }
            None => Arc::new(plugin.in_memory(&id, activity)),
        };
        for (key, value) in &plugin.config {
            let stored = state.store().set(&id, key, value);
            stored.map_err(StartError::Preset)?;
        }
        let spec = PluginSpec {
            id: id.clone(),
            name: id.clone(),
            version: identity.version,
            launcher: Ok(launcher),
        };
        if specs.insert(id.clone(), spec).is_some() {
            return Err(StartError::SameId { id });
        }
        order.push(id);
    }
    let in_order = order.iter().filter_map(|id| specs.remove(id));
    Ok(in_order.collect())
}
