//! Manifests in folders and below.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::error::Error;
use crate::git;
use crate::lint::cores;
use crate::manifests::read::unreadable;
use crate::manifests::target::{Target, place};
use crate::output::escape;

const FILE_NAME: &str = "plugin.json";

/// Folders with copies and builds, never with the manifest that somebody edits.
const SKIPPED: [&str; 4] = ["target", "node_modules", ".git", ".stratos"];

/// What a search found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The manifests, sorted by their paths, none of them twice.
    pub(crate) targets: Vec<Target>,
    /// The folders that could not be searched.
    pub(crate) unreadable: Vec<Error>,
}

/// The manifests that `paths` mean: files themselves, and of folders the one in it, or all in the folders below.
///
/// Folders are searched as git sees them: what a `.gitignore` names is left out, and so are hidden folders and those
/// of builds. Links are not followed, so that the search ends. A file that is named is meant, whatever git says.
pub(crate) fn search(paths: &[PathBuf]) -> Result<Found, Error> {
    let mut found = Found::default();
    // By the place on the disk, since two paths may mean one file.
    let mut targets: BTreeMap<PathBuf, Target> = BTreeMap::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| missing(path, error))?;
        if !metadata.is_dir() {
            let target = Target {
                path: shown(path),
                place: place(path),
                searched: None,
                given: None,
            };
            // Who names a file means it, wherever it leads.
            targets.insert(target.place.clone(), target);
            continue;
        }
        let (manifests, mut problems) = below(path);
        if manifests.is_empty() && problems.is_empty() {
            return Err(nothing(path));
        }
        let root = dunce::canonicalize(path).unwrap_or_else(|_| path.clone());
        let searched: Arc<Path> = root.as_path().into();
        for manifest in manifests {
            let place = match manifest.strip_prefix(path) {
                Ok(inside) => root.join(inside),
                Err(_) => place(&manifest),
            };
            targets.entry(place.clone()).or_insert_with(|| Target {
                path: shown(&manifest),
                place,
                searched: Some(Arc::clone(&searched)),
                given: None,
            });
        }
        found.unreadable.append(&mut problems);
    }
    found.targets = targets.into_values().collect();
    found.targets.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

