//! The git tags of the commit that is checked out.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

use stratos_manifest::{MAX_BYTES, plugin_version};

use crate::git::{git, is_root};
use crate::manifests::{Target, limited};

/// The tags that concern each manifest of a run. Git is asked for them once for each repository.
#[derive(Debug, Default)]
pub(crate) struct Tags {
    commits: HashMap<PathBuf, Commit>,
    /// The root of each target's repository.
    roots: Vec<Option<PathBuf>>,
    /// Each target's version as it was committed, once somebody has asked.
    versions: Vec<OnceLock<Option<String>>>,
}

/// What is checked out.
#[derive(Debug)]
struct Commit {
    tags: Vec<String>,
    /// Whether there are no two plugins in it, so that tags which name none mean the only one.
    has_one_plugin: bool,
}

impl Tags {
    /// Asks for them. Where git is missing or fails there are none.
    pub(crate) fn find(targets: &[Target]) -> Self {
        let mut known = HashMap::new();
        let homes = targets.iter().map(Target::home);
        let roots: Vec<_> = homes.map(|home| repository(home, &mut known)).collect();
        let mut commits = HashMap::new();
        for root in roots.iter().flatten() {
            if !commits.contains_key(root) {
                commits.insert(root.clone(), Commit::of(root));
            }
        }
        let versions = targets.iter().map(|_| OnceLock::new()).collect();
        Self {
            commits,
            roots,
            versions,
        }
    }

    /// Those of the target with this number, which is the plugin `plugin` and has these bytes.
    ///
    /// A tag says which version was committed. Where another one is being written, it says nothing.
    pub(crate) fn of(
        &self,
        index: usize,
        target: &Target,
        plugin: Option<&str>,
        source: &[u8],
    ) -> Vec<String> {
        let tags = self.concerning(index, target.home(), plugin);
        let is_committed = || {
            let committed = || plugin_version(&committed(target).ok()?);
            let committed = self.versions[index].get_or_init(committed);
            committed.is_some() && *committed == plugin_version(source)
        };
        match !tags.is_empty() && is_committed() {
            true => tags.into_iter().map(str::to_owned).collect(),
            false => Vec::new(),
        }
    }

    fn concerning(&self, index: usize, home: &Path, plugin: Option<&str>) -> Vec<&str> {
        let Some(root) = &self.roots[index] else {
            return Vec::new();
        };
        let Commit {
            tags,
            has_one_plugin,
        } = &self.commits[root];
        let concerns = |tag: &&str| match is_version(tag) {
            true => *has_one_plugin || home == root,
            false => plugin.is_some_and(|plugin| names(tag, plugin)),
        };
        tags.iter().map(String::as_str).filter(concerns).collect()
    }
}

impl Commit {
    fn of(root: &Path) -> Self {
        let tags = tags(root).unwrap_or_default();
        let has_one_plugin = tags.iter().any(|tag| is_version(tag))
            && plugins(root).is_ok_and(|plugins| plugins <= 1);
        Self {
            tags,
            has_one_plugin,
        }
    }
}

/// The nearest folder that is a repository's root. `known` are the answers so far.
fn repository(folder: &Path, known: &mut HashMap<PathBuf, Option<PathBuf>>) -> Option<PathBuf> {
    if let Some(root) = known.get(folder) {
        return root.clone();
    }
    let root = match is_root(folder) {
        true => Some(folder.to_owned()),
        false => folder.parent().and_then(|parent| repository(parent, known)),
    };
    known.insert(folder.to_owned(), root.clone());
    root
}

fn tags(root: &Path) -> io::Result<Vec<String>> {
    ask(root, &["tag", "--points-at", "HEAD"], |output| {
        let mut text = Vec::new();
        output.read_to_end(&mut text)?;
        let text = String::from_utf8_lossy(&text);
        Ok(text.lines().map(str::to_owned).collect())
    })
}

