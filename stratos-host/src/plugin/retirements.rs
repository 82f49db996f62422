//! Generations that were replaced, and finish what they are answering while their successor serves.

use std::collections::VecDeque;
use std::sync::Arc;

use stratos_protocol::logger::Level;
use stratos_transport::guard::Guard;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::process::Program;
use crate::session::{Ending, Session};
use crate::shell::Backend;

/// With more of them, the oldest do not wait for their requests any longer.
const MOST: usize = 8;

/// The generations of one plugin that retire, the oldest first. They end with this value.
#[derive(Default)]
pub(super) struct Retirements(VecDeque<Retirement>);

struct Retirement {
    hurry: CancellationToken,
    task: AbortOnDropHandle<()>,
}

impl Retirements {
    /// Begins one. Its program stays until it has ended.
    pub(super) fn begin(
        &mut self,
        session: Arc<Session>,
        program: Option<Program>,
        backend: &Arc<Backend>,
    ) {
        self.0.retain(|retirement| !retirement.task.is_finished());
        let surplus = (self.0.len() + 1).saturating_sub(MOST);
        for retirement in self.0.iter().take(surplus) {
            retirement.hurry.cancel();
        }
        let hurry = match Guard::Hurry.is_on() {
            true => backend.ending.child_token(),
            false => CancellationToken::new(),
        };
        let (backend, hurried) = (Arc::clone(backend), hurry.clone());
        let task = tokio::spawn(async move {
            let ended = session.end(Ending::Retire, &hurried);
            if let Err(reason) = ended.await {
                backend.events.note(&session.plugin, Level::Warn, reason);
            }
            drop(program);
        });
        self.0.push_back(Retirement {
            hurry,
            task: AbortOnDropHandle::new(task),
        });
    }

    /// Ends all of them without a wait for their requests; returns when nothing is left of them.
    pub(super) async fn end(&mut self) {
        if Guard::Hurry.is_on() {
            self.0.iter().for_each(|r| r.hurry.cancel());
        }
        for retirement in self.0.drain(..) {
            // A panic of the shell has ended the plugin with its session.
            let _ = retirement.task.await;
        }
    }
}
