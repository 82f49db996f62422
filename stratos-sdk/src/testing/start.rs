//! Start of a test shell.

use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use stratos_host::config::check_value;
use stratos_host::control::ControlError;
use stratos_host::event::{EventBus, Journal};
use stratos_host::process::{LaunchOptions, Launcher, LauncherFactory};
use stratos_host::state_dir::StateDirError;
use stratos_host::{PluginSpec, PluginState, Shell, ShellOptions, StateDir};
use stratos_protocol::handshake::Identity;
use stratos_transport::PluginFolders;

use crate::active_polls::ActivePolls;
use crate::context::Clock;
use crate::error::chain;
use crate::testing::builder::TestShellBuilder;
use crate::testing::error::StartError;
use crate::testing::host_kind::{HostKind, clock_is_paused};
use crate::testing::leak_detector::LeakDetector;
use crate::testing::plugin::TestPlugin;
use crate::testing::plugin_factory::PluginFactory;
use crate::testing::shared::Shared;
use crate::testing::shell::TestShell;
use crate::testing::waiter::Waiter;
use crate::testing::watchdog::Watchdog;

impl TestShellBuilder {
    /// Starts the shell and all plugins, and waits until all plugins run.
    ///
    /// # Panics
    ///
    /// If a plugin is errored, with its reason and the transcript.
    #[track_caller]
    pub fn start(self) -> impl Future<Output = TestShell> + Send {
        let at = Location::caller();
        async move {
            match self.try_start().await {
                Ok(shell) => shell,
                Err(error) => panic!("{}, at {at}", chain(&error)),
            }
        }
    }

    /// Like [`start`](Self::start), for tests of a plugin that does not start.
    ///
    /// # Errors
    ///
    /// If a plugin is errored, or the shell cannot be started with these settings.
    pub async fn try_start(self) -> Result<TestShell, StartError> {
        let shell = self.start_anyway().await?;
        for plugin in shell.control().plugins() {
            if let PluginState::Errored { reason } = plugin.state {
                return Err(StartError::Errored {
                    id: plugin.id,
                    reason,
                    log: shell.shared().waiter.recent_transcript(),
                });
            }
        }
        Ok(shell)
    }

    /// Like [`start`](Self::start), for tests of the shell while a plugin is errored.
    ///
    /// # Errors
    ///
    /// If the shell cannot be started with these settings.
    pub async fn start_anyway(self) -> Result<TestShell, StartError> {
        let host = self.host.map_or_else(HostKind::from_env, Ok);
        let host = host.map_err(|value| StartError::UnknownHost { value })?;
        if host == HostKind::Process && self.time.is_some() {
            return Err(StartError::TimeOfProcess);
        }
        let files = tempfile::tempdir().map_err(StartError::Files)?;
        let state = match &self.state_folder {
            Some(folder) => open(folder).await.map_err(StartError::StateFolder)?,
            None => StateDir::in_memory().map_err(StartError::InitialConfig)?,
        };
        let (polls, leak_detector) = (ActivePolls::default(), LeakDetector::default());
        let processes = match host {
            HostKind::Memory => None,
            HostKind::Process => {
                let options = LaunchOptions::new(files.path().to_owned());
                Some(LauncherFactory::new(options).map_err(StartError::Files)?)
            }
        };
        let time = self.time.unwrap_or_else(SystemTime::now);
        let clock = Clock::starting_at(time);
        let data = self.state_folder.as_deref().unwrap_or(files.path());
        let data = std::path::absolute(data.join("data")).map_err(StartError::Files)?;
        let specs = plugin_specs(&self.plugins, |id, plugin| {
            let folders = PluginFolders {
                plugin: plugin.folder().map_err(StartError::Files)?,
                data: data.join(id),
            };
            Ok(match &processes {
                Some(processes) => Arc::new(processes.program(id, &program(id, plugin)?, folders)),
                None => Arc::new(plugin.in_memory(id, folders, clock, &polls, &leak_detector)),
            })
        })?;
        for (plugin, spec) in self.plugins.iter().zip(&specs) {
            store_initial_config(&state, plugin, spec)?;
        }
        let first = specs[0].id.clone();

        let journal = Journal::default();
        let options = ShellOptions {
            auth: self.persona,
            version: self.version,
            answers: self.answers,
            airline: self.airline.0,
            frame_interval: self.frame_interval.unwrap_or_else(|| frame_interval(host)),
            time: Some(time),
            ..ShellOptions::new(state)
        };
        let events = EventBus::with_journal(journal.clone());
        let (shell, client) =
            Shell::start_in_memory(options, specs, events).map_err(StartError::Shell)?;
        let mut folders = Vec::from_iter(self.state_folder);
        folders.push(files.path().to_owned());
        folders.push(std::env::temp_dir());
        let shared = Arc::new(Shared {
            _watchdog: Watchdog::start(polls, self.watchdog_limit),
            leak_detector,
            client,
            waiter: Waiter::new(journal, host, self.timeout, folders),
            shell,
            _files: files,
        });
        shared.shell.ready().await;
        let first = TestPlugin::new(&first, shared);
        Ok(TestShell::from_first_plugin(first))
    }
}

/// Time between two frames of simulator data. A second in virtual time, so that long flights stay quick.
fn frame_interval(host: HostKind) -> Duration {
    match host == HostKind::Memory && clock_is_paused() {
        true => Duration::from_secs(1),
        false => Duration::from_millis(50),
    }
}

/// Opens a state folder. The plugins of a shell that was dropped may release it a moment later.
async fn open(folder: &Path) -> Result<StateDir, StateDirError> {
    const ATTEMPTS: u32 = 200;

    for _ in 1..ATTEMPTS {
        match StateDir::open(folder) {
            Err(StateDirError::Busy { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
            opened => return opened,
        }
    }
    StateDir::open(folder)
}

fn plugin_specs(
    plugins: &[PluginFactory],
    launcher: impl Fn(&str, &PluginFactory) -> Result<Arc<dyn Launcher>, StartError>,
) -> Result<Vec<PluginSpec>, StartError> {
    let mut specs: Vec<PluginSpec> = Vec::new();
    for plugin in plugins {
        let (identity, settings) = plugin.identity().map_err(StartError::Build)?;
        let Identity { id, version } = identity;
        if specs.iter().any(|spec| spec.id == id) {
            return Err(StartError::DuplicateId { id });
        }
        specs.push(PluginSpec {
            name: id.clone(),
            launcher: Ok(launcher(&id, plugin)?),
            id,
            version,
            settings,
        });
    }
    Ok(specs)
}

fn store_initial_config(
    state: &StateDir,
    plugin: &PluginFactory,
    spec: &PluginSpec,
) -> Result<(), StartError> {
    if let Some(settings) = &spec.settings {
        for (key, value) in &plugin.config {
            check_value(settings, key, value).map_err(|error| StartError::Setting {
                plugin: spec.id.clone(),
                source: ControlError::Setting(error),
            })?;
        }
    }
    for (key, value) in plugin.config.iter().chain(&plugin.unchecked_config) {
        let stored = state.store().set(&spec.id, key, value);
        stored.map_err(StartError::InitialConfig)?;
    }
    Ok(())
}

/// Path of the program of a plugin that is to run as a process, unless that is impossible in this test.
fn program(id: &str, plugin: &PluginFactory) -> Result<PathBuf, StartError> {
    let program = plugin.program.clone();
    let id = id.to_owned();
    if clock_is_paused() {
        return Err(StartError::VirtualTime { plugin: id });
    }
    program.ok_or(StartError::NoProgram { plugin: id })
}
