//! Plugins as processes of their own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use process_wrap::tokio::{CommandWrap, KillOnDrop};
use stratos_protocol::environment::{HOST_PID, HTTP_SOCKET, NONCE, SOCKET};
use stratos_transport::endpoint::{Dialer, Incoming};
use stratos_transport::guard::Guard;
use stratos_transport::local::LocalListener;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::events::Events;
use crate::launch::build::{Built, Cargo};
use crate::launch::executable::Executable;
use crate::launch::guardian::Guardian;
use crate::launch::keeper::keep;
use crate::launch::record::Record;
use crate::launch::sockets::Sockets;
use crate::launch::spawner::Spawner;
use crate::launch::variables::Variables;
use crate::launch::{BuildError, Launch, LaunchError, Launched, Program};
use crate::secret::random_hex;
use crate::settings::Environment;

/// How the folders are called that hold the programs of one run.
pub(super) const RUN: &str = "run-";
/// How long the end of a shell may wait for the search after processes that have left their group.
pub(crate) const SEARCH_DEADLINE: Duration = Duration::from_millis(300);

/// What all plugin processes of one shell share.
#[derive(Debug, Clone)]
pub struct Processes(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    sockets: Sockets,
    spawner: Spawner,
    /// Where each generation's copy of its program lies, gone with this value.
    programs: TempDir,
    cargo: Cargo,
    record: Option<Arc<Record>>,
    guardian: Option<Guardian>,
    variables: Variables,
    /// One build at a time: cargo uses all cores by itself, and would wait for its lock in a loud way.
    turn: Arc<Semaphore>,
    quiet: AtomicBool,
    /// Where cargo last put each plugin's program.
    built: Mutex<BTreeMap<String, PathBuf>>,
    /// What has still to be done about processes that have ended.
    keepers: TaskTracker,
}

impl Processes {
    /// Must be called within a runtime.
    ///
    /// Copies of programs lie in a folder of this run below `programs`.
    ///
    /// # Errors
    ///
    /// When a folder or a thread cannot be made.
    pub fn new(programs: &Path, cargo: OsString, cargo_args: Vec<OsString>) -> io::Result<Self> {
        fs::create_dir_all(programs)?;
        #[cfg(windows)]
        super::job::tie_children_to_this_process()?;
        Ok(Self(Arc::new(Shared {
            sockets: Sockets::new(),
            spawner: Spawner::new()?,
            programs: tempfile::Builder::new().prefix(RUN).tempdir_in(programs)?,
            cargo: Cargo {
                program: cargo,
                args: cargo_args,
                target_dir: None,
                colours: false,
                record: None,
            },
            record: None,
            guardian: None,
            variables: Variables::default(),
            turn: Arc::new(Semaphore::new(1)),
            quiet: AtomicBool::new(false),
            built: Mutex::default(),
            keepers: TaskTracker::new(),
        })))
    }

    /// Builds in a folder of its own, unless cargo's arguments say another one: who builds after every change must
    /// not share a folder with an editor that does the same.
    ///
    /// # Panics
    ///
    /// When there are launchers already.
    #[must_use]
    pub fn build_in(mut self, target_dir: PathBuf) -> Self {
        self.setup().cargo.target_dir = Some(target_dir);
        self
    }

    /// Has the compiler colour what it says.
    ///
    /// # Panics
    ///
    /// When there are launchers already.
    #[must_use]
    pub fn with_colours(mut self) -> Self {
        self.setup().cargo.colours = true;
        self
    }

    /// Writes down what is started, and has this command outlive the shell: it is called with the record's path and
    /// must call [`outlive`](super::outlive).
    ///
    /// # Errors
    ///
    /// When the record cannot be written or the command not started.
    ///
    /// # Panics
    ///
    /// When there are launchers already.
    #[cfg(feature = "reload")]
    pub fn guarded_by(mut self, command: std::process::Command) -> io::Result<Self> {
        let shared = self.setup();
        let record = Record::begin(shared.programs.path(), &shared.sockets.folder())?;
        shared.guardian = Some(Guardian::start(command, record.path())?);
        shared.record = Some(Arc::new(record));
        shared.cargo.record = shared.record.clone();
        Ok(self)
    }

    /// Plugins find these in their environment, whatever [`set_variables`](Self::set_variables) says.
    ///
    /// # Panics
    ///
    /// When there are launchers already.
    #[must_use]
    pub fn with_variables(mut self, variables: BTreeMap<String, OsString>) -> Self {
        self.setup().variables.given = variables;
        self
    }

    /// Plugins that start from now on find these in their environment.
    pub fn set_variables(&self, variables: Environment) {
        self.0.variables.set(variables);
    }

    /// From now on, builds show nothing while they run.
    pub fn build_quietly(&self) {
        self.0.quiet.store(true, Ordering::Relaxed);
    }

    /// Where cargo last put a plugin's program.
    pub(crate) fn built(&self, plugin: &str) -> Option<PathBuf> {
        self.0.built().get(plugin).cloned()
    }

    /// Waits until all that ended plugins have left behind has ended, too; not for ever.
    pub async fn settled(&self) {
        self.0.keepers.close();
        let _ = timeout(SEARCH_DEADLINE, self.0.keepers.wait()).await;
    }

