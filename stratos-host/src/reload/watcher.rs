//! The watcher of file events.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher as _, WatcherKind};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

use crate::inputs::WatchSet;

/// Pause between scans where the operating system reports no file events.
const POLL_PAUSE: Duration = Duration::from_millis(500);
/// Minimum length of that pause in relation to the duration of a scan: polling then takes about a tenth of a core.
const POLL_PAUSE_FACTOR: u32 = 9;

/// Notifies about file events in a set of folders.
#[derive(Debug)]
pub(super) struct FileWatcher {
    events: Arc<Notify>,
    /// The operating system's watcher, or the reason why there is none; `None` while events come from polling.
    system: Option<Result<RecommendedWatcher, String>>,
    /// Paths that the system watches.
    watched: BTreeSet<WatchedPath>,
    lost: Arc<Mutex<LostWatches>>,
    /// Task that causes the next event.
    poll_task: Option<AbortOnDropHandle<()>>,
}

/// A path that the operating system watches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct WatchedPath {
    path: PathBuf,
    mode: WatchMode,
}

/// Whether the folders below a watched folder are watched too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum WatchMode {
    Folder,
    Tree,
}

/// Paths that the operating system has stopped to watch, because they were removed or renamed. A new file or folder at
/// such a path has to be watched anew.
#[derive(Debug, Default)]
struct LostWatches {
    paths: BTreeSet<PathBuf>,
    /// Whether events were dropped, so that every watch may be lost.
    any: bool,
}

impl FileWatcher {
    /// A watcher that drops the events within the ignored folders. With `polls`, it does not use the system's watcher.
    pub(super) fn new(ignored: Vec<PathBuf>, polls: bool) -> Self {
        let events = Arc::<Notify>::default();
        let lost = Arc::<Mutex<LostWatches>>::default();
        let handler = {
            let (events, lost) = (Arc::clone(&events), Arc::clone(&lost));
            move |event: notify::Result<notify::Event>| {
                // An error may stand for a lost event.
                let matters = event.as_ref().map_or(true, |e| is_relevant(e, &ignored));
                if matters {
                    lock(&lost).record(&event);
                    events.notify_one();
                }
            }
        };
        let system = (!polls).then(|| {
            let watcher = notify::recommended_watcher(handler);
            watcher.map_err(|error| describe(&error))
        });
        Self {
            events,
            system,
            watched: BTreeSet::new(),
            lost,
            poll_task: None,
        }
    }

    /// Notified after every event.
    pub(super) fn events(&self) -> Arc<Notify> {
        Arc::clone(&self.events)
    }

    /// Replaces the set of watched folders. A new folder causes an event, since a file in it may have changed between
    /// the scan that found the folder and this call.
    ///
    /// Returns the reason if the watcher falls back to polling.
    pub(super) fn watch(&mut self, watch_set: &WatchSet) -> Option<String> {
        let mut system = match self.system.take()? {
            Ok(system) => system,
            Err(reason) => return Some(reason),
        };
        let wanted = paths_to_watch(watch_set, RecommendedWatcher::kind());
        let lost = std::mem::take(&mut *lock(&self.lost));
        self.watched.retain(|WatchedPath { path, .. }| {
            let is_lost = lost.contains(path);
            if is_lost {
                // Fails where the system has removed the watch already.
                let _ = system.unwatch(path);
            }
            !is_lost
        });
        for unwanted in self.watched.difference(&wanted) {
            // Fails for a folder that was removed.
            let _ = system.unwatch(&unwanted.path);
        }
        let mut missing = BTreeSet::new();
        for new in wanted.difference(&self.watched) {
            let mode = match new.mode {
                WatchMode::Tree => RecursiveMode::Recursive,
                WatchMode::Folder => RecursiveMode::NonRecursive,
            };
            match system.watch(&new.path, mode) {
                Ok(()) => self.events.notify_one(),
                // The folder was removed since the scan, which is an event of its parent.
                Err(_) if !new.path.exists() => drop(missing.insert(new.clone())),
                Err(error) => return Some(describe(&error)),
            }
        }
        self.watched = &wanted - &missing;
        self.system = Some(Ok(system));
        None
    }

