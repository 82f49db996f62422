//! The git tags of the commit that is checked out.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::git::{git, is_root};
use crate::manifests::Target;

/// The tags that concern each manifest of a run. Git is asked once for each repository.
#[derive(Debug, Default)]
pub(crate) struct Tags {
    by_repository: HashMap<PathBuf, Vec<String>>,
    /// The repository of each target, and whether tags that name no plugin are its own.
    of_target: Vec<Option<(PathBuf, bool)>>,
}

impl Tags {
    /// Asks for them. Where git is missing or fails there are none.
    pub(crate) fn find(targets: &[Target]) -> Self {
        let mut repositories = HashMap::new();
        let folders: Vec<_> = targets.iter().map(Target::home).collect();
        let roots: Vec<_> = folders
            .iter()
            .map(|folder| repository(folder, &mut repositories))
            .collect();
        let mut plugins: HashMap<&Path, usize> = HashMap::new();
        for root in roots.iter().flatten() {
            *plugins.entry(root).or_default() += 1;
        }
        let by_repository = plugins.keys().map(|root| (root.to_path_buf(), tags(root)));
        let by_repository = by_repository.collect();
        let of_target = folders.into_iter().zip(&roots).map(|(folder, root)| {
            let root = root.as_ref()?;
            let is_alone = plugins[root.as_path()] == 1 || folder == root;
            Some((root.clone(), is_alone))
        });
        Self {
            of_target: of_target.collect(),
            by_repository,
        }
    }

    /// Those of the target with this number, which is the plugin `plugin`.
    pub(crate) fn of(&self, target: usize, plugin: Option<&str>) -> Vec<String> {
        let Some((root, is_alone)) = &self.of_target[target] else {
            return Vec::new();
        };
        let concerns = |tag: &&String| match is_version(tag) {
            true => *is_alone,
            false => plugin.is_some_and(|plugin| names(tag, plugin)),
        };
        let tags = self.by_repository[root].iter();
        tags.filter(concerns).cloned().collect()
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

fn tags(root: &Path) -> Vec<String> {
    let output = git(root).args(["tag", "--points-at", "HEAD"]).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        return Vec::new();
    };
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(str::to_owned).collect()
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
        let root = PathBuf::from("/r");
        let tags = [
            "v1.2.3",
            "a-v2.0.0",
            "a@2.0.1",
            "a/v2",
            "a-b-v3.0.0",
            "latest",
            "a-final",
        ];
        let tags = Tags {
            by_repository: HashMap::from([(root.clone(), tags.map(str::to_owned).to_vec())]),
            of_target: vec![Some((root.clone(), true)), Some((root, false)), None],
        };
        assert_eq!(tags.of(0, Some("x")), ["v1.2.3"]);
        assert_eq!(tags.of(1, Some("a")), ["a-v2.0.0", "a@2.0.1", "a/v2"]);
        assert_eq!(tags.of(1, Some("a-b")), ["a-b-v3.0.0"]);
        assert_eq!(tags.of(1, None), [""; 0]);
        assert_eq!(tags.of(2, Some("a")), [""; 0]);
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
        assert_eq!(Tags::find(&[target()]).of(0, Some("a")), [""; 0]);
        std::fs::create_dir(dir.path().join(".git")).unwrap();
        let broken = Tags::find(&[target(), target()]);
        assert_eq!(broken.of(1, Some("a")), [""; 0]);
        assert_eq!(broken.by_repository.len(), 1);
    }
}
