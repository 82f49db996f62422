//! Background tasks that end with the plugin.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::context::shared::Shared;
use crate::context::tracker::NamedTracker;

/// Time that cancelled tasks have to reach an await point.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// Tasks of [`PluginContext::spawn`](crate::PluginContext::spawn). Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Tasks {
    pub(super) shared: Arc<Shared>,
    running: NamedTracker,
    cancellation: CancellationToken,
    /// Whether [`shutdown`](Self::shutdown) has returned before.
    is_shut_down: Arc<AtomicBool>,
}

impl Tasks {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            running: NamedTracker::default(),
            cancellation: CancellationToken::new(),
            is_shut_down: Arc::default(),
        }
    }

    pub(crate) fn spawn<F>(&self, name: &str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let token = self.running.track(name);
        let (name, shared) = (name.to_owned(), Arc::clone(&self.shared));
        let task = shared
            .instrumentation
            .instrument(format_args!("the task `{name}`"), task);
        let task = self.cancellation.clone().run_until_cancelled_owned(task);
        tokio::spawn(async move {
            let outcome = AssertUnwindSafe(task).catch_unwind().await;
            if outcome.is_err() && !shared.instrumentation.logs_panics {
                let message = format_args!("task `{name}` panicked and has ended");
                shared.logger.error("stratos", message);
            }
            drop(token);
        });
    }

    pub(crate) fn cancel(&self) {
        self.cancellation.cancel();
    }

    /// Cancels all tasks and waits for them up to [`SHUTDOWN_TIMEOUT`]. Returns the names of those that still run, but
    /// only once, so that each is reported once.
    pub(crate) async fn shutdown(&self) -> Vec<String> {
        if self.is_shut_down.load(Ordering::SeqCst) {
            return Vec::new();
        }
        self.cancel();
        let unfinished = self.running.wait(SHUTDOWN_TIMEOUT).await;
        self.is_shut_down.store(true, Ordering::SeqCst);
        unfinished
    }

    /// [Shuts down](Self::shutdown) and logs a warning for each task that still runs.
    pub(crate) async fn shutdown_and_warn(&self) {
        for name in self.shutdown().await {
            self.shared.logger.warn_with(
                "stratos",
                format_args!("task `{name}` still runs after the plugin has stopped"),
                &json!({ "leak": { "task": name } }),
            );
        }
    }

    /// Whether any task has not ended.
    #[cfg(feature = "testing")]
    pub(crate) fn are_running(&self) -> bool {
        !self.running.is_empty()
    }
}
