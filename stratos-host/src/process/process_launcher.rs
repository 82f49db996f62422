//! The launcher of one plugin's process.

#[cfg(feature = "reload")]
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
#[cfg(feature = "reload")]
use std::sync::OnceLock;
use std::sync::atomic::Ordering;

use futures_util::future::BoxFuture;
use stratos_protocol::environment::{
    DATA_FOLDER, HOST_PID, HTTP_SOCKET, NONCE, PLUGIN_FOLDER, SOCKET,
};
#[cfg(feature = "reload")]
use stratos_protocol::logger::Level;
use stratos_transport::PluginFolders;
use stratos_transport::listener::{StreamConnector, StreamListener};
use stratos_transport::local::LocalListener;
use tokio::process::Command;
#[cfg(feature = "reload")]
use tokio::task::spawn_blocking;
use tracing::debug;

use crate::event::EventBus;
#[cfg(feature = "reload")]
use crate::process::build::Cargo;
use crate::process::build::{BuildError, BuildOutput};
#[cfg(feature = "reload")]
use crate::process::build_dirs::BuildDirs;
use crate::process::executable::Executable;
use crate::process::launcher::{LaunchError, LaunchedPlugin, Launcher, Program};
use crate::process::run_context::RunContext;
use crate::process::supervise::supervise;
#[cfg(feature = "reload")]
use crate::process::tracked_build::TrackedBuild;
use crate::token::random_hex;

/// Builds and starts one plugin's process.
#[derive(Debug)]
pub struct ProcessLauncher {
    plugin: String,
    source: Source,
    folders: PluginFolders,
    context: Arc<RunContext>,
    /// Folders to build in, after the first build.
    #[cfg(feature = "reload")]
    build_dirs: OnceLock<BuildDirs>,
}

/// Source of a plugin's program.
#[derive(Debug)]
pub(super) enum Source {
    /// Built by cargo from this `Cargo.toml`.
    CargoPackage(PathBuf),
    /// A program that exists already, at this path.
    Program(PathBuf),
}

impl ProcessLauncher {
    pub(super) fn new(
        plugin: &str,
        source: Source,
        folders: PluginFolders,
        context: Arc<RunContext>,
    ) -> Self {
        Self {
            plugin: plugin.to_owned(),
            source,
            folders,
            context,
            #[cfg(feature = "reload")]
            build_dirs: OnceLock::new(),
        }
    }

    async fn build(&self, cargo_toml: &Path, events: &EventBus) -> Result<BuildOutput, BuildError> {
        let context = &self.context;
        let permit = Arc::clone(&context.build_permit).acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        let quiet = context.quiet.load(Ordering::Relaxed);
        #[cfg(feature = "reload")]
        let (tracked, args) = self.track(cargo_toml).await;
        #[cfg(feature = "reload")]
        if tracked.as_ref().is_some_and(|tracked| tracked.waits) {
            let text = "another cargo builds in the same target folder; this build begins when it has ended";
            events.log_from_shell(&self.plugin, Level::Info, text);
        }
        #[cfg(not(feature = "reload"))]
        let args = Vec::new();
        let cargo = &context.cargo;
        let built = cargo.build(cargo_toml, &args, &self.plugin, quiet, permit);
        let built = built.await?;
        #[cfg(feature = "reload")]
        if let Some(tracked) = tracked {
            tracked.check(built.is_fresh)?;
            let program = built.program.clone();
            // An error means that the shell ends.
            let _ = spawn_blocking(move || tracked.end(&program)).await;
        }
        let program = built.program.clone();
        context
            .built_programs()
            .insert(self.plugin.clone(), program);
        Ok(built)
    }

    /// Finds the folders to build in, and makes cargo see all changes of inputs. Returns the arguments for cargo.
    #[cfg(feature = "reload")]
    async fn track(&self, cargo_toml: &Path) -> (Option<TrackedBuild>, Vec<OsString>) {
        let context = Arc::clone(&self.context);
        let Some(own) = context.target_dir.clone() else {
            return (None, Vec::new());
        };
        let known = self.build_dirs.get().cloned();
        let cargo_toml = cargo_toml.to_owned();
        let task = spawn_blocking(move || {
            let Cargo { program, args, .. } = &context.cargo;
            let found = known.or_else(|| BuildDirs::find(program, &cargo_toml, &own, args));
            let dirs = found.clone();
            let dirs = dirs.unwrap_or_else(|| BuildDirs::own(&own, args));
            let state_dir = own.parent().unwrap_or(&own);
            let tracked = TrackedBuild::begin(program, &cargo_toml, &dirs, state_dir);
            (found, dirs.args(), tracked)
        });
        // An error means that the shell ends.
        let Ok((found, args, tracked)) = task.await else {
            return (None, Vec::new());
        };
        if let Some(found) = found {
            let _ = self.build_dirs.set(found);
        }
        (Some(tracked), args)
    }
}

impl Launcher for ProcessLauncher {
    fn prepare(
        &self,
        build_id: u64,
        events: EventBus,
    ) -> BoxFuture<'_, Result<Program, LaunchError>> {
        Box::pin(async move {
            let BuildOutput {
                program, warnings, ..
            } = match &self.source {
                Source::Program(path) => BuildOutput {
                    program: path.clone(),
                    is_fresh: true,
                    warnings: String::new(),
                },
                Source::CargoPackage(cargo_toml) => self.build(cargo_toml, &events).await?,
            };
            let folder = self.context.run_dir.path().join(&self.plugin);
            let folder = folder.join(build_id.to_string());
            match Executable::copy(&program, folder, warnings).await {
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
        matches!(self.source, Source::CargoPackage(_))
    }

    fn launch(
        &self,
        program: Program,
        events: EventBus,
    ) -> BoxFuture<'_, Result<LaunchedPlugin, LaunchError>> {
        Box::pin(async move {
            let Program::Executable(executable) = program else {
                unreachable!("`prepare` of this launcher returns executables only")
            };
            let path = executable.path.clone();
            // Unique for each start, so that an old process of the plugin cannot use its successor's sockets.
            let start = random_hex(4);
            let address = |name: String| {
                let address = self.context.sockets.address(&name);
                address.map_err(LaunchError::Socket)
            };
            let control = address(format!("{start}c"))?;
            let http = address(format!("{start}h"))?;
            let nonce = random_hex(32);
            let listener = LocalListener::bind(&control).map_err(LaunchError::Socket)?;

            let mut command = Command::new(&path);
            self.context.env.apply(&self.plugin, &mut command);
            command
                .env(SOCKET, &control)
                .env(HTTP_SOCKET, &http)
                .env(NONCE, &nonce)
                .env(PLUGIN_FOLDER, &self.folders.plugin)
                .env(DATA_FOLDER, &self.folders.data)
                .env(HOST_PID, std::process::id().to_string())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            let record = self.context.run_record.clone();
            let spawned = self.context.spawner.spawn(command, record).await;
            let child = spawned.map_err(|source| LaunchError::Spawn {
                path: path.clone(),
                source,
            })?;
            let (plugin, program) = (&self.plugin, path.display());
            debug!(plugin, pid = child.id(), %program, "process launched");
            let supervisors = &self.context.supervisors;
            Ok(LaunchedPlugin {
                control: StreamListener::Local(listener),
                http: StreamConnector::Local(http),
                process: supervise(child, &self.plugin, &nonce, &events, supervisors),
                nonce,
            })
        })
    }
}
