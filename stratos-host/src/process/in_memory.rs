//! Plugins that run as tasks within this process, for tests.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use stratos_transport::listener::{StreamListener, memory_listener};
use stratos_transport::stream::memory_pair;
use stratos_transport::{BoxedStream, HostConnection, PluginFolders};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::event::EventBus;
use crate::process::exit::Exit;
use crate::process::handle::{ProcessHandle, SupervisorChannels};
use crate::process::launcher::{LaunchError, LaunchedPlugin, Launcher, Program};
use crate::token::random_hex;

type Run = dyn Fn(HostConnection) -> BoxFuture<'static, ()> + Send + Sync;

/// Runs a plugin as a task, over the same protocol as a process.
#[derive(Clone)]
pub struct InMemoryLauncher {
    run: Arc<Run>,
    folders: PluginFolders,
}

impl InMemoryLauncher {
    /// `run` is called for each start of the plugin, and returns when its connection is closed.
    pub fn new<F, Fut>(folders: PluginFolders, run: F) -> Self
    where
        F: Fn(HostConnection) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let run =
            Arc::new(move |connection| -> BoxFuture<'static, ()> { Box::pin(run(connection)) });
        Self { run, folders }
    }
}

impl Launcher for InMemoryLauncher {
    fn prepare(
        &self,
        _build_id: u64,
        _events: EventBus,
    ) -> BoxFuture<'_, Result<Program, LaunchError>> {
        Box::pin(async { Ok(Program::InMemory) })
    }

    fn folders(&self) -> &PluginFolders {
        &self.folders
    }

    fn launch(
        &self,
        _: Program,
        _: EventBus,
    ) -> BoxFuture<'_, Result<LaunchedPlugin, LaunchError>> {
        Box::pin(async {
            let nonce = random_hex(32);
            let (ours, theirs) = memory_pair();
            let (control_sender, control_receiver) = mpsc::channel::<BoxedStream>(1);
            // The channel is new, so it has room.
            let _ = control_sender.try_send(Box::new(ours));
            let ended = CancellationToken::new();
            let (http, http_incoming) = memory_listener(ended.clone());
            let (process, channels) = ProcessHandle::new(None);
            let connection = HostConnection {
                control: Box::new(theirs),
                http: http_incoming,
                nonce: nonce.clone(),
                folders: self.folders.clone(),
            };
            let run = (self.run)(connection);
            tokio::spawn(async move {
                supervise(run, channels, control_sender).await;
                // Handlers of requests are tasks of their own.
                ended.cancel();
            });
            Ok(LaunchedPlugin {
                control: StreamListener::Memory(control_receiver),
                http,
                nonce,
                process,
            })
        })
    }
}

/// Runs the plugin until it returns, or aborts it at the first signal.
async fn supervise(
    run: BoxFuture<'static, ()>,
    mut channels: SupervisorChannels,
    _control: mpsc::Sender<BoxedStream>,
) {
    let mut task = tokio::spawn(run);
    let exit = tokio::select! {
        joined = &mut task => match joined {
            Ok(()) => "ended",
            Err(_) => "panicked",
        },
        _ = channels.signals.recv() => {
            task.abort();
            // Waits until destructors have run. The second signal comes if the task blocks its thread.
            tokio::select! {
                _ = task => {}
                _ = channels.signals.recv() => {}
            }
            "was ended"
        }
    };
    channels.exit.send_replace(Some(Exit::new(exit)));
}

impl fmt::Debug for InMemoryLauncher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InMemoryLauncher")
    }
}
