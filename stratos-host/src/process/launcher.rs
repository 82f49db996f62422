//! The trait that builds and starts plugins, as processes or within this process.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use stratos_transport::PluginFolders;
use stratos_transport::listener::{StreamConnector, StreamListener};
use thiserror::Error;

use crate::event::EventBus;
use crate::process::build_error::BuildError;
use crate::process::executable::Executable;
use crate::process::handle::ProcessHandle;

/// Builds and starts one plugin, any number of times.
pub trait Launcher: Send + Sync + 'static {
    /// Builds the newest version of the program. Each call has a different `build_id`.
    ///
    /// Dropping the future cancels the build without leaving processes or files behind. `events` receives log lines about
    /// the build.
    fn prepare(
        &self,
        build_id: u64,
        events: EventBus,
    ) -> BoxFuture<'_, Result<Program, LaunchError>>;

    /// Whether [`prepare`](Self::prepare) runs a compiler, so that the shell emits events about builds.
    fn builds(&self) -> bool {
        false
    }

    /// The plugin's folders, which the shell's services use too.
    fn folders(&self) -> &PluginFolders;

    /// Starts a program that [`prepare`](Self::prepare) has returned. Its output becomes log events.
    fn launch(
        &self,
        program: Program,
        events: EventBus,
    ) -> BoxFuture<'_, Result<LaunchedPlugin, LaunchError>>;
}

/// A program that can be started, also after a newer one was built.
#[derive(Debug, Clone)]
pub enum Program {
    /// A copy of the program for one build.
    Executable(Arc<Executable>),
    /// Code of this process.
    InMemory,
}

/// A plugin that was started and has not sent its `hello` request yet.
pub struct LaunchedPlugin {
    /// Accepts the control connection.
    pub control: StreamListener,
    /// Connects to the plugin's HTTP server.
    pub http: StreamConnector,
    /// Secret that the `hello` request must contain.
    pub nonce: String,
    /// Waits for the exit of the plugin, or terminates it.
    pub process: ProcessHandle,
}

/// Error of building or starting a plugin.
#[derive(Debug, Error)]
pub enum LaunchError {
    /// The build failed.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The task that runs [`Launcher::prepare`] panicked.
    #[error("cannot prepare the program: the shell panicked")]
    Panicked,
    /// The manifest has a `background` module, and its program does not exist.
    #[error("there is no program {}: build the plugin, or remove `background` from its plugin.json", path.display())]
    Missing {
        /// Expected path of the program.
        path: PathBuf,
    },
    /// The program could not be copied to the run folder.
    #[error("cannot copy the program {} to {}", path.display(), folder.display())]
    Copy {
        /// The original program.
        path: PathBuf,
        /// The folder of the copy, in the state folder.
        folder: PathBuf,
        /// The error of the file system.
        #[source]
        source: io::Error,
    },
    /// The sockets for the plugin could not be created.
    #[error("cannot create the plugin's socket")]
    Socket(#[source] io::Error),
    /// The operating system refused to start the program.
    #[error("cannot start the program {}: is it built for this computer?", path.display())]
    Spawn {
        /// The copy of the program.
        path: PathBuf,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
}

impl Program {
    /// Whether both are executables with the same content. Code of this process always counts as changed.
    pub(crate) async fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Executable(one), Self::Executable(other)) => one.has_same_content(other).await,
            _ => false,
        }
    }

    /// The compiler's warnings, rendered as text.
    pub(crate) fn warnings(&self) -> &str {
        match self {
            Self::Executable(executable) => executable.warnings(),
            Self::InMemory => "",
        }
    }
}

impl fmt::Debug for LaunchedPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaunchedPlugin")
            .field("process", &self.process)
            .finish_non_exhaustive()
    }
}
