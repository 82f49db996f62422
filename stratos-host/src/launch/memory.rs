//! Plugins within this process, for tests.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use stratos_transport::BoxedStream;
use stratos_transport::endpoint::{Incoming, memory_endpoint};
use stratos_transport::stream::memory_pair;
use tokio::sync::mpsc;

use crate::events::Events;
use crate::launch::life::{Life, LifeKeeper};
use crate::launch::{Launch, LaunchError, Launched, Program};
use crate::secret::random_hex;

/// What a plugin within this process is connected by.
pub struct MemoryLink {
    /// Carries the protocol.
    pub control: BoxedStream,
    /// Brings the requests to the plugin's routes.
    pub http: Incoming,
    /// What the plugin's greeting must contain.
    pub nonce: String,
}

type Run = dyn Fn(MemoryLink) -> BoxFuture<'static, ()> + Send + Sync;

/// Runs a plugin as a task: the same bytes as between processes, without the processes.
#[derive(Clone)]
pub struct InMemory(Arc<Run>);

impl InMemory {
    /// The function is called for every generation and runs the plugin until its link ends.
    pub fn new<F, Fut>(run: F) -> Self
    where
        F: Fn(MemoryLink) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self(Arc::new(move |link| Box::pin(run(link))))
    }
}

impl Launch for InMemory {
    fn prepare(&self, _number: u64) -> BoxFuture<'_, Result<Program, LaunchError>> {
        Box::pin(async { Ok(Program::InMemory) })
    }

    fn launch(&self, _: Program, _: Events) -> BoxFuture<'_, Result<Launched, LaunchError>> {
        Box::pin(async {
            let nonce = random_hex(32);
            let (ours, theirs) = memory_pair();
            let (control_sender, control_receiver) = mpsc::channel::<BoxedStream>(1);
            // The channel is new and has room.
            let _ = control_sender.try_send(Box::new(ours));
            let (http, http_incoming) = memory_endpoint();
            let (life, keeper) = Life::new(None);
            let link = MemoryLink {
                control: Box::new(theirs),
                http: http_incoming,
                nonce: nonce.clone(),
            };
            tokio::spawn(keep((self.0)(link), keeper, control_sender));
            Ok(Launched {
                control: Incoming::Memory(control_receiver),
                http,
                nonce,
                life,
            })
        })
    }
}

/// Runs the task to its end, or drops it when told to.
async fn keep(
    run: BoxFuture<'static, ()>,
    mut keeper: LifeKeeper,
    _control: mpsc::Sender<BoxedStream>,
) {
    let mut task = tokio::spawn(run);
    let how = tokio::select! {
        joined = &mut task => match joined {
            Ok(()) => "ended",
            Err(_) => "panicked",
        },
        _ = keeper.signals.recv() => {
            task.abort();
            // What it cleans up is done before the end is known. The second signal is for one that blocks its thread.
            tokio::select! {
                _ = task => {}
                _ = keeper.signals.recv() => {}
            }
            "was ended"
        }
    };
    keeper.ended.send_replace(Some(how.to_owned()));
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InMemory")
    }
}

impl fmt::Debug for MemoryLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryLink").finish_non_exhaustive()
    }
}
