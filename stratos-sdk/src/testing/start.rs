//! Start of a test shell.

use std::path::PathBuf;
use std::sync::Arc;

use stratos_host::event::{EventBus, Journal};
use stratos_host::process::{LaunchOptions, Launcher, LauncherFactory};
use stratos_host::{PluginSpec, PluginState, Shell, ShellOptions, StateDir};
use stratos_protocol::handshake::Identity;
use tempfile::TempDir;

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
use crate::testing::watchdog::{ActivePolls, Watchdog};

impl TestShellBuilder {
    /// Starts the shell and all plugins, and waits until all plugins run.
    ///
    /// # Panics
    ///
    /// If a plugin is errored, with its reason and the transcript.
    pub async fn start(self) -> TestShell {
        match self.try_start().await {
            Ok(shell) => shell,
            Err(error) => panic!("{}", chain(&error)),
        }
    }

    /// Like [`start`](Self::start), for tests of a plugin that does not start.
    ///
    /// # Errors
    ///
    /// If a plugin is errored, or the shell cannot be started with these settings.
    pub async fn try_start(self) -> Result<TestShell, StartError> {
        let shell = start_shell(self).await?;
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
        start_shell(self).await
    }
}

/// Starts the shell of a builder, and waits until every plugin runs or is errored.
async fn start_shell(builder: TestShellBuilder) -> Result<TestShell, StartError> {
    let host = builder.host.map_or_else(HostKind::from_env, Ok);
    let host = host.map_err(|value| StartError::UnknownHost { value })?;
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
    let shared = Arc::new(Shared {
        _watchdog: Watchdog::start(polls, builder.watchdog_limit),
        leak_detector,
        client,
        waiter: Waiter::new(journal, host, builder.timeout, folders),
        shell,
        _program_folder: program_folder,
    });
    shared.shell.ready().await;
    let first = TestPlugin::new(&first, shared);
    Ok(TestShell::from_first_plugin(first))
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
            Some(processes) => Arc::new(processes.program(&id, &program(&id, plugin)?)),
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

/// Path of the program of a plugin that is to run as a process, unless that is impossible in this test.
fn program(id: &str, plugin: &PluginFactory) -> Result<PathBuf, StartError> {
    let program = plugin.program.clone();
    let id = id.to_owned();
    if clock_is_paused() {
        return Err(StartError::VirtualTime { plugin: id });
    }
    program.ok_or(StartError::NoProgram { plugin: id })
}
