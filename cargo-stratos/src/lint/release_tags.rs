//! Release tags: git tags of the checked out commit that name a plugin's version.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Stdio};
use std::sync::{Arc, OnceLock};

use stratos_manifest::{MAX_BYTES, Manifest, ParsedManifest};
use tracing::debug;

use crate::git;
use crate::manifests::{Target, is_foreign, read_limited};

/// Release tags of one manifest.
#[derive(Debug)]
pub(super) struct ReleaseTags {
    head: Option<Arc<Head>>,
    /// Version in the committed manifest, read when it is first needed.
    committed_version: OnceLock<Option<String>>,
}

/// The checked out commits of repositories. Git is asked once for each repository.
#[derive(Debug, Default)]
pub(super) struct RepositoryCache {
    by_folder: HashMap<PathBuf, Option<Arc<Head>>>,
}

/// The checked out commit of a repository.
#[derive(Debug)]
pub(super) struct Head {
    root: PathBuf,
    /// Tags of the commit, or the reason why git did not list them.
    tags: Result<Vec<String>, String>,
    /// Whether the commit has at most one plugin, found out when it is first needed.
    has_one_plugin: OnceLock<bool>,
}

impl ReleaseTags {
    pub(super) const fn new(head: Option<Arc<Head>>) -> Self {
        Self {
            head,
            committed_version: OnceLock::new(),
        }
    }

    /// The repository whose tags were not read, and the reason.
    pub(super) fn unread(&self) -> Option<(&Path, &str)> {
        let head = self.head.as_deref()?;
        let reason = head.tags.as_ref().err()?;
        Some((&head.root, reason))
    }

    /// Tags of the plugin with the id `plugin`, whose manifest has the version `version`.
    ///
    /// Empty if `version` is not the committed one: the tags are then about another version.
    pub(super) fn of(
        &self,
        target: &Target,
        plugin: Option<&str>,
        version: Option<&str>,
    ) -> Vec<String> {
        let tags = self.head.as_ref().map_or_else(Vec::new, |head| {
            head.tags_of(target.absolute_folder(), plugin)
        });
        if tags.is_empty() {
            return Vec::new();
        }
        let committed = self.committed_version.get_or_init(|| {
            let name = target.file_name()?;
            let source = committed_file(target.absolute_folder(), &format!("./{name}")).ok()?;
            ParsedManifest::parse(&source).version().map(str::to_owned)
        });
        match committed.is_some() && committed.as_deref() == version {
            true => tags.into_iter().map(str::to_owned).collect(),
            false => Vec::new(),
        }
    }
}

impl RepositoryCache {
    /// The checked out commit of the repository around `folder`, an absolute path.
    pub(super) fn for_folder(&mut self, folder: &Path) -> Option<Arc<Head>> {
        if let Some(known) = self.by_folder.get(folder) {
            return known.clone();
        }
        let head = match git::is_root(folder) {
            true => Some(Arc::new(Head::read(folder))),
            false => folder.parent().and_then(|parent| self.for_folder(parent)),
        };
        self.by_folder.insert(folder.to_owned(), head.clone());
        head
    }
}

impl Head {
    /// Asks git. Without git, or if it fails, there are no tags.
    fn read(root: &Path) -> Self {
        let tags = tags_at_head(root);
        debug!(?root, ?tags, "read git tags");
        Self {
            root: root.to_owned(),
            tags,
            has_one_plugin: OnceLock::new(),
        }
    }

    /// Absolute path of the repository.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Tags about the plugin in `folder`.
    fn tags_of(&self, folder: &Path, plugin: Option<&str>) -> Vec<&str> {
        let is_about = |tag: &&str| match is_version(tag) {
            true => folder == self.root || self.has_one_plugin(),
            false => plugin.is_some_and(|plugin| is_version_of(tag, plugin)),
        };
        let tags = self.tags.iter().flatten().map(String::as_str);
        tags.filter(is_about).collect()
    }

    /// Whether a tag without a plugin's name means the only plugin of the repository.
    fn has_one_plugin(&self) -> bool {
        let has_one = || has_one_plugin(&self.root).unwrap_or(false);
        *self.has_one_plugin.get_or_init(has_one)
    }
}

