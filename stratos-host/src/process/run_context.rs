//! Options of the process launchers, and the state that they share.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;
use tokio_util::task::TaskTracker;

#[cfg(feature = "reload")]
use crate::process::cargo_build::{BuildContext, CargoOptions};
use crate::process::env::PluginEnv;
use crate::process::guardian::Guardian;
use crate::process::run_record::{RUN_PREFIX, RunRecord};
use crate::process::sockets::SocketDir;
use crate::process::spawner::Spawner;

/// Options of a [`LauncherFactory`](super::LauncherFactory).
#[derive(Debug)]
pub struct LaunchOptions {
    /// The state folder. Each run creates a folder for its copies of programs in its folder `programs`, and cargo builds
    /// in its folder `target`, unless the author has named another one.
    pub state_dir: PathBuf,
    /// Options of builds.
    #[cfg(feature = "reload")]
    pub cargo: CargoOptions,
    /// Folder for sockets if the temporary folder has a long path, such as `$XDG_RUNTIME_DIR`; then `/tmp`.
    pub runtime_dir: Option<PathBuf>,
    /// Environment variables of all plugins. Override those of `stratos.toml`.
    pub env: BTreeMap<String, OsString>,
    /// Names of environment variables of this process that plugins do not get, such as those with secrets.
    pub withheld_env: Vec<String>,
    /// Command of the guardian, a process that outlives the shell: called with the path of the run record, it has to
    /// call `run_guardian`. Without it, started processes are not recorded.
    pub guardian: Option<Command>,
}

/// State that the launchers of one run share.
#[derive(Debug)]
pub(super) struct RunContext {
    pub(super) sockets: SocketDir,
    pub(super) spawner: Spawner,
    /// Folder of each start's copy of its program; removed when this value is dropped.
    pub(super) run_dir: TempDir,
    #[cfg(feature = "reload")]
    pub(super) build_context: Arc<BuildContext>,
    /// None without a guardian.
    pub(super) run_record: Option<Arc<RunRecord>>,
    pub(super) env: PluginEnv,
    /// Tasks that supervise processes and then search for their orphans.
    pub(super) supervisors: TaskTracker,
    /// Holds the pipe whose end tells the guardian that this process has ended.
    _guardian: Option<Guardian>,
}

impl LaunchOptions {
    /// Options without additional arguments or environment variables, and without a guardian.
    #[must_use]
    pub fn new(state_dir: PathBuf) -> Self {
        Self {
            state_dir,
            #[cfg(feature = "reload")]
            cargo: CargoOptions::default(),
            runtime_dir: None,
            env: BTreeMap::new(),
            withheld_env: Vec::new(),
            guardian: None,
        }
    }

    /// The folder that contains the folders of runs. Created by the first run.
    #[must_use]
    pub fn programs_dir(&self) -> PathBuf {
        self.state_dir.join("programs")
    }
}

impl RunContext {
    pub(super) fn new(options: LaunchOptions) -> io::Result<Self> {
        let programs_dir = options.programs_dir();
        fs::create_dir_all(&programs_dir)?;
        #[cfg(windows)]
        super::job_object::assign_current_process()?;
        let sockets = SocketDir::new(options.runtime_dir);
        let spawner = Spawner::new()?;
        let run_dir = tempfile::Builder::new()
            .prefix(RUN_PREFIX)
            .tempdir_in(&programs_dir)?;
        let (guardian, run_record) = match options.guardian {
            Some(command) => {
                let record = RunRecord::create(run_dir.path(), &sockets.path())?;
                let guardian = Guardian::start(command, record.path())?;
                (Some(guardian), Some(Arc::new(record)))
            }
            None => (None, None),
        };
        Ok(Self {
            sockets,
            spawner,
            run_dir,
            #[cfg(feature = "reload")]
            build_context: Arc::new(BuildContext::new(
                options.cargo,
                options.state_dir,
                run_record.clone(),
            )),
            run_record,
            env: PluginEnv::new(options.env, options.withheld_env),
            supervisors: TaskTracker::new(),
            _guardian: guardian,
        })
    }
}
