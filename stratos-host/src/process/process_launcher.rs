//! The launcher of one plugin's process.

use std::process::Stdio;
use std::sync::Arc;

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
use crate::process::executable::Executable;
use crate::process::launcher::{LaunchError, LaunchedPlugin, Launcher, Program};
use crate::process::program_source::{ProgramSource, SourceProgram};
use crate::process::run_context::RunContext;
use crate::process::supervise::supervise;
use crate::token::random_hex;

/// Builds and starts one plugin's process.
#[derive(Debug)]
pub struct ProcessLauncher {
    plugin: String,
    source: Box<dyn ProgramSource>,
    folders: PluginFolders,
    context: Arc<RunContext>,
}

impl ProcessLauncher {
    pub(super) fn new(
        plugin: &str,
        source: Box<dyn ProgramSource>,
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
}

impl Launcher for ProcessLauncher {
    fn prepare(
        &self,
        build_id: u64,
        events: EventBus,
    ) -> BoxFuture<'_, Result<Program, LaunchError>> {
        Box::pin(async move {
            let built = self.source.build(&self.plugin, &events).await?;
            let SourceProgram {
                path: program,
                warnings,
            } = built;
            let folder = self.context.run_dir.path().join(&self.plugin);
            let folder = folder.join(build_id.to_string());
            match Executable::copy(&program, folder.clone(), warnings).await {
                Ok(executable) => Ok(Program::Executable(Arc::new(executable))),
                Err(_) if !program.exists() => Err(LaunchError::Missing { path: program }),
                Err(source) => Err(LaunchError::Copy {
                    path: program,
                    folder,
                    source,
                }),
            }
        })
    }

    fn builds(&self) -> bool {
        self.source.builds()
    }

    fn folders(&self) -> &PluginFolders {
        &self.folders
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
