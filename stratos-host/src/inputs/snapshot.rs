//! Snapshots of the content of all watched files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::inputs::fingerprint::{Fingerprint, is_since};
use crate::inputs::scan::{ScanScope, WatchSet, scan};

/// Fingerprints of all files of a scope, as of the latest scan.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Snapshot(BTreeMap<PathBuf, Fingerprint>);

impl Snapshot {
    /// Scans a scope. Returns the files that were changed, created or removed since the previous scan, and the folders
    /// to watch.
    pub(crate) fn update(&mut self, scope: &ScanScope) -> (Vec<PathBuf>, WatchSet) {
        let (files, watch_set) = scan(scope);
        (self.update_files(&files), watch_set)
    }

    /// Reads these files, and drops all others. Returns the files that were changed, created or removed.
    fn update_files(&mut self, files: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
        let mut changed = Vec::new();
        for path in files {
            let previous = self.0.get(path).copied();
            // A file that was removed since the scan is handled by the next one.
            let Ok(current) = Fingerprint::of(path, previous) else {
                continue;
            };
            self.0.insert(path.clone(), current);
            if previous.is_none_or(|previous| !previous.is_same_content(&current)) {
                changed.push(path.clone());
            }
        }
        self.0.retain(|path, _| {
            let exists = files.contains(path);
            if !exists {
                changed.push(path.clone());
            }
            exists
        });
        changed
    }

    /// Like [`update`](Self::update), for a scope that has grown: a file that is new in the scope counts as changed only
    /// if it was written, or put in its place, since `since`.
    pub(crate) fn update_scope(
        &mut self,
        scope: &ScanScope,
        since: SystemTime,
    ) -> (Vec<PathBuf>, WatchSet) {
        let known: BTreeSet<_> = self.0.keys().cloned().collect();
        let (mut changed, watch_set) = self.update(scope);
        changed.retain(|path| known.contains(path) || is_since(path, since));
        (changed, watch_set)
    }

    /// Reads the files of the snapshot again, and drops those that were removed. Returns the files that were changed or
    /// removed.
    pub(super) fn update_recorded(&mut self) -> Vec<PathBuf> {
        let exists = |path: &&PathBuf| path.symlink_metadata().is_ok();
        let files = self.0.keys().filter(exists).cloned().collect();
        self.update_files(&files)
    }

    /// Reads those of these files that are not in the snapshot yet. Returns them.
    pub(super) fn add(&mut self, files: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
        let mut added = Vec::new();
        for path in files
            .iter()
            .filter(|path| path.is_file() || path.is_symlink())
        {
            if !self.0.contains_key(path)
                && let Ok(fingerprint) = Fingerprint::of(path, None)
            {
                self.0.insert(path.clone(), fingerprint);
                added.push(path.clone());
            }
        }
        added
    }

    /// Modification time of a file, if the file exists.
    pub(crate) fn modified(&self, path: &Path) -> Option<SystemTime> {
        self.0.get(path)?.modified
    }

    /// Paths of all files.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.0.keys()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    /// A temporary folder with its snapshot.
    struct Folder(tempfile::TempDir, Snapshot);

    impl Folder {
        fn new(files: &[(&str, &str)]) -> Self {
            let folder = Self(tempfile::tempdir().unwrap(), Snapshot::default());
            for (name, text) in files {
                folder.write(name, text);
            }
            folder
        }

        fn write(&self, name: &str, text: &str) {
            let path = self.0.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn changes(&mut self) -> Vec<String> {
            let scope = ScanScope {
                roots: [self.0.path().to_owned()].into(),
                files: [self.0.path().join("ignored/but-named")].into(),
                ignored: vec![self.0.path().join("state")],
            };
            let root = self.0.path().to_owned();
            let (changed, _) = self.1.update(&scope);
            let names = changed.iter().map(|path| path.strip_prefix(&root).unwrap());
            names
                .map(|name| name.to_str().unwrap().replace('\\', "/"))
                .collect()
        }
    }

    #[test]
    fn ignored_files_and_build_outputs_are_skipped() {
        let mut folder = Folder::new(&[
            (".gitignore", "ignored\n"),
            // Search tools read this file, cargo does not.
            (".ignore", "unsearched\n"),
            ("unsearched", "1"),
            ("src/main.rs", "1"),
            ("ignored/file", "1"),
            ("ignored/but-named", "1"),
            ("state/file", "1"),
            (
                "out/CACHEDIR.TAG",
                "Signature: 8a477f597d28d172789f06886806bc55",
            ),
            ("out/file", "1"),
            (".hidden", "1"),
        ]);
        assert_eq!(
            folder.changes(),
            ["ignored/but-named", "src/main.rs", "unsearched"]
        );
    }

    #[test]
    fn only_different_content_is_a_change() {
        let mut folder = Folder::new(&[("a.rs", "1"), ("b.rs", "1")]);
        folder.changes();
        assert_eq!(folder.changes(), [] as [&str; 0]);
        folder.write("a.rs", "1");
        assert_eq!(folder.changes(), [] as [&str; 0], "touched");
        folder.write("a.rs", "2");
        assert_eq!(
            folder.changes(),
            ["a.rs"],
            "same length, and about the same time"
        );
        folder.write("a.rs.tmp", "3");
        fs::rename(
            folder.0.path().join("a.rs.tmp"),
            folder.0.path().join("a.rs"),
        )
        .unwrap();
        assert_eq!(folder.changes(), ["a.rs"], "renamed over");
        fs::remove_file(folder.0.path().join("b.rs")).unwrap();
        assert_eq!(folder.changes(), ["b.rs"], "removed");
        folder.write("c/d.rs", "1");
        assert_eq!(folder.changes(), ["c/d.rs"], "new, in a new folder");
    }

    #[test]
    fn files_new_in_the_scope_count_if_modified_recently() {
        let folder = Folder::new(&[("a.rs", "1"), ("b.rs", "1")]);
        let scope = ScanScope {
            roots: [folder.0.path().to_owned()].into(),
            ..ScanScope::default()
        };
        let hour = Duration::from_secs(3600);
        let mut snapshot = Snapshot::default();
        let (changed, _) = snapshot.update_scope(&scope, SystemTime::now() + hour);
        assert_eq!(changed, [] as [PathBuf; 0]);
        let mut snapshot = Snapshot::default();
        let (changed, _) = snapshot.update_scope(&scope, SystemTime::now() - hour);
        assert_eq!(changed.len(), 2);
    }

    /// Wine, in which the tests for Windows run, knows no time of a file's creation.
    #[cfg(unix)]
    #[test]
    fn files_with_an_older_time_count_if_put_in_their_place_recently() {
        let folder = Folder::new(&[("a.rs", "1"), ("b.rs", "1")]);
        let scope = ScanScope {
            roots: [folder.0.path().to_owned()].into(),
            ..ScanScope::default()
        };
        for name in ["a.rs", "b.rs"] {
            let file = fs::File::options()
                .write(true)
                .open(folder.0.path().join(name));
            file.unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        }
        let hour = Duration::from_secs(3600);
        let mut snapshot = Snapshot::default();
        let (changed, _) = snapshot.update_scope(&scope, SystemTime::now() - hour);
        assert_eq!(changed.len(), 2);
    }
}