    /// Schedules the next event if the system reports none. `scan_time` is the duration of the scan that has ended.
    pub(super) fn poll_after(&mut self, scan_time: Duration) {
        if self.system.is_some() {
            return;
        }
        let pause = POLL_PAUSE.max(scan_time * POLL_PAUSE_FACTOR);
        let events = self.events();
        let task = tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            events.notify_one();
        });
        self.poll_task = Some(AbortOnDropHandle::new(task));
    }
}

impl LostWatches {
    fn record(&mut self, event: &notify::Result<notify::Event>) {
        match event {
            Ok(event) if event.need_rescan() => self.any = true,
            Ok(event) if is_removal(event.kind) => self.paths.extend(event.paths.iter().cloned()),
            Ok(_) => {}
            Err(_) => self.any = true,
        }
    }

    fn contains(&self, path: &Path) -> bool {
        self.any || self.paths.iter().any(|lost| path.starts_with(lost))
    }
}

/// The error, with the name of the limit that was reached.
fn describe(error: &notify::Error) -> String {
    let limit = match &error.kind {
        ErrorKind::MaxFilesWatch => "fs.inotify.max_user_watches",
        // `EMFILE` at the creation of a watcher: there is no other message for the number of instances.
        ErrorKind::Io(error) if cfg!(target_os = "linux") && error.raw_os_error() == Some(24) => {
            "fs.inotify.max_user_instances, or `ulimit -n`,"
        }
        _ => return error.to_string(),
    };
    format!("the limit {limit} of this system is reached; `sysctl` shows and raises it")
}

fn is_removal(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
    )
}

fn lock(lost: &Mutex<LostWatches>) -> MutexGuard<'_, LostWatches> {
    lost.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The paths to pass to the operating system.
///
/// Linux and BSD watch single folders, so ignored ones are left out. The other systems watch whole trees at no cost.
fn paths_to_watch(watch_set: &WatchSet, kind: WatcherKind) -> BTreeSet<WatchedPath> {
    let is_single = matches!(kind, WatcherKind::Inotify | WatcherKind::Kqueue);
    let trees = watch_set.trees.iter().filter(|_| !is_single);
    let is_covered = |folder: &Path| trees.clone().any(|tree| folder.starts_with(tree));
    let folders = watch_set.folders.iter();
    let folders = folders.filter(|folder| !is_covered(folder));
    let watched = |path: &PathBuf, mode| WatchedPath {
        path: path.clone(),
        mode,
    };
    let trees = trees.clone().map(|tree| watched(tree, WatchMode::Tree));
    let folders = folders.map(|folder| watched(folder, WatchMode::Folder));
    trees.chain(folders).collect()
}

