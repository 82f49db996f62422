//! Tracking of work in progress by name.

use std::time::Duration;

use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::in_progress::{InProgress, InProgressGuard};

/// [`TaskTracker`] whose tasks have names. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct NamedTracker {
    tracker: TaskTracker,
    names: InProgress<String>,
}

/// Guard of one tracked task, which is finished when the guard is dropped.
#[derive(Debug)]
pub(crate) struct NamedToken {
    _name: InProgressGuard<String>,
    _token: TaskTrackerToken,
}

impl NamedTracker {
    pub(crate) fn track(&self, name: &str) -> NamedToken {
        NamedToken {
            _name: self.names.add(name.to_owned()),
            _token: self.tracker.token(),
        }
    }

    /// Waits up to `timeout` until all tasks are finished, and returns the names of those that are not, in the order
    /// in which they began.
    pub(crate) async fn wait(&self, timeout: Duration) -> Vec<String> {
        self.tracker.close();
        // The names tell which tasks are left after a timeout.
        let _ = tokio::time::timeout(timeout, self.tracker.wait()).await;
        self.names.read(|names| names.values().cloned().collect())
    }

    #[cfg(feature = "testing")]
    pub(crate) fn is_empty(&self) -> bool {
        self.tracker.is_empty()
    }
}
