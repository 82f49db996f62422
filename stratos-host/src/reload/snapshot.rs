//! What the files say, so that one can tell whether they say something else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hasher as _};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ignore::WalkBuilder;

use crate::reload::eye::Places;

/// A file that was written so shortly before it was read may be written again without another time.
const RACY: Duration = Duration::from_secs(2);

/// Larger files, such as films, are not read: their time tells.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Where files are looked for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    /// Folders, with everything below that git does not ignore.
    pub(super) roots: BTreeSet<PathBuf>,
    /// Files, wherever they are and whether they exist or not.
    pub(super) files: BTreeSet<PathBuf>,
    /// Folders that are looked into by nobody.
    pub(super) blind: Vec<PathBuf>,
}

/// The content of files at one moment.
#[derive(Debug, Default)]
pub(super) struct Snapshot(BTreeMap<PathBuf, Print>);

/// What tells two contents of a file apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Print {
    length: u64,
    modified: Option<SystemTime>,
    /// When it was read.
    read: SystemTime,
    content: u64,
}

impl Snapshot {
    /// Looks at everything in the scope. Returns what changed, came or went since the last time, and which folders
    /// there are.
    pub(super) fn look(&mut self, scope: &Scope) -> (Vec<PathBuf>, Places) {
        let (files, places) = search(scope);
        let mut changed = Vec::new();
        for path in &files {
            let before = self.0.get(path).copied();
            // Gone since it was found is gone.
            let Ok(now) = Print::take(path, before) else {
                continue;
            };
            self.0.insert(path.clone(), now);
            if before.is_none_or(|before| !before.says_the_same(&now)) {
                changed.push(path.clone());
            }
        }
        self.0.retain(|path, _| {
            let stays = files.contains(path);
            if !stays {
                changed.push(path.clone());
            }
            stays
        });
        (changed, places)
    }

    /// The same for a scope that has grown: files that are new to us count as changed only if they have been written
    /// since that time.
    pub(super) fn widen(&mut self, scope: &Scope, since: SystemTime) -> (Vec<PathBuf>, Places) {
        let known: BTreeSet<_> = self.0.keys().cloned().collect();
        let (mut changed, places) = self.look(scope);
        changed.retain(|path| {
            let written = self.0.get(path).and_then(|print| print.modified);
            known.contains(path) || written.is_some_and(|time| time >= since)
        });
        (changed, places)
    }

    /// When a file was written last, if it is there.
    pub(super) fn written(&self, path: &Path) -> Option<SystemTime> {
        self.0.get(path)?.modified
    }

    /// The folders that hold a `Cargo.toml`.
    pub(super) fn packages(&self) -> BTreeSet<&Path> {
        let manifests = self.0.keys().filter(|path| path.ends_with("Cargo.toml"));
        manifests.filter_map(|path| path.parent()).collect()
    }
}

impl Print {
    /// Reads the file, unless it is certainly the same as before.
    fn take(path: &Path, before: Option<Self>) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        let (length, modified) = (metadata.len(), metadata.modified().ok());
        if let Some(before) = before
            && (before.length, before.modified) == (length, modified)
            && modified.is_some_and(|time| time + RACY < before.read)
        {
            return Ok(before);
        }
        Ok(Self {
            length,
            modified,
            read: SystemTime::now(),
            content: match length {
                0..=LARGEST => content(path)?,
                _ => 0,
            },
        })
    }

    fn says_the_same(&self, other: &Self) -> bool {
        let times = self.length <= LARGEST || self.modified == other.modified;
        (self.length, self.content) == (other.length, other.content) && times
    }
}

fn content(path: &Path) -> io::Result<u64> {
    let mut file = fs::File::open(path)?;
    let mut hasher = DefaultHasher::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hasher.finish()),
            // Not `hash`, which would tell apart how the reads were split.
            length => hasher.write(&chunk[..length]),
        }
    }
}

