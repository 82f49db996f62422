//! The factory of process launchers.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use stratos_transport::PluginFolders;
use tokio::time::timeout;

use crate::config::EnvVars;
use crate::process::process_launcher::{ProcessLauncher, Source};
use crate::process::run_context::{LaunchOptions, RunContext};

/// Timeout of the shell's shutdown for the search for orphans.
pub(crate) const ORPHAN_SEARCH_TIMEOUT: Duration = Duration::from_millis(300);

/// Creates the process launchers of one shell, which share its folder of programs, its sockets and its builds.
#[derive(Debug, Clone)]
pub struct LauncherFactory(Arc<RunContext>);

impl LauncherFactory {
    /// Prepares the folder of this run and starts the spawner thread. Must be called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// When a folder, the run record, a thread or the guardian cannot be created.
    pub fn new(options: LaunchOptions) -> io::Result<Self> {
        Ok(Self(Arc::new(RunContext::new(options)?)))
    }

    /// A launcher for a plugin that cargo builds from this `Cargo.toml`.
    #[must_use]
    pub fn cargo_package(
        &self,
        plugin: &str,
        cargo_toml: &Path,
        folders: PluginFolders,
    ) -> ProcessLauncher {
        let source = Source::CargoPackage(cargo_toml.to_owned());
        ProcessLauncher::new(plugin, source, folders, Arc::clone(&self.0))
    }

    /// A launcher for a plugin whose program is built already.
    #[must_use]
    pub fn program(&self, plugin: &str, program: &Path, folders: PluginFolders) -> ProcessLauncher {
        let source = Source::Program(program.to_owned());
        ProcessLauncher::new(plugin, source, folders, Arc::clone(&self.0))
    }

    /// Replaces the `[env]` variables, by plugin id, of the plugins that start from now on.
    ///
    /// [`LaunchOptions::env`] overrides them.
    pub fn set_env(&self, env: BTreeMap<String, EnvVars>) {
        self.0.env.set(env);
    }

    /// Hides cargo's progress from now on, for example because a prompt uses the terminal.
    pub fn hide_build_progress(&self) {
        self.0.quiet.store(true, Ordering::Relaxed);
    }

    /// Waits until orphans of terminated plugins are killed, up to 300 ms.
    pub async fn wait_for_orphan_search(&self) {
        self.0.supervisors.close();
        let _ = timeout(ORPHAN_SEARCH_TIMEOUT, self.0.supervisors.wait()).await;
    }

    /// The path at which cargo last built a plugin's program.
    pub(crate) fn built_program(&self, plugin: &str) -> Option<PathBuf> {
        self.0.built_programs().get(plugin).cloned()
    }

    /// The cargo executable.
    pub(crate) fn cargo(&self) -> &OsStr {
        &self.0.cargo.program
    }
}
