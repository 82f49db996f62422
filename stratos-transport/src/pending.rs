//! The requests that this side has sent and waits for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::value::RawValue;
use stratos_protocol::RpcError;
use tokio::sync::oneshot;

pub(crate) type Outcome = Result<Box<RawValue>, RpcError>;

/// Who waits for which answer. Once closed, nobody can begin to wait.
#[derive(Debug)]
pub(crate) struct Pending(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    closed: bool,
    last_id: u64,
    waiting: HashMap<u64, oneshot::Sender<Outcome>>,
}

impl Pending {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State::default()))
    }

    /// A new id and where its answer arrives; `None` once closed.
    pub(crate) fn begin(&self) -> Option<(u64, oneshot::Receiver<Outcome>)> {
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

    /// Hands an answer to whoever waits; one that nobody waits for was cancelled.
    pub(crate) fn answer(&self, id: u64, outcome: Outcome) {
        if let Some(waiting) = self.lock().waiting.remove(&id) {
            // The waiting side may be gone between our look and the send: its loss.
            let _ = waiting.send(outcome);
        }
    }

    /// True if an answer was still awaited.
    pub(crate) fn forget(&self, id: u64) -> bool {
        self.lock().waiting.remove(&id).is_some()
    }

    /// Ends every wait.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // No code that can panic runs under the lock, so a poisoned state is still whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