/// How many manifests the commit has.
fn plugins(root: &Path) -> io::Result<usize> {
    let is_manifest =
        |path: &[u8]| path.rsplit(|&byte| byte == b'/').next() == Some(b"plugin.json");
    ask(
        root,
        &["ls-tree", "-r", "-z", "--name-only", "HEAD"],
        |output| {
            let mut plugins = 0;
            for path in BufReader::new(output).split(0) {
                plugins += usize::from(is_manifest(&path?));
            }
            Ok(plugins)
        },
    )
}

/// The manifest as the commit has it.
fn committed(target: &Target) -> io::Result<Vec<u8>> {
    let name = target.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let object = format!("HEAD:./{name}");
    ask(target.home(), &["cat-file", "blob", &object], |output| {
        limited(output, MAX_BYTES)
    })
}

/// What git prints, unless it fails. What is not read is not waited for.
fn ask<T>(
    folder: &Path,
    arguments: &[&str],
    read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
) -> io::Result<T> {
    let mut git = git(folder);
    git.args(arguments);
    let mut child = git.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut output = child.stdout.take().expect("it is piped");
    let answer = read(&mut output);
    drop(output);
    match child.wait()?.success() {
        true => answer,
        false => Err(io::ErrorKind::Other.into()),
    }
}

/// Whether the tag is a version, and names no plugin.
fn is_version(tag: &str) -> bool {
    tag.strip_prefix('v')
        .unwrap_or(tag)
        .starts_with(|char: char| char.is_ascii_digit())
}

/// Whether the tag is a version of this plugin: `demo-v1.2.3`, `demo@1.2.3` or `demo/v1.2.3`.
fn names(tag: &str, plugin: &str) -> bool {
    tag.strip_prefix(plugin)
        .and_then(|rest| rest.strip_prefix(['-', '@', '/']))
        .is_some_and(is_version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_concerns_the_plugin_that_it_names_or_the_only_one() {
        let tags = [
            "v1.2.3",
            "a-v2.0.0",
            "a@2.0.1",
            "a/v2",
            "a-b-v3.0.0",
            "latest",
            "a-final",
        ];
        let commit = |has_one_plugin| Commit {
            tags: tags.map(str::to_owned).to_vec(),
            has_one_plugin,
        };
        let [one, several] = ["one", "several"].map(PathBuf::from);
        let tags = Tags {
            commits: [
                (one.clone(), commit(true)),
                (several.clone(), commit(false)),
            ]
            .into(),
            roots: vec![Some(one), Some(several), None],
            versions: Vec::new(),
        };
        let of = |index, home: &str, plugin| tags.concerning(index, Path::new(home), plugin);
        assert_eq!(of(0, "one/x", Some("x")), ["v1.2.3"]);
        assert_eq!(of(1, "several", Some("x")), ["v1.2.3"]);
        assert_eq!(
            of(1, "several/a", Some("a")),
            ["a-v2.0.0", "a@2.0.1", "a/v2"]
        );
        assert_eq!(of(1, "several/a", Some("a-b")), ["a-b-v3.0.0"]);
        assert_eq!(of(1, "several/a", None), [""; 0]);
        assert_eq!(of(2, "a", Some("a")), [""; 0]);
    }

    #[test]
    fn a_folder_without_a_repository_or_a_commit_has_no_tags() {
        let dir = tempfile::tempdir().unwrap();
        let target = || Target {
            path: dir.path().join("plugin.json"),
            place: dir.path().join("plugin.json"),
            searched: None,
            given: None,
        };
        let of = |tags: &Tags, index| tags.of(index, &target(), Some("a"), b"{}");
        assert_eq!(of(&Tags::find(&[target()]), 0), [""; 0]);
        std::fs::create_dir(dir.path().join(".git")).unwrap();
        let broken = Tags::find(&[target(), target()]);
        assert_eq!(of(&broken, 1), [""; 0]);
        assert_eq!(broken.commits.len(), 1);
    }
}
