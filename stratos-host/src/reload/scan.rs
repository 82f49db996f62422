//! The search for the files that are watched.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::reload::watcher::WatchSet;

/// Files and folders to scan.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct ScanScope {
    /// Folders, which are scanned with everything below that git does not ignore.
    pub(super) roots: BTreeSet<PathBuf>,
    /// Single files, inside or outside of the roots. They need not exist.
    pub(super) files: BTreeSet<PathBuf>,
    /// Folders within the roots that are skipped.
    pub(super) ignored: Vec<PathBuf>,
}

/// Finds all existing files of a scope, and the folders to watch for changes.
pub(super) fn scan(scope: &ScanScope) -> (BTreeSet<PathBuf>, WatchSet) {
    let named = scope.files.iter();
    let mut files: BTreeSet<_> = named
        .clone()
        .filter(|path| path.is_file())
        .cloned()
        .collect();
    let mut watch_set = WatchSet {
        trees: scope.roots.clone(),
        folders: named
            .filter_map(|path| path.parent())
            .filter(|path| path.is_dir())
            .map(Path::to_owned)
            .collect(),
    };
    for root in &scope.roots {
        let ignored = scope.ignored.clone();
        let walk = WalkBuilder::new(root)
            // `.gitignore` also counts in a project that is not a git repository yet.
            .require_git(false)
            // A build may read files that `.ignore` hides from search tools.
            .ignore(false)
            .filter_entry(move |entry| {
                let path = entry.path();
                let is_cache = || path.join("CACHEDIR.TAG").is_file();
                !ignored.iter().any(|ignored| path == ignored) && (path.is_file() || !is_cache())
            })
            .build();
        // A folder that cannot be read is scanned again after the next event.
        for entry in walk.filter_map(Result::ok) {
            match entry.file_type() {
                Some(kind) if kind.is_dir() => drop(watch_set.folders.insert(entry.into_path())),
                Some(kind) if kind.is_file() => drop(files.insert(entry.into_path())),
                _ => {}
            }
        }
    }
    (files, watch_set)
}
