//! Starts and ends of a plugin's builds.

use std::future;
use std::time::SystemTime;

use tokio::sync::watch;

use crate::event::{BuildEnd, BuildResult, LatestBuild};

/// Receives the starts and ends of one plugin's builds. No end is lost, however late it is received.
#[derive(Debug)]
pub(super) struct BuildChanges {
    latest: watch::Receiver<Option<LatestBuild>>,
    /// Value of `latest` that was received last.
    received: Option<LatestBuild>,
}

/// The start or the end of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BuildChange {
    Started(SystemTime),
    Ended(BuildEnd),
}

impl BuildChanges {
    pub(super) fn new(latest: watch::Receiver<Option<LatestBuild>>) -> Self {
        Self {
            latest,
            received: None,
        }
    }

    /// Waits until a build starts or ends.
    pub(super) async fn wait(&mut self) {
        if self.latest.changed().await.is_err() {
            // The plugin has no builds, or its actor has panicked.
            future::pending::<()>().await;
        }
    }

    /// Whether a build runs.
    pub(super) fn is_running(&self) -> bool {
        self.latest
            .borrow()
            .is_some_and(|build| build.end.is_none())
    }

    /// Whether a time is between the start and the end of the latest build.
    pub(super) fn is_during_latest(&self, time: SystemTime) -> bool {
        self.latest.borrow().is_some_and(|build| {
            build.started_at <= time && build.end.is_none_or(|end| time <= end.at)
        })
    }

    /// The changes since the previous call, in order.
    pub(super) fn take(&mut self) -> Vec<BuildChange> {
        let Some(build) = *self.latest.borrow_and_update() else {
            return Vec::new();
        };
        let mut changes = Vec::new();
        let received = self.received.replace(build);
        if received.is_none_or(|received| received.id != build.id) {
            if received.is_some_and(|received| received.end.is_none()) {
                // A newer build has replaced the end of the build before, which may have failed.
                changes.push(BuildChange::Ended(BuildEnd {
                    at: build.started_at,
                    result: BuildResult::Failed,
                }));
            }
            changes.push(BuildChange::Started(build.started_at));
        }
        changes.extend(build.end.map(BuildChange::Ended));
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaced_ends_of_builds_are_received_as_failures() {
        let (sender, receiver) = watch::channel(None);
        let mut changes = BuildChanges::new(receiver);
        assert_eq!(changes.take(), []);
        let at = SystemTime::UNIX_EPOCH;
        let end = |result| BuildEnd { at, result };
        let mut report = |id, end| {
            sender.send_replace(Some(LatestBuild {
                id,
                started_at: at,
                end,
            }));
            changes.take()
        };
        let started = BuildChange::Started(at);
        assert_eq!(report(1, None), [started]);
        let cancelled = end(BuildResult::Cancelled);
        assert_eq!(report(1, Some(cancelled)), [BuildChange::Ended(cancelled)]);
        let succeeded = end(BuildResult::Succeeded);
        let both = [started, BuildChange::Ended(succeeded)];
        assert_eq!(report(2, Some(succeeded)), both);
        assert_eq!(report(3, None), [started]);
        let failed = BuildChange::Ended(end(BuildResult::Failed));
        assert_eq!(report(4, None), [failed, started]);
    }
}
