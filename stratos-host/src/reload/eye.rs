//! Sees that something happened in a folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _, WatcherKind};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

/// How often folders are looked through where the system does not tell.
const POLL: Duration = Duration::from_millis(500);

/// Wakes somebody when something happens in the folders that it looks at.
#[derive(Debug)]
pub(super) struct Eye {
    wake: Arc<Notify>,
    system: Option<RecommendedWatcher>,
    looked_at: BTreeSet<(PathBuf, bool)>,
    lost: Arc<Mutex<Lost>>,
    /// Ends with this value.
    poll: Option<AbortOnDropHandle<()>>,
}

/// What is looked at no more: a system forgets a folder that is removed or renamed, whatever comes to its place.
#[derive(Debug, Default)]
struct Lost {
    paths: BTreeSet<PathBuf>,
    /// Events have been lost, perhaps such ones.
    all: bool,
}

/// What to look at.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Places {
    /// With everything below.
    pub(super) roots: BTreeSet<PathBuf>,
    /// Without what is below. All folders in the roots that are not ignored are among them.
    pub(super) folders: BTreeSet<PathBuf>,
}

impl Eye {
    /// Blind for what lies in these folders.
    pub(super) fn new(blind: Vec<PathBuf>) -> Self {
        let wake = Arc::<Notify>::default();
        let woken = Arc::clone(&wake);
        let lost = Arc::<Mutex<Lost>>::default();
        let loses = Arc::clone(&lost);
        let handle = move |event: notify::Result<notify::Event>| {
            // An error may be an event that was lost.
            if event.as_ref().map_or(true, |event| matters(event, &blind)) {
                lock(&loses).note(&event);
                woken.notify_one();
            }
        };
        Self {
            wake,
            lost,
            system: notify::recommended_watcher(handle).ok(),
            looked_at: BTreeSet::new(),
            poll: None,
        }
    }

    pub(super) fn wake(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    /// Looks at these places from now on, and wakes at once where some of them are new: what was written there after the
    /// search and before this was seen by nobody.
    ///
    /// Returns why it has to look by itself every now and then, when that is new.
    pub(super) fn look_at(&mut self, places: &Places) -> Option<String> {
        if self.poll.is_some() {
            return None;
        }
        let Some(system) = &mut self.system else {
            return Some(self.poll("this system has no file events".to_owned()));
        };
        let wanted = choose(places, RecommendedWatcher::kind());
        let lost = std::mem::take(&mut *lock(&self.lost));
        self.looked_at.retain(|(path, _)| {
            let is_lost = lost.has(path);
            if is_lost {
                // It may have forgotten it already.
                let _ = system.unwatch(path);
            }
            !is_lost
        });
        for (gone, _) in self.looked_at.difference(&wanted) {
            // A folder that was removed is not looked at any more.
            let _ = system.unwatch(gone);
        }
        let mut missing = BTreeSet::new();
        for (path, below) in wanted.difference(&self.looked_at) {
            let mode = match below {
                true => RecursiveMode::Recursive,
                false => RecursiveMode::NonRecursive,
            };
            match system.watch(path, mode) {
                Ok(()) => self.wake.notify_one(),
                // It went between the search and now, and its parent tells.
                Err(_) if !path.exists() => drop(missing.insert((path.clone(), *below))),
                Err(error) => return Some(self.poll(error.to_string())),
            }
        }
        self.looked_at = &wanted - &missing;
        None
    }

    fn poll(&mut self, reason: String) -> String {
        self.system = None;
        let wake = self.wake();
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(POLL).await;
                wake.notify_one();
            }
        });
        self.poll = Some(AbortOnDropHandle::new(task));
        reason
    }
}

impl Lost {
    fn note(&mut self, event: &notify::Result<notify::Event>) {
        match event {
            Ok(event) if event.need_rescan() => self.all = true,
            Ok(event) if goes(event.kind) => self.paths.extend(event.paths.iter().cloned()),
            Ok(_) => {}
            Err(_) => self.all = true,
        }
    }

    fn has(&self, path: &Path) -> bool {
        self.all || self.paths.iter().any(|lost| path.starts_with(lost))
    }
}

fn goes(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
    )
}

fn lock(lost: &Mutex<Lost>) -> MutexGuard<'_, Lost> {
    lost.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Linux looks at each folder by itself, so only at those that are not ignored; the others look at whole trees, which
/// costs them nothing.
fn choose(places: &Places, kind: WatcherKind) -> BTreeSet<(PathBuf, bool)> {
    let one_by_one = matches!(kind, WatcherKind::Inotify | WatcherKind::Kqueue);
    let covered =
        |folder: &Path| !one_by_one && places.roots.iter().any(|root| folder.starts_with(root));
    let roots = places.roots.iter().filter(|_| !one_by_one);
    let folders = places.folders.iter().filter(|folder| !covered(folder));
    roots
        .map(|root| (root.clone(), true))
        .chain(folders.map(|folder| (folder.clone(), false)))
        .collect()
}

