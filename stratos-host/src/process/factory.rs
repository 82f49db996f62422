//! The factory of process launchers.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use stratos_transport::PluginFolders;
use tokio::time::timeout;

use crate::config::EnvVars;
use crate::process::process_launcher::ProcessLauncher;
use crate::process::program_source::PrebuiltProgram;
use crate::process::run_context::{LaunchOptions, RunContext};

/// Timeout of the shell's shutdown for the search for orphans.
pub(crate) const ORPHAN_SEARCH_TIMEOUT: Duration = Duration::from_millis(300);

/// Creates the process launchers of one shell, which share its folder of programs, its sockets and its builds.
#[derive(Debug, Clone)]
pub struct LauncherFactory(pub(super) Arc<RunContext>);

impl LauncherFactory {
    /// Prepares the folder of this run and starts the spawner thread. Must be called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// When a folder, the run record, a thread or the guardian cannot be created.
    pub fn new(options: LaunchOptions) -> io::Result<Self> {
        Ok(Self(Arc::new(RunContext::new(options)?)))
    }

    /// A launcher for a plugin whose program is built already.
    #[must_use]
    pub fn program(&self, plugin: &str, program: &Path, folders: PluginFolders) -> ProcessLauncher {
        let source = PrebuiltProgram(program.to_owned());
        ProcessLauncher::new(plugin, Box::new(source), folders, Arc::clone(&self.0))
    }

    /// Replaces the `[env]` variables, by plugin id, of the plugins that start from now on.
    ///
    /// [`LaunchOptions::env`] overrides them.
    pub fn set_env(&self, env: BTreeMap<String, EnvVars>) {
        self.0.env.set(env);
    }

    /// Waits until orphans of terminated plugins are killed, up to 300 ms.
    pub async fn wait_for_orphan_search(&self) {
        self.0.supervisors.close();
        let _ = timeout(ORPHAN_SEARCH_TIMEOUT, self.0.supervisors.wait()).await;
    }
}