/// Whether an event can be a change: neither read access, nor in an ignored folder.
fn is_relevant(event: &notify::Event, ignored: &[PathBuf]) -> bool {
    let is_read = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        _ => false,
    };
    let is_watched = |path: &PathBuf| !ignored.iter().any(|folder| path.starts_with(folder));
    !is_read && (event.paths.is_empty() || event.paths.iter().any(is_watched))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_watches_folders_and_other_systems_watch_trees() {
        let watch_set = WatchSet {
            trees: ["/p".into()].into(),
            folders: ["/p".into(), "/p/src".into(), "/elsewhere".into()].into(),
        };
        let each = paths_to_watch(&watch_set, WatcherKind::Inotify);
        let watched = |(path, mode): (&str, _)| WatchedPath {
            path: path.into(),
            mode,
        };
        let (folder, tree) = (WatchMode::Folder, WatchMode::Tree);
        let expected = [("/elsewhere", folder), ("/p", folder), ("/p/src", folder)];
        assert_eq!(each, expected.map(watched).into());
        let trees = paths_to_watch(&watch_set, WatcherKind::Fsevent);
        let expected = [("/elsewhere", folder), ("/p", tree)];
        assert_eq!(trees, expected.map(watched).into());
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_folder_causes_an_event() {
        let folder = tempfile::tempdir().unwrap();
        let mut watcher = FileWatcher::new(Vec::new(), false);
        let watch_set = WatchSet {
            folders: [folder.path().to_owned()].into(),
            ..WatchSet::default()
        };
        let events = watcher.events();
        let has_event = async || {
            let deadline = Duration::from_millis(100);
            tokio::time::timeout(deadline, events.notified())
                .await
                .is_ok()
        };
        assert_eq!(watcher.watch(&watch_set), None);
        assert!(has_event().await, "new folder");
        assert_eq!(watcher.watch(&watch_set), None);
        assert!(!has_event().await, "folder that is watched already");
        let mut missing = watch_set.clone();
        missing.folders.insert(folder.path().join("missing"));
        for _ in 0..2 {
            assert_eq!(watcher.watch(&missing), None);
            assert!(!has_event().await, "missing folder");
        }
    }

    #[tokio::test]
    async fn a_folder_that_was_created_again_is_watched() {
        let folder = tempfile::tempdir().unwrap();
        let (root, below) = (folder.path().to_owned(), folder.path().join("below"));
        let watch_set = WatchSet {
            trees: [root.clone()].into(),
            folders: [root, below.clone()].into(),
        };
        std::fs::create_dir(&below).unwrap();
        let mut watcher = FileWatcher::new(Vec::new(), false);
        let events = watcher.events();
        let has_event = async || {
            let timeout = Duration::from_secs(10);
            tokio::time::timeout(timeout, events.notified())
                .await
                .is_ok()
        };
        // Waits until all earlier events were received.
        let settle = async |watcher: &mut FileWatcher| {
            let quiet = Duration::from_millis(300);
            while tokio::time::timeout(quiet, events.notified()).await.is_ok() {
                assert_eq!(watcher.watch(&watch_set), None);
            }
        };
        assert_eq!(watcher.watch(&watch_set), None);
        settle(&mut watcher).await;
        std::fs::remove_dir(&below).unwrap();
        std::fs::create_dir(&below).unwrap();
        settle(&mut watcher).await;
        std::fs::write(below.join("file"), "").unwrap();
        assert!(
            has_event().await,
            "file in a folder that was removed and created"
        );
        settle(&mut watcher).await;
        let away = below.with_extension("old");
        std::fs::rename(&below, &away).unwrap();
        std::fs::create_dir(&below).unwrap();
        settle(&mut watcher).await;
        std::fs::write(below.join("file"), "").unwrap();
        assert!(
            has_event().await,
            "file in a folder that was renamed and created"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn without_file_events_the_watcher_polls() {
        let mut watcher = FileWatcher::new(Vec::new(), false);
        watcher.system = Some(Err("the reason".to_owned()));
        let watch_set = WatchSet::default();
        let reason = watcher.watch(&watch_set);
        assert_eq!(reason.as_deref(), Some("the reason"));
        assert_eq!(watcher.watch(&watch_set), None, "reported once");
        let events = watcher.events();
        for (scan_ms, pause_ms) in [(1, 500), (100, 900)] {
            let start = tokio::time::Instant::now();
            watcher.poll_after(Duration::from_millis(scan_ms));
            events.notified().await;
            assert_eq!(start.elapsed(), Duration::from_millis(pause_ms));
        }
    }

    #[test]
    fn limits_of_the_system_are_named() {
        let text = describe(&notify::Error::new(ErrorKind::MaxFilesWatch));
        assert!(text.contains("fs.inotify.max_user_watches"), "{text}");
        let io = std::io::Error::from_raw_os_error(24);
        let text = describe(&notify::Error::io(io));
        let is_named = text.contains("fs.inotify.max_user_instances");
        assert_eq!(is_named, cfg!(target_os = "linux"), "{text}");
    }

    #[test]
    fn reads_and_ignored_folders_cause_no_events() {
        let ignored = ["/p/.stratos".into()];
        let event = |kind, path: &str| notify::Event::new(kind).add_path(path.into());
        assert!(is_relevant(
            &event(EventKind::Any, "/p/src/main.rs"),
            &ignored
        ));
        assert!(!is_relevant(
            &event(EventKind::Any, "/p/.stratos/x"),
            &ignored
        ));
        let read = EventKind::Access(AccessKind::Open(AccessMode::Any));
        assert!(!is_relevant(&event(read, "/p/src/main.rs"), &ignored));
    }
}
