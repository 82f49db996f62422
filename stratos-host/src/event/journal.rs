//! Journal of a shell: every event, IPC call and HTTP request in order, for tests.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;

use crate::event::Event;

/// Keeps every entry since the start in memory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal(Arc<watch::Sender<Vec<Entry>>>);

/// Entry of the journal. Channel names are without the prefix `plugin:{id}:`.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// An event that subscribers receive too.
    Event(Arc<Event>),
    /// An IPC call to a plugin.
    Call {
        /// Id of the called plugin.
        plugin: String,
        /// Channel of the call.
        channel: String,
        /// Payload; `null` where it is nested too deep for a tree.
        payload: Value,
    },
    /// The end of an IPC call.
    Answer {
        /// Id of the called plugin.
        plugin: String,
        /// Channel of the call.
        channel: String,
        /// The handler's answer, or the reason of its failure.
        answer: Result<Value, String>,
    },
    /// A request to the shell's server by a client in memory.
    Request {
        /// Method and path.
        request: String,
    },
    /// The head of the response to such a request.
    Response {
        /// Method and path of the request.
        request: String,
        /// Status code; `None` where the request failed.
        status: Option<u16>,
    },
    /// An operation on the shell, in words.
    Done(String),
}

impl Default for Journal {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Vec::new())))
    }
}

impl Journal {
    /// Reads all entries so far.
    pub fn read<T>(&self, look: impl FnOnce(&[Entry]) -> T) -> T {
        look(&self.0.borrow())
    }

    /// Waits until `find` returns a value for the entries so far. Has no deadline.
    pub async fn find<T>(&self, mut find: impl FnMut(&[Entry]) -> Option<T>) -> T {
        let mut entries = self.0.subscribe();
        loop {
            if let Some(found) = find(&entries.borrow_and_update()) {
                return found;
            }
            let changed = entries.changed().await;
            changed.expect("`self` holds the sender");
        }
    }

    /// Appends an entry.
    pub fn add(&self, entry: Entry) {
        self.0.send_modify(|entries| entries.push(entry));
    }
}
