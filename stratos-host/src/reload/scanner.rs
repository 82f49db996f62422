//! Scans of the watched files after file events.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use stratos_protocol::logger::Level;
use tokio::sync::Notify;

use crate::control::Control;
use crate::inputs::{ScanScope, Snapshot, WatchSet};
use crate::reload::watcher::FileWatcher;

/// Finds the files that have changed, and keeps the file watcher on the folders that exist.
#[derive(Debug)]
pub(super) struct FileScanner {
    control: Control,
    watcher: FileWatcher,
    snapshot: Snapshot,
    scope: ScanScope,
}

impl FileScanner {
    /// A scanner without files, which drops the file events within the ignored folders. With `polls`, it scans at
    /// intervals instead of after file events.
    pub(super) fn new(ignored: Vec<PathBuf>, polls: bool, control: Control) -> Self {
        Self {
            control,
            watcher: FileWatcher::new(ignored, polls),
            snapshot: Snapshot::default(),
            scope: ScanScope::default(),
        }
    }

    /// Notified after every file event.
    pub(super) fn events(&self) -> Arc<Notify> {
        self.watcher.events()
    }

    /// The result of the latest scan.
    pub(super) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Scans the scope. Returns the files that have changed since the previous scan.
    pub(super) async fn rescan(&mut self) -> Vec<PathBuf> {
        let scope = self.scope.clone();
        self.update(move |snapshot| snapshot.update(&scope)).await
    }

    /// Replaces the scope, and scans it if it differs. A file that is new in the scope counts as changed if it was
    /// modified since `since`.
    pub(super) async fn set_scope(&mut self, scope: ScanScope, since: SystemTime) -> Vec<PathBuf> {
        if scope == self.scope {
            return Vec::new();
        }
        self.scope = scope.clone();
        let changed = self
            .update(move |snapshot| snapshot.update_scope(&scope, since))
            .await;
        // Another scan finds the changes of files between this scan and the start of their watch.
        self.events().notify_one();
        changed
    }

    /// Updates the snapshot on a thread for blocking work, then the watched folders.
    async fn update(
        &mut self,
        update: impl FnOnce(&mut Snapshot) -> (Vec<PathBuf>, WatchSet) + Send + 'static,
    ) -> Vec<PathBuf> {
        let start = Instant::now();
        let mut snapshot = std::mem::take(&mut self.snapshot);
        let task = tokio::task::spawn_blocking(move || {
            let result = update(&mut snapshot);
            (snapshot, result)
        });
        let Ok((snapshot, (changed, watch_set))) = task.await else {
            return Vec::new();
        };
        self.snapshot = snapshot;
        if let Some(reason) = self.watcher.watch(&watch_set) {
            let text =
                format!("file events are not available ({reason}): files are scanned at intervals");
            self.control.log("", Level::Warn, text);
        }
        self.watcher.poll_after(start.elapsed());
        changed
    }
}