/// The tags of the checked out commit, or the reason why git does not list them. There are none before the first commit.
fn tags_at_head(root: &Path) -> Result<Vec<String>, String> {
    let output = git::command(root)
        .args(["tag", "--points-at", "HEAD"])
        .output();
    let output = output.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "git was not found".to_owned(),
        _ => format!("git does not start: {error}"),
    })?;
    if output.status.success() {
        let tags = String::from_utf8_lossy(&output.stdout);
        return Ok(tags.lines().map(str::to_owned).collect());
    }
    let message = String::from_utf8_lossy(&output.stderr);
    let line = message.lines().next().unwrap_or("git failed");
    match line.contains("malformed object name") {
        true => Ok(Vec::new()),
        false => Err(line.trim_start_matches("fatal: ").to_owned()),
    }
}

/// Whether the commit has at most one manifest that is not of another program.
fn has_one_plugin(root: &Path) -> io::Result<bool> {
    let arguments = ["ls-tree", "-r", "-z", "--name-only", "HEAD"];
    let manifests: Vec<String> = run_git(root, &arguments, |output| {
        let paths = output
            .split(0)
            .map(|path| Ok(String::from_utf8_lossy(&path?).into()));
        let is_manifest = |path: &String| path.rsplit('/').next() == Some(Manifest::FILE_NAME);
        let is_listed = |path: &io::Result<String>| path.as_ref().map_or(true, is_manifest);
        paths.filter(is_listed).collect()
    })?;
    let is_own = |path: &&String| {
        !committed_file(root, path).is_ok_and(|source| is_foreign(Path::new(path), &source))
    };
    Ok(manifests.len() <= 1 || manifests.iter().filter(is_own).nth(1).is_none())
}

/// Reads a file of the checked out commit. `path` is relative to the root, or to `folder` if it begins with `./`.
fn committed_file(folder: &Path, path: &str) -> io::Result<Vec<u8>> {
    let object = format!("HEAD:{path}");
    let arguments = ["cat-file", "blob", &object];
    run_git(folder, &arguments, |output| read_limited(output, MAX_BYTES))
}

/// Runs git and reads its output. An exit code other than zero is an error.
///
/// When `read` returns, the pipe is closed, so that git does not wait for the rest of its output to be read.
fn run_git<T>(
    folder: &Path,
    arguments: &[&str],
    read: impl FnOnce(BufReader<ChildStdout>) -> io::Result<T>,
) -> io::Result<T> {
    let mut git = git::command(folder);
    git.args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = git.spawn()?;
    let output = child.stdout.take().expect("stdout is piped");
    let answer = read(BufReader::new(output));
    match child.wait()?.success() {
        true => answer,
        false => Err(io::ErrorKind::Other.into()),
    }
}

/// Whether a tag is a version without a plugin's name, such as `v1.2.3` or `1.2.3`.
fn is_version(tag: &str) -> bool {
    tag.strip_prefix('v')
        .unwrap_or(tag)
        .starts_with(|char: char| char.is_ascii_digit())
}

/// Whether a tag is a version of this plugin, such as `demo-v1.2.3`, `demo@1.2.3` or `demo/v1.2.3`.
fn is_version_of(tag: &str, plugin: &str) -> bool {
    tag.strip_prefix(plugin)
        .and_then(|rest| rest.strip_prefix(['-', '@', '/']))
        .is_some_and(is_version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_about_the_plugin_that_it_names_or_the_only_one() {
        let tags = [
            "v1.2.3",
            "a-v2.0.0",
            "a@2.0.1",
            "a/v2",
            "a-b-v3.0.0",
            "latest",
            "a-final",
        ];
        let head = |root: &str, has_one_plugin| Head {
            root: PathBuf::from(root),
            tags: Ok(tags.map(str::to_owned).to_vec()),
            has_one_plugin: OnceLock::from(has_one_plugin),
        };
        let [one, several] = [head("one", true), head("several", false)];
        let of = |head: &Head, folder: &str, plugin| {
            let tags = head.tags_of(Path::new(folder), plugin);
            tags.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(of(&one, "one/x", Some("x")), ["v1.2.3"]);
        assert_eq!(of(&several, "several", Some("x")), ["v1.2.3"]);
        assert_eq!(
            of(&several, "several/a", Some("a")),
            ["a-v2.0.0", "a@2.0.1", "a/v2"]
        );
        assert_eq!(of(&several, "several/a", Some("a-b")), ["a-b-v3.0.0"]);
        assert_eq!(of(&several, "several/a", None), [""; 0]);
    }
}
