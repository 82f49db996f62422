//! Tracking of work in progress by name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// [`TaskTracker`] whose tasks have names. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct NamedTracker(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    tracker: TaskTracker,
    names: Mutex<Names>,
}

#[derive(Debug, Default)]
struct Names {
    last_id: u64,
    by_id: BTreeMap<u64, String>,
}

/// Guard of one tracked task, which is finished when the guard is dropped.
#[derive(Debug)]
pub(crate) struct NamedToken {
    tracker: NamedTracker,
    id: u64,
    _token: TaskTrackerToken,
}

impl NamedTracker {
    pub(crate) fn track(&self, name: &str) -> NamedToken {
        let mut names = self.names();
        names.last_id += 1;
        let id = names.last_id;
        names.by_id.insert(id, name.to_owned());
        NamedToken {
            tracker: self.clone(),
            id,
            _token: self.0.tracker.token(),
        }
    }

    /// Waits up to `timeout` until all tasks are finished, and returns the names of those that are not, in the order
    /// in which they began.
    pub(crate) async fn wait(&self, timeout: Duration) -> Vec<String> {
        self.0.tracker.close();
        // The names tell which tasks are left after a timeout.
        let _ = tokio::time::timeout(timeout, self.0.tracker.wait()).await;
        self.names().by_id.values().cloned().collect()
    }

    #[cfg(feature = "testing")]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.tracker.is_empty()
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.0.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for NamedToken {
    fn drop(&mut self) {
        self.tracker.names().by_id.remove(&self.id);
    }
}