/// All files in the scope, and the folders that they may come to.
fn search(scope: &Scope) -> (BTreeSet<PathBuf>, Places) {
    let mut files: BTreeSet<_> = scope
        .files
        .iter()
        .filter(|path| path.is_file())
        .cloned()
        .collect();
    let parents = scope.files.iter().filter_map(|path| path.parent());
    let mut places = Places {
        roots: scope.roots.clone(),
        folders: parents
            .filter(|path| path.is_dir())
            .map(Path::to_owned)
            .collect(),
    };
    for root in &scope.roots {
        let blind = scope.blind.clone();
        let walk = WalkBuilder::new(root)
            // A project that is not under git yet has its `.gitignore` as well.
            .require_git(false)
            // What a search leaves out, a build may still read.
            .ignore(false)
            .filter_entry(move |entry| {
                let path = entry.path();
                let is_output = || path.join("CACHEDIR.TAG").is_file();
                let is_blind = blind.iter().any(|blind| path == blind);
                !is_blind && (path.is_file() || !is_output())
            })
            .build();
        // What cannot be read now is looked at again with the next event.
        for entry in walk.filter_map(Result::ok) {
            match entry.file_type() {
                Some(kind) if kind.is_dir() => drop(places.folders.insert(entry.into_path())),
                Some(kind) if kind.is_file() => drop(files.insert(entry.into_path())),
                _ => {}
            }
        }
    }
    (files, places)
}

#[cfg(test)]
mod tests {
    use super::*;

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

        fn look(&mut self) -> Vec<String> {
            let scope = Scope {
                roots: [self.0.path().to_owned()].into(),
                files: [self.0.path().join("ignored/but-named")].into(),
                blind: vec![self.0.path().join("state")],
            };
            let root = self.0.path().to_owned();
            let (changed, _) = self.1.look(&scope);
            let names = changed.iter().map(|path| path.strip_prefix(&root).unwrap());
            names
                .map(|name| name.to_str().unwrap().replace('\\', "/"))
                .collect()
        }
    }

    #[test]
    fn what_git_ignores_and_what_builds_make_is_not_looked_at() {
        let mut folder = Folder::new(&[
            (".gitignore", "ignored\n"),
            // Of a search, which a build knows nothing of.
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
            folder.look(),
            ["ignored/but-named", "src/main.rs", "unsearched"]
        );
    }

    #[test]
    fn only_another_content_is_a_change_however_it_is_saved() {
        let mut folder = Folder::new(&[("a.rs", "1"), ("b.rs", "1")]);
        folder.look();
        assert_eq!(folder.look(), [] as [&str; 0]);
        folder.write("a.rs", "1");
        assert_eq!(folder.look(), [] as [&str; 0], "touched");
        folder.write("a.rs", "2");
        assert_eq!(
            folder.look(),
            ["a.rs"],
            "the same length at about the same time"
        );
        folder.write("a.rs.tmp", "3");
        fs::rename(
            folder.0.path().join("a.rs.tmp"),
            folder.0.path().join("a.rs"),
        )
        .unwrap();
        assert_eq!(folder.look(), ["a.rs"], "renamed over");
        fs::remove_file(folder.0.path().join("b.rs")).unwrap();
        assert_eq!(folder.look(), ["b.rs"], "removed");
        folder.write("c/d.rs", "1");
        assert_eq!(folder.look(), ["c/d.rs"], "new, in a new folder");
    }

    #[test]
    fn a_wider_scope_brings_no_change_unless_it_is_one() {
        let folder = Folder::new(&[("a.rs", "1"), ("b.rs", "1")]);
        let scope = Scope {
            roots: [folder.0.path().to_owned()].into(),
            ..Scope::default()
        };
        let hour = Duration::from_secs(3600);
        let mut snapshot = Snapshot::default();
        let (changed, _) = snapshot.widen(&scope, SystemTime::now() + hour);
        assert_eq!(changed, [] as [PathBuf; 0]);
        let mut snapshot = Snapshot::default();
        let (changed, _) = snapshot.widen(&scope, SystemTime::now() - hour);
        assert_eq!(changed.len(), 2);
    }
}
