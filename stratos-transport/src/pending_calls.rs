//! Calls that this side has sent and not yet received the answer to.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::value::RawValue;
use stratos_protocol::RpcError;
use tokio::sync::oneshot;

/// The result or error of a call, still as JSON text.
pub(crate) type Outcome = Result<Box<RawValue>, RpcError>;

/// The calls in flight, by id; rejects new calls once closed.
#[derive(Debug, Default)]
pub(crate) struct PendingCalls(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    closed: bool,
    last_id: u64,
    waiting: HashMap<u64, oneshot::Sender<Outcome>>,
}

impl PendingCalls {
    /// Adds a call; returns its id and the receiver of its outcome, or `None` once closed.
    pub(crate) fn insert(&self) -> Option<(u64, oneshot::Receiver<Outcome>)> {
        let mut state = self.lock();
        if state.closed {
            return None;
        }
        state.last_id += 1;
        let id = state.last_id;
        let (sender, receiver) = oneshot::channel();
        state.waiting.insert(id, sender);
        Some((id, receiver))
    }

    /// Completes a call; ignores the id of a call that was cancelled.
    pub(crate) fn complete(&self, id: u64, outcome: Outcome) {
        if let Some(waiting) = self.lock().waiting.remove(&id) {
            // A caller that was dropped meanwhile does not need the outcome.
            let _ = waiting.send(outcome);
        }
    }

    /// Removes a call; returns false if it was already completed.
    pub(crate) fn remove(&self, id: u64) -> bool {
        self.lock().waiting.remove(&id).is_some()
    }

    /// Fails all calls and rejects new ones.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs under the lock, so a poisoned state is still consistent.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
