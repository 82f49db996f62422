//! Open connections without a request in progress, which are closed when new ones need room.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Timeout for a connection to close.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(100);

/// The connections of a server that have no request in progress. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct IdleConnections(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// Number of the next entry.
    next: u64,
    /// Tokens that close the connections, the one that is idle for the longest time first.
    tokens: BTreeMap<u64, CancellationToken>,
}

/// An open connection, which is idle at first.
#[derive(Debug)]
pub(super) struct Connection {
    idle: IdleConnections,
    /// Number of its last entry in `idle`.
    number: AtomicU64,
    is_used: AtomicBool,
    closed: CancellationToken,
}

/// A request in progress. Its connection is idle again on drop.
#[derive(Debug)]
pub(super) struct RequestInProgress(Arc<Connection>);

impl IdleConnections {
    pub(super) fn add(&self) -> Arc<Connection> {
        let closed = CancellationToken::new();
        Arc::new(Connection {
            idle: self.clone(),
            number: AtomicU64::new(self.insert(closed.clone())),
            is_used: AtomicBool::new(false),
            closed,
        })
    }

    /// Closes the connection that is idle for the longest time, and returns its permit; `None` if no connection is idle,
    /// or it cannot be closed in time.
    pub(super) async fn close_oldest(
        &self,
        permits: &Arc<Semaphore>,
    ) -> Option<OwnedSemaphorePermit> {
        let (_, oldest) = self.lock().tokens.pop_first()?;
        oldest.cancel();
        let permit = Arc::clone(permits).acquire_owned();
        timeout(CLOSE_TIMEOUT, permit).await.ok()?.ok()
    }

    /// Adds a connection as the one that became idle last. Returns the number of its entry.
    fn insert(&self, token: CancellationToken) -> u64 {
        let mut inner = self.lock();
        let number = inner.next;
        inner.next += 1;
        inner.tokens.insert(number, token);
        number
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// Keeps the connection out of the idle ones until the request ends.
    pub(super) fn begin_request(self: &Arc<Self>) -> RequestInProgress {
        self.is_used.store(true, Ordering::Relaxed);
        self.remove();
        RequestInProgress(Arc::clone(self))
    }

    /// Whether the connection has had a request.
    pub(super) fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }

    /// Returns when the connection must close, after the request in progress if there is one.
    pub(super) async fn closed(&self) {
        self.closed.cancelled().await;
    }

    fn remove(&self) {
        let number = self.number.load(Ordering::Relaxed);
        self.idle.lock().tokens.remove(&number);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.remove();
    }
}

impl Drop for RequestInProgress {
    fn drop(&mut self) {
        let Self(connection) = self;
        let number = connection.idle.insert(connection.closed.clone());
        connection.number.store(number, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_connection_that_is_idle_for_the_longest_time_is_closed() {
        let idle = IdleConnections::default();
        let permits = Arc::new(Semaphore::new(0));
        let [used, busy, unused, dropped] = [(); 4].map(|()| idle.add());
        let request = busy.begin_request();
        drop(used.begin_request());
        drop(dropped);
        let is_closed = |connection: &Connection| connection.closed.is_cancelled();
        for expected in [
            [true, false, false],
            [true, true, false],
            [true, true, false],
        ] {
            idle.close_oldest(&permits).await;
            assert_eq!([&unused, &used, &busy].map(|its| is_closed(its)), expected);
        }
        drop(request);
        idle.close_oldest(&permits).await;
        assert!(is_closed(&busy));
        assert_eq!(
            [&unused, &used, &busy].map(|its| its.is_used()),
            [false, true, true]
        );
    }
}
