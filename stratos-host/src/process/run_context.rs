//! Options of the process launchers, and the state that they share.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::process::build::Cargo;
use crate::process::env::PluginEnv;
use crate::process::guardian::Guardian;
use crate::process::run_record::{RUN_PREFIX, RunRecord};
use crate::process::sockets::SocketDir;
use crate::process::spawner::Spawner;

/// Options of a [`LauncherFactory`](super::LauncherFactory).
#[derive(Debug)]
pub struct LaunchOptions {
    /// Folder in which each run creates a folder for its copies of programs. Created if it is missing.
    pub programs_dir: PathBuf,
    /// The cargo executable.
    pub cargo: OsString,
    /// Additional arguments for `cargo build`.
    pub cargo_args: Vec<OsString>,
    /// Folder in the state folder that cargo builds in, unless `cargo_args` or the author's configuration name one. Separate from an
    /// editor's target folder, so that two builds after each change neither wait for nor invalidate each other.
    ///
    /// Ignored without the feature `reload`: cargo then builds in its default folder.
    pub target_dir: Option<PathBuf>,
    /// Folder for sockets if the temporary folder has a long path, such as `$XDG_RUNTIME_DIR`; then `/tmp`.
    pub runtime_dir: Option<PathBuf>,
    /// Whether the compiler's messages contain ANSI colours.
    pub colours: bool,
    /// Environment variables of all plugins. Override those of `stratos.toml`.
    pub env: BTreeMap<String, OsString>,
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
    pub(super) cargo: Cargo,
    pub(super) target_dir: Option<PathBuf>,
    /// None without a guardian.
    pub(super) run_record: Option<Arc<RunRecord>>,
    pub(super) env: PluginEnv,
    /// Semaphore of one permit, which a build holds: one build uses all cores, and a second cargo would print that it
    /// waits for a file lock.
    pub(super) build_permit: Arc<Semaphore>,
    /// Whether cargo's progress is hidden.
    pub(super) quiet: AtomicBool,
    /// Tasks that supervise processes and then search for their orphans.
    pub(super) supervisors: TaskTracker,
    built_programs: Mutex<BTreeMap<String, PathBuf>>,
    /// Holds the pipe whose end tells the guardian that this process has ended.
    _guardian: Option<Guardian>,
}

impl LaunchOptions {
    /// Options without additional arguments or environment variables, and without a guardian.
    #[must_use]
    pub fn new(programs_dir: PathBuf) -> Self {
        Self {
            programs_dir,
            cargo: "cargo".into(),
            cargo_args: Vec::new(),
            target_dir: None,
            runtime_dir: None,
            colours: false,
            env: BTreeMap::new(),
            guardian: None,
        }
    }
}

impl RunContext {
    pub(super) fn new(options: LaunchOptions) -> io::Result<Self> {
        let LaunchOptions {
            programs_dir,
            cargo,
            cargo_args,
            target_dir,
            runtime_dir,
            colours,
            env,
            guardian,
        } = options;
        fs::create_dir_all(&programs_dir)?;
        #[cfg(windows)]
        super::job_object::assign_current_process()?;
        let sockets = SocketDir::new(runtime_dir);
        let spawner = Spawner::new()?;
        let run_dir = tempfile::Builder::new()
            .prefix(RUN_PREFIX)
            .tempdir_in(&programs_dir)?;
        let (guardian, run_record) = match guardian {
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
            cargo: Cargo {
                program: cargo,
                args: cargo_args,
                colours,
                run_record: run_record.clone(),
            },
            run_record,
            target_dir,
            env: PluginEnv::new(env),
            build_permit: Arc::new(Semaphore::new(1)),
            quiet: AtomicBool::new(false),
            supervisors: TaskTracker::new(),
            built_programs: Mutex::default(),
            _guardian: guardian,
        })
    }

    /// The path at which cargo last built each plugin's program, by plugin id.
    pub(super) fn built_programs(&self) -> MutexGuard<'_, BTreeMap<String, PathBuf>> {
        self.built_programs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
