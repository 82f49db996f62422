//! Replaced generations, which finish the requests in flight while their successor serves.

use std::collections::VecDeque;
use std::sync::Arc;

use stratos_protocol::logger::Level;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::plugin::Runtime;
use crate::process::Program;
use crate::session::{Session, StopMode};

/// Maximum number of draining generations; beyond it, the oldest no longer wait for their requests.
const MAX_DRAINING: usize = 8;

/// The draining generations of one plugin, the oldest first. Dropping it kills them.
#[derive(Default)]
pub(super) struct DrainingGenerations(VecDeque<DrainingGeneration>);

struct DrainingGeneration {
    /// Ends the wait for requests in flight.
    drain_now: CancellationToken,
    task: AbortOnDropHandle<()>,
}

impl DrainingGenerations {
    /// Begins to drain a replaced session. Its program is kept until the process has ended.
    pub(super) fn add(
        &mut self,
        session: Arc<Session>,
        program: Option<Program>,
        runtime: &Arc<Runtime>,
    ) {
        self.0.retain(|draining| !draining.task.is_finished());
        let surplus = (self.0.len() + 1).saturating_sub(MAX_DRAINING);
        for draining in self.0.iter().take(surplus) {
            draining.drain_now.cancel();
        }
        let drain_now = runtime.shutdown.child_token();
        let (runtime, token) = (Arc::clone(runtime), drain_now.clone());
        let task = tokio::spawn(async move {
            if let Err(reason) = session.stop(StopMode::Retire, &token).await {
                let events = &runtime.events;
                events.log_from_shell(&session.caller.plugin, Level::Warn, reason);
            }
            drop(program);
        });
        self.0.push_back(DrainingGeneration {
            drain_now,
            task: AbortOnDropHandle::new(task),
        });
    }

    /// Stops all generations without waiting for their requests; returns when their processes have ended.
    pub(super) async fn stop_all(&mut self) {
        self.0
            .iter()
            .for_each(|draining| draining.drain_now.cancel());
        for draining in self.0.drain(..) {
            // After a panic of the task, dropping its session has ended the process.
            let _ = draining.task.await;
        }
    }
}
