//! Background work that ends with the plugin.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::context::Logger;

/// How long the plugin's end waits for tasks that do not come to an await point.
const END_DEADLINE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    end: CancellationToken,
    logger: Logger,
}

impl Tasks {
    pub(crate) fn new(logger: Logger) -> Self {
        Self {
            tracker: TaskTracker::new(),
            end: CancellationToken::new(),
            logger,
        }
    }

    pub(crate) fn spawn<F>(&self, name: &str, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (name, logger) = (name.to_owned(), self.logger.clone());
        let work = AssertUnwindSafe(self.end.clone().run_until_cancelled_owned(work));
        self.tracker.spawn(async move {
            if work.catch_unwind().await.is_err() {
                logger.error(
                    "stratos",
                    format_args!("task `{name}` panicked and has ended"),
                );
            }
        });
    }

    /// Ends all work and waits for it, but not for ever.
    pub(crate) async fn end(&self) {
        self.end.cancel();
        self.tracker.close();
        if tokio::time::timeout(END_DEADLINE, self.tracker.wait())
            .await
            .is_err()
        {
            let left = self.tracker.len();
            self.logger.warn(
                "stratos",
                format_args!("{left} tasks still run after the plugin's end"),
            );
        }
    }
}
