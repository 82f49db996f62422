//! Open connections without a request in progress, which are closed when new ones need room.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Timeout for one of the idle connections to close.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(500);
/// Time in which a connection closes, unless its client has not read the last response.
const CLOSE_INTERVAL: Duration = Duration::from_millis(10);

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

    /// Closes the connection that is idle for the longest time, or further ones until one is closed, and returns its
    /// permit; `None` if no connection is idle, or none can be closed in time.
    pub(super) async fn close_oldest(
        &self,
        permits: &Arc<Semaphore>,
    ) -> Option<OwnedSemaphorePermit> {
        let mut oldest = Some(self.take_oldest()?);
        let close_in_order = async {
            while let Some(token) = oldest {
                token.cancel();
                sleep(CLOSE_INTERVAL).await;
                oldest = self.take_oldest();
            }
            pending().await
        };
        tokio::select! {
            permit = Arc::clone(permits).acquire_owned() => permit.ok(),
            () = close_in_order => None,
            () = sleep(CLOSE_TIMEOUT) => None,
        }
    }

    /// Removes the entry of the connection that is idle for the longest time.
    fn take_oldest(&self) -> Option<CancellationToken> {
        self.lock().tokens.pop_first().map(|(_, token)| token)
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
        for connection in [&used, &busy, &unused] {
            let (connection, permits) = (Arc::clone(connection), Arc::clone(&permits));
            tokio::spawn(async move {
                connection.closed().await;
                permits.add_permits(1);
            });
        }
        let close_oldest = async || {
            if let Some(permit) = idle.close_oldest(&permits).await {
                permit.forget();
            }
        };
        let is_closed = |connection: &Connection| connection.closed.is_cancelled();
        for expected in [
            [true, false, false],
            [true, true, false],
            [true, true, false],
        ] {
            close_oldest().await;
            assert_eq!(
                [&unused, &used, &busy].map(|connection| is_closed(connection)),
                expected
            );
        }
        drop(request);
        close_oldest().await;
        assert!(is_closed(&busy));
        assert_eq!(
            [&unused, &used, &busy].map(|connection| connection.is_used()),
            [false, true, true]
        );
    }
}
