//! The launcher of one plugin's process.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::future::BoxFuture;
use stratos_protocol::environment::{
    DATA_FOLDER, HOST_PID, HTTP_SOCKET, NONCE, PLUGIN_FOLDER, SOCKET,
};
use stratos_transport::PluginFolders;
use stratos_transport::listener::{StreamConnector, StreamListener};
use stratos_transport::local::LocalListener;
use tokio::process::Command;
use tracing::debug;

use crate::event::EventBus;
use crate::process::build::{BuildError, BuildOutput};
use crate::process::executable::Executable;
use crate::process::launcher::{LaunchError, LaunchedPlugin, Launcher, Program};
use crate::process::run_context::RunContext;
use crate::process::supervise::supervise;
use crate::token::random_hex;

/// Builds and starts one plugin's process.
#[derive(Debug)]
pub struct ProcessLauncher {
    plugin: String,
    source: Source,
    folders: PluginFolders,
    context: Arc<RunContext>,
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
        }
    }

    async fn build(&self, cargo_toml: &Path) -> Result<BuildOutput, BuildError> {
        let context = &self.context;
        let permit = Arc::clone(&context.build_permit).acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        let quiet = context.quiet.load(Ordering::Relaxed);
        let built = context
            .cargo
            .build(cargo_toml, &self.plugin, quiet, permit)
            .await?;
        let program = built.program.clone();
        context
            .built_programs()
            .insert(self.plugin.clone(), program);
        Ok(built)
    }
}

impl Launcher for ProcessLauncher {
    fn prepare(&self, build_id: u64) -> BoxFuture<'_, Result<Program, LaunchError>> {
        Box::pin(async move {
            let BuildOutput { program, warnings } = match &self.source {
                Source::Program(path) => BuildOutput {
                    program: path.clone(),
                    warnings: String::new(),
                },
                Source::CargoPackage(cargo_toml) => self.build(cargo_toml).await?,
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
