//! Background work that ends with the plugin.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::context::Logger;
use crate::probe::Probe;

/// How long the plugin's end waits for tasks that do not come to an await point.
const END_DEADLINE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub(crate) struct Tasks {
    running: Running,
    end: CancellationToken,
    /// Whether somebody knows what did not end in time.
    is_told: Arc<AtomicBool>,
    logger: Logger,
    probe: Probe,
}

impl Tasks {
    pub(crate) fn new(logger: Logger, probe: Probe) -> Self {
        Self {
            running: Running::default(),
            end: CancellationToken::new(),
            is_told: Arc::default(),
            logger,
            probe,
        }
    }

    pub(crate) fn spawn<F>(&self, name: &str, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let running = self.running.begin(name);
        let (name, logger) = (name.to_owned(), self.logger.clone());
        let piece = self.probe.piece(format_args!("the task `{name}`"));
        let work = piece.run(work);
        let work = AssertUnwindSafe(self.end.clone().run_until_cancelled_owned(work));
        tokio::spawn(async move {
            let ended = work.catch_unwind().await;
            if ended.is_err() {
                logger.error(
                    "stratos",
                    format_args!("task `{name}` panicked and has ended"),
                );
            }
            drop(running);
        });
    }

    /// Ends all work and waits for it, but not for ever. Only the first call has anything to do.
    pub(crate) async fn end(&self) {
        for name in self.still_running().await {
            self.logger.warn_with(
                "stratos",
                format_args!("task `{name}` still runs after the plugin's end"),
                &json!({ "leak": { "task": name } }),
            );
        }
    }

    /// Ends all work without a wait.
    pub(crate) fn cut(&self) {
        self.end.cancel();
    }

    /// Ends all work, and tells what did not end in time. It tells once.
    pub(crate) async fn still_running(&self) -> Vec<String> {
        if self.is_told.load(Ordering::SeqCst) {
            return Vec::new();
        }
        self.end.cancel();
        let names = self.running.wait(END_DEADLINE).await;
        self.is_told.store(true, Ordering::SeqCst);
        names
    }

    /// Whether any work has not ended.
    #[cfg(feature = "testing")]
    pub(crate) fn are_running(&self) -> bool {
        !self.running.0.tracker.is_empty()
    }
}

/// Work that runs, by name. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Running(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    tracker: TaskTracker,
    names: Mutex<(u64, BTreeMap<u64, String>)>,
}

/// Is on the list until it is dropped.
#[derive(Debug)]
pub(crate) struct Listed {
    running: Running,
    id: u64,
    _token: TaskTrackerToken,
}

impl Running {
    pub(crate) fn begin(&self, name: &str) -> Listed {
        let mut names = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.0 += 1;
        let id = names.0;
        names.1.insert(id, name.to_owned());
        Listed {
            running: self.clone(),
            id,
            _token: self.0.tracker.token(),
        }
    }

    /// Waits until nothing runs any more; returns what still does when the time is up.
    pub(crate) async fn wait(&self, deadline: Duration) -> Vec<String> {
        self.0.tracker.close();
        // What is left is on the list.
        let _ = tokio::time::timeout(deadline, self.0.tracker.wait()).await;
        let names = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.1.values().cloned().collect()
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        let names = &self.running.0.names;
        let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
        names.1.remove(&self.id);
    }
}
