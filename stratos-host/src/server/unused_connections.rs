//! Open connections that have not sent a request, which are closed where new ones need room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Timeout for a connection to close.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(100);

/// The connections of a server that have not sent a request. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct UnusedConnections(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// Number of the next connection.
    next: u64,
    /// Tokens that close the connections, the oldest first.
    connections: BTreeMap<u64, CancellationToken>,
}

/// The entry of one connection, removed on drop.
#[derive(Debug)]
pub(super) struct UnusedConnection {
    all: UnusedConnections,
    number: u64,
    /// Cancelled when the connection must close.
    pub(super) closed: CancellationToken,
}

impl UnusedConnections {
    pub(super) fn add(&self) -> UnusedConnection {
        let closed = CancellationToken::new();
        let mut inner = self.lock();
        let number = inner.next;
        inner.next += 1;
        inner.connections.insert(number, closed.clone());
        UnusedConnection {
            all: self.clone(),
            number,
            closed,
        }
    }

    /// Closes the oldest connection, and returns its permit; `None` if there is none.
    pub(super) async fn close_oldest(
        &self,
        permits: &Arc<Semaphore>,
    ) -> Option<OwnedSemaphorePermit> {
        let (_, oldest) = self.lock().connections.pop_first()?;
        oldest.cancel();
        let permit = Arc::clone(permits).acquire_owned();
        timeout(CLOSE_TIMEOUT, permit).await.ok()?.ok()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UnusedConnection {
    /// Keeps the connection open, because it has sent a request.
    pub(super) fn remove(&self) {
        self.all.lock().connections.remove(&self.number);
    }
}

impl Drop for UnusedConnection {
    fn drop(&mut self) {
        self.remove();
    }
}