impl Found {
    /// Adds what comes from the standard input, in the place of the file that it is taken for.
    pub(crate) fn add(&mut self, target: Target) {
        let real = target.real();
        let is_other = |other: &Target| other.place != target.place && other.real() != real;
        self.targets.retain(is_other);
        self.targets.push(target);
        self.targets.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

/// All manifests in the folder and below that somebody may check, also those inside of plugins.
pub(crate) fn all_below(folder: &Path) -> Vec<PathBuf> {
    walk(folder, |entry| entry.depth() == 0 || !is_skipped(entry)).0
}

/// The manifests in the folder, and why there may be more.
fn below(folder: &Path) -> (Vec<PathBuf>, Vec<Error>) {
    walk(folder, is_searched)
}

fn walk(
    folder: &Path,
    is_searched: impl Fn(&DirEntry) -> bool + Send + Sync + 'static,
) -> (Vec<PathBuf>, Vec<Error>) {
    let manifests = Mutex::new(Vec::new());
    let problems = Mutex::new(Vec::new());
    // What lies above the root of the repository says nothing about it; without one, all above is foreign.
    let in_repository = is_in_repository(folder);
    let walk = WalkBuilder::new(folder)
        .hidden(true)
        .parents(in_repository)
        .git_ignore(true)
        .require_git(in_repository)
        // The same files on every machine: what git only knows here does not count.
        .git_global(false)
        .git_exclude(false)
        .ignore(false)
        .follow_links(false)
        .filter_entry(is_searched)
        .threads(cores())
        .build_parallel();
    walk.run(|| {
        Box::new(|entry| {
            match entry {
                Ok(entry) if entry.depth() > 0 && entry.file_name() == OsStr::new(FILE_NAME) => {
                    push(&manifests, entry.into_path());
                    return WalkState::Skip;
                }
                Ok(_) => {}
                Err(error) => push(&problems, problem(folder, error)),
            }
            WalkState::Continue
        })
    });
    let taken = "no thread panics while it holds this";
    (
        manifests.into_inner().expect(taken),
        problems.into_inner().expect(taken),
    )
}

fn is_in_repository(folder: &Path) -> bool {
    let folder = dunce::canonicalize(folder);
    folder.is_ok_and(|folder| git::root(&folder).is_some())
}

/// A plugin does not lie inside a plugin: below a manifest's folder nothing is searched.
fn is_searched(entry: &DirEntry) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    if entry.depth() == 0 || entry.file_name() == OsStr::new(FILE_NAME) {
        return true;
    }
    let has_manifest = |folder: &Path| folder.join(FILE_NAME).symlink_metadata().is_ok();
    is_folder && !is_skipped(entry) && !entry.path().parent().is_some_and(has_manifest)
}

fn is_skipped(entry: &DirEntry) -> bool {
    SKIPPED
        .iter()
        .any(|name| entry.file_name() == OsStr::new(name))
}

fn push<T>(list: &Mutex<Vec<T>>, item: T) {
    list.lock()
        .expect("no thread panics while it holds this")
        .push(item);
}

fn problem(folder: &Path, error: ignore::Error) -> Error {
    let mut path = folder.to_owned();
    let mut inner = &error;
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: named, err } => {
                path.clone_from(named);
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    let text = error.to_string();
    let source = error
        .into_io_error()
        .unwrap_or_else(|| io::Error::other(text));
    unreadable(&path, source)
}

/// The folder `.` is not worth showing in front of every place.
fn shown(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

fn missing(path: &Path, error: io::Error) -> Error {
    if error.kind() != io::ErrorKind::NotFound {
        return unreadable(path, error);
    }
    Error::Usage {
        message: format!("there is no file or folder {}", text(path)),
        help: Some("name a plugin.json or a folder that has one in it or below".to_owned()),
    }
}

fn nothing(path: &Path) -> Error {
    Error::Usage {
        message: format!("there is no {FILE_NAME} in {} or below", text(path)),
        help: Some(
            "make a plugin with `cargo stratos new my-plugin --sdk-path DIR`, where DIR has the SDK's source, or name its \
             folder or its manifest; what git ignores is not searched"
                .to_owned(),
        ),
    }
}

fn text(path: &Path) -> String {
    escape(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let (file, text) = file.split_once(": ").unwrap_or((file, "{}"));
            let file = dir.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        dir
    }

    fn found(dir: &Path, inside: &[&str]) -> Vec<String> {
        let paths: Vec<_> = inside.iter().map(|inside| dir.join(inside)).collect();
        let found = search(&paths).unwrap();
        let relative = found
            .targets
            .iter()
            .map(|target| target.path.strip_prefix(dir).unwrap());
        relative
            .map(|path| path.to_str().unwrap().replace('\\', "/"))
            .collect()
    }

    #[test]
    fn finds_what_people_edit() {
        let dir = project(&[
            "a/plugin.json",
            "a/inside/plugin.json",
            "b/c/plugin.json",
            "b/target/plugin.json",
            "node_modules/x/plugin.json",
            ".git/plugin.json",
            ".stratos/plugin.json",
            ".hidden/plugin.json",
        ]);
        let dir = dir.path();
        assert_eq!(found(dir, &[""]), ["a/plugin.json", "b/c/plugin.json"]);
        assert_eq!(found(dir, &["a"]), ["a/plugin.json"]);
        assert_eq!(found(dir, &["a/plugin.json"]), ["a/plugin.json"]);
        // Who names such a folder means it.
        for named in ["node_modules", "a/inside", ".hidden", "b/target"] {
            assert_eq!(found(dir, &[named]).len(), 1, "{named}");
        }
    }

    #[test]
    fn no_manifest_is_found_twice_and_all_are_in_order() {
        let dir = project(&["b/plugin.json", "a/plugin.json", "a-b/plugin.json"]);
        let dir = dir.path();
        let all = ["a/plugin.json", "a-b/plugin.json", "b/plugin.json"];
        assert_eq!(found(dir, &["", "b", "a/../b", "./a/plugin.json"]), all);
        assert_eq!(found(dir, &["b", "a", "a-b/."]), all);
    }

    #[test]
    fn what_git_ignores_is_found_by_name_only() {
        let dir = project(&[
            ".gitignore: dist/\n/made/plugin.json\n",
            "a/plugin.json",
            "a/.gitignore: *",
            "dist/b/plugin.json",
            "made/plugin.json",
            "made/inside/plugin.json",
            ".ignore: a",
        ]);
        let dir = dir.path();
        assert!(search(&[dir.to_owned()]).is_err());
        assert_eq!(found(dir, &["dist/b"]), ["dist/b/plugin.json"]);
        assert_eq!(found(dir, &["made/plugin.json"]), ["made/plugin.json"]);
        fs::remove_file(dir.join("a/.gitignore")).unwrap();
        assert_eq!(found(dir, &[""]), ["a/plugin.json"]);
    }

    #[test]
    fn nothing_found_is_wrong_usage() {
        let dir = project(&["a/other.json"]);
        for inside in ["a", "b"] {
            let error = search(&[dir.path().join(inside)]).unwrap_err();
            assert_eq!(error.exit(), 2, "{error}");
        }
    }
}
