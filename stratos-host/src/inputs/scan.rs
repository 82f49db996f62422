//! The search for the files that are watched.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use ignore::WalkBuilder;

use crate::inputs::canonical_path::canonicalize;

/// Files and folders to scan.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct ScanScope {
    /// Folders, which are scanned with everything below that git does not ignore.
    pub(crate) roots: BTreeSet<PathBuf>,
    /// Single files, inside or outside of the roots. They need not exist.
    pub(crate) files: BTreeSet<PathBuf>,
    /// Folders within the roots that are skipped.
    pub(crate) ignored: Vec<PathBuf>,
}

/// Folders to watch. Their paths are canonical: some systems watch a folder only once, whatever paths lead to it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct WatchSet {
    /// Folders to watch with everything below.
    pub(crate) trees: BTreeSet<PathBuf>,
    /// Folders to watch without their subfolders. They include all folders in the trees that are not ignored.
    pub(crate) folders: BTreeSet<PathBuf>,
}

/// Finds all existing files and symbolic links of a scope, and the folders to watch for changes.
pub(super) fn scan(scope: &ScanScope) -> (BTreeSet<PathBuf>, WatchSet) {
    let named = scope.files.iter();
    let mut files: BTreeSet<_> = named
        .clone()
        .filter(|path| path.is_file() || path.is_symlink())
        .cloned()
        .collect();
    let mut watch_set = WatchSet {
        trees: scope.roots.clone(),
        folders: named
            .filter_map(|path| path.parent())
            .filter(|path| path.is_dir())
            .map(canonicalize)
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
                let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                let is_cache = is_folder && path.join("CACHEDIR.TAG").is_file();
                !is_cache && ignored.iter().all(|ignored| path != ignored)
            })
            .build();
        // A folder that cannot be read is scanned again after the next event.
        for entry in walk.filter_map(Result::ok) {
            match entry.file_type() {
                Some(kind) if kind.is_dir() => drop(watch_set.folders.insert(entry.into_path())),
                // A link is not followed, since it may lead anywhere: its change is that of the path in it.
                Some(kind) if kind.is_file() || kind.is_symlink() => {
                    files.insert(entry.into_path());
                }
                _ => {}
            }
        }
    }
    // The target of a link that leads nowhere may appear.
    let dangling = files
        .iter()
        .filter(|path| path.is_symlink() && !path.exists());
    let targets = dangling.filter_map(|link| Some(link.parent()?.join(fs::read_link(link).ok()?)));
    let folders = targets.filter_map(|target| target.parent().map(canonicalize));
    watch_set
        .folders
        .extend(folders.filter(|folder| folder.is_dir()));
    (files, watch_set)
}