    /// The cargo that builds.
    pub(crate) fn cargo(&self) -> &OsStr {
        &self.0.cargo.program
    }

    fn setup(&mut self) -> &mut Shared {
        Arc::get_mut(&mut self.0).expect("there are no launchers yet")
    }

    /// A plugin whose program is built from this `Cargo.toml`.
    #[must_use]
    pub fn rust(&self, plugin: &str, cargo_toml: &Path) -> ProcessLauncher {
        self.launcher(plugin, Source::Rust(cargo_toml.to_owned()))
    }

    /// A plugin whose program is built already.
    #[must_use]
    pub fn program(&self, plugin: &str, program: &Path) -> ProcessLauncher {
        self.launcher(plugin, Source::Program(program.to_owned()))
    }

    fn launcher(&self, plugin: &str, source: Source) -> ProcessLauncher {
        ProcessLauncher {
            plugin: plugin.to_owned(),
            source,
            shared: Arc::clone(&self.0),
        }
    }
}

impl Shared {
    fn built(&self) -> MutexGuard<'_, BTreeMap<String, PathBuf>> {
        self.built.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts one plugin's process.
#[derive(Debug)]
pub struct ProcessLauncher {
    plugin: String,
    source: Source,
    shared: Arc<Shared>,
}

#[derive(Debug)]
enum Source {
    Rust(PathBuf),
    Program(PathBuf),
}

impl Launch for ProcessLauncher {
    fn prepare(&self, number: u64) -> BoxFuture<'_, Result<Program, LaunchError>> {
        Box::pin(async move {
            let Built { program, warnings } = match &self.source {
                Source::Program(path) => Built {
                    program: path.clone(),
                    warnings: String::new(),
                },
                Source::Rust(cargo_toml) => self.build(cargo_toml).await?,
            };
            let folder = self.shared.programs.path().join(&self.plugin);
            let copy = Executable::copy(&program, folder.join(number.to_string()), warnings).await;
            match copy {
                Ok(executable) => Ok(Program::Executable(Arc::new(executable))),
                Err(_) if !program.exists() => Err(LaunchError::Missing { path: program }),
                Err(source) => Err(LaunchError::Copy {
                    path: program,
                    source,
                }),
            }
        })
    }

    fn builds(&self) -> bool {
        matches!(self.source, Source::Rust(_))
    }

    fn launch(
        &self,
        program: Program,
        events: Events,
    ) -> BoxFuture<'_, Result<Launched, LaunchError>> {
        Box::pin(async move {
            let Program::Executable(executable) = program else {
                unreachable!("this launcher makes executables only")
            };
            let path = executable.path.clone();
            // Every start has addresses of its own: a plugin that lingers must not meet its successor's.
            let start = random_hex(4);
            let address = |name: String| {
                let address = self.shared.sockets.address(&name);
                address.map_err(LaunchError::Socket)
            };
            let control = address(format!("{start}c"))?;
            let http = address(format!("{start}h"))?;
            let nonce = random_hex(32);
            let listener = LocalListener::bind(&control).map_err(LaunchError::Socket)?;

            let mut command = Command::new(&path);
            self.shared.variables.add_to(&mut command);
            command
                .env(SOCKET, &control)
                .env(HTTP_SOCKET, &http)
                .env(NONCE, &nonce)
                .env(HOST_PID, std::process::id().to_string())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            let record = self.shared.record.clone();
            let spawned = self.shared.spawner.spawn(command, record).await;
            let child = spawned.map_err(|source| LaunchError::Spawn { path, source })?;
            Ok(Launched {
                control: Incoming::Local(listener),
                http: Dialer::Local(http),
                life: keep(child, &self.plugin, &nonce, &events, &self.shared.keepers),
                nonce,
            })
        })
    }
}

impl ProcessLauncher {
    async fn build(&self, cargo_toml: &Path) -> Result<Built, BuildError> {
        let Shared {
            cargo, turn, quiet, ..
        } = &*self.shared;
        let turn = Arc::clone(turn).acquire_owned().await;
        let turn = turn.expect("nobody closes the semaphore");
        let quiet = quiet.load(Ordering::Relaxed);
        let built = cargo.build(cargo_toml, &self.plugin, quiet, turn).await?;
        let program = built.program.clone();
        self.shared.built().insert(self.plugin.clone(), program);
        Ok(built)
    }
}

/// What is started and what it starts can be ended together, and Ctrl-C in a terminal reaches the
/// shell first.
pub(super) fn in_group(command: Command) -> CommandWrap {
    let mut command = CommandWrap::from(command);
    command.wrap(KillOnDrop);
    if !Guard::KillGroup.is_on() {
        return command;
    }
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessGroup::leader());
    #[cfg(windows)]
    {
        use process_wrap::tokio::{CreationFlags, JobObject};
        use windows::Win32::System::Threading::CREATE_NEW_PROCESS_GROUP;

        command.wrap(CreationFlags(CREATE_NEW_PROCESS_GROUP));
        command.wrap(JobObject);
    }
    command
}
