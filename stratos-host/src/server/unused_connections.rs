//! Open connections that have not sent a request, which are closed where new ones need room.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Timeout for a connection to close.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(100);

/// State of a connection that has sent no request.
const UNUSED: u8 = 0;
/// State of a connection that has sent a request, which the server does not close.
const USED: u8 = 1;
/// State of a connection that is closed before its first request.
const CLOSING: u8 = 2;

/// The connections of a server that have not sent a request. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct UnusedConnections(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// Number of the next connection.
    next: u64,
    /// The connections, the oldest first.
    connections: BTreeMap<u64, Arc<Usage>>,
}

/// Whether a connection is used or closed. Decided once, so that no request is cut off.
#[derive(Debug, Default)]
struct Usage {
    state: AtomicU8,
    /// Cancelled when the connection must close.
    closed: CancellationToken,
}

/// The entry of one connection, removed on drop.
#[derive(Debug)]
pub(super) struct UnusedConnection {
    all: UnusedConnections,
    number: u64,
    usage: Arc<Usage>,
}

impl UnusedConnections {
    pub(super) fn add(&self) -> UnusedConnection {
        let usage = Arc::<Usage>::default();
        let mut inner = self.lock();
        let number = inner.next;
        inner.next += 1;
        inner.connections.insert(number, Arc::clone(&usage));
        UnusedConnection {
            all: self.clone(),
            number,
            usage,
        }
    }

    /// Closes the oldest connection, and returns its permit; `None` if there is none.
    pub(super) async fn close_oldest(
        &self,
        permits: &Arc<Semaphore>,
    ) -> Option<OwnedSemaphorePermit> {
        while !self.pop_oldest()?.close() {}
        let permit = Arc::clone(permits).acquire_owned();
        timeout(CLOSE_TIMEOUT, permit).await.ok()?.ok()
    }

    fn pop_oldest(&self) -> Option<Arc<Usage>> {
        let (_, oldest) = self.lock().connections.pop_first()?;
        Some(oldest)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Usage {
    /// Leaves [`UNUSED`]; returns the state that it was left for before, if it was.
    fn decide(&self, state: u8) -> Result<u8, u8> {
        self.state
            .compare_exchange(UNUSED, state, Ordering::Relaxed, Ordering::Relaxed)
    }

    /// Closes the connection, unless it has sent a request; returns whether it did.
    fn close(&self) -> bool {
        let is_decided = self.decide(CLOSING).is_ok();
        if is_decided {
            self.closed.cancel();
        }
        is_decided
    }
}

impl UnusedConnection {
    /// Keeps the connection open, because it has sent a request. Returns false if it is closed already, so that the
    /// request must not be handled.
    pub(super) fn set_used(&self) -> bool {
        match self.usage.decide(USED) {
            Ok(_) => {
                self.remove();
                true
            }
            Err(state) => state == USED,
        }
    }

    /// Token that is cancelled when the connection must close.
    pub(super) fn closed(&self) -> CancellationToken {
        self.usage.closed.clone()
    }

    fn remove(&self) {
        self.all.lock().connections.remove(&self.number);
    }
}

impl Drop for UnusedConnection {
    fn drop(&mut self) {
        if self.usage.decide(USED).is_ok() {
            self.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_either_used_or_closed() {
        let connections = UnusedConnections::default();
        let permits = Arc::new(Semaphore::new(0));
        let [used, unused, dropped] = [(); 3].map(|()| connections.add());
        // A first request that arrives after the connection was chosen, and before it was closed.
        let chosen = connections.pop_oldest().unwrap();
        assert!(used.set_used());
        assert!(!chosen.close());
        assert!(!used.closed().is_cancelled());
        connections.close_oldest(&permits).await;
        assert!(unused.closed().is_cancelled());
        assert!(!unused.set_used(), "its request would be cut off");
        assert!(used.set_used(), "further requests are handled");
        drop(dropped);
        assert!(connections.lock().connections.is_empty());
    }
}