/// Reading is no change, and our own outputs are none of our business.
fn matters(event: &notify::Event, blind: &[PathBuf]) -> bool {
    let reads = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        _ => false,
    };
    let seen = |path: &PathBuf| !blind.iter().any(|folder| path.starts_with(folder));
    !reads && (event.paths.is_empty() || event.paths.iter().any(seen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_looks_at_folders_and_others_at_trees() {
        let places = Places {
            roots: ["/p".into()].into(),
            folders: ["/p".into(), "/p/src".into(), "/elsewhere".into()].into(),
        };
        let each = choose(&places, WatcherKind::Inotify);
        let expected = [("/elsewhere", false), ("/p", false), ("/p/src", false)];
        assert_eq!(each, expected.map(|(path, all)| (path.into(), all)).into());
        let trees = choose(&places, WatcherKind::Fsevent);
        let expected = [("/elsewhere", false), ("/p", true)];
        assert_eq!(trees, expected.map(|(path, all)| (path.into(), all)).into());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_written_before_the_eye_was_there_is_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut eye = Eye::new(Vec::new());
        let places = Places {
            folders: [folder.path().to_owned()].into(),
            ..Places::default()
        };
        let wake = eye.wake();
        let woken = async || {
            let deadline = Duration::from_millis(100);
            tokio::time::timeout(deadline, wake.notified())
                .await
                .is_ok()
        };
        assert_eq!(eye.look_at(&places), None);
        assert!(woken().await, "a new folder");
        assert_eq!(eye.look_at(&places), None);
        assert!(!woken().await, "one that it looks at already");
        let mut missing = places.clone();
        missing.folders.insert(folder.path().join("missing"));
        for _ in 0..2 {
            assert_eq!(eye.look_at(&missing), None);
            assert!(!woken().await, "one that is not there");
        }
    }

    #[tokio::test]
    async fn a_folder_that_was_made_anew_is_looked_at_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let (root, below) = (folder.path().to_owned(), folder.path().join("below"));
        let places = Places {
            roots: [root.clone()].into(),
            folders: [root, below.clone()].into(),
        };
        std::fs::create_dir(&below).unwrap();
        let mut eye = Eye::new(Vec::new());
        let wake = eye.wake();
        let woken = async || {
            let patience = Duration::from_secs(10);
            tokio::time::timeout(patience, wake.notified())
                .await
                .is_ok()
        };
        // Until what has happened before is over.
        let settle = async |eye: &mut Eye| {
            let quiet = Duration::from_millis(300);
            while tokio::time::timeout(quiet, wake.notified()).await.is_ok() {
                assert_eq!(eye.look_at(&places), None);
            }
        };
        assert_eq!(eye.look_at(&places), None);
        settle(&mut eye).await;
        std::fs::remove_dir(&below).unwrap();
        std::fs::create_dir(&below).unwrap();
        settle(&mut eye).await;
        std::fs::write(below.join("file"), "").unwrap();
        assert!(woken().await, "somebody wrote into the new folder");
        settle(&mut eye).await;
        let away = below.with_extension("old");
        std::fs::rename(&below, &away).unwrap();
        std::fs::create_dir(&below).unwrap();
        settle(&mut eye).await;
        std::fs::write(below.join("file"), "").unwrap();
        assert!(woken().await, "the other one has another name now");
    }

    #[tokio::test(start_paused = true)]
    async fn without_events_of_the_system_it_looks_by_itself() {
        let mut eye = Eye::new(Vec::new());
        eye.system = None;
        let places = Places::default();
        assert!(eye.look_at(&places).is_some(), "it says so");
        assert_eq!(eye.look_at(&places), None, "once");
        let wake = eye.wake();
        let begin = tokio::time::Instant::now();
        wake.notified().await;
        wake.notified().await;
        assert_eq!(begin.elapsed(), 2 * POLL);
    }

    #[test]
    fn our_own_doing_does_not_wake_us() {
        let blind = ["/p/.stratos".into()];
        let event = |kind, path: &str| notify::Event::new(kind).add_path(path.into());
        assert!(matters(&event(EventKind::Any, "/p/src/main.rs"), &blind));
        assert!(!matters(&event(EventKind::Any, "/p/.stratos/x"), &blind));
        let read = EventKind::Access(AccessKind::Open(AccessMode::Any));
        assert!(!matters(&event(read, "/p/src/main.rs"), &blind));
    }
}
