//! Paths relative to the root of the repository, as code hosting services expect them.

use std::path::{Path, PathBuf};

use crate::git;

/// Converts paths to paths relative to the root of the repository that all checked manifests lie in. Without one, they
/// are relative to the current folder.
#[derive(Debug)]
pub(crate) struct RepositoryPaths {
    root: PathBuf,
}

/// A path in a report.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ReportPath {
    /// A path relative to the root, with `/` on every system.
    Inside(String),
    /// The absolute path of a file outside of the root, with `/` on every system.
    Outside(String),
}

impl RepositoryPaths {
    /// For the repository around the current folder, or else the one around the plugins' `folders`, which are absolute
    /// and without symbolic links.
    pub(crate) fn new(folders: &[&Path]) -> Self {
        let current = dunce::canonicalize(".").unwrap_or_default();
        let around_folders = folders.iter().filter_map(|folder| git::root(folder));
        // The repository around a submodule has a shorter path.
        let outermost = around_folders.min_by_key(|root| root.as_os_str().len());
        let mut candidates = git::root(&current).into_iter().chain(outermost);
        let root = candidates.find(|root| folders.iter().all(|folder| folder.starts_with(root)));
        Self {
            root: root.unwrap_or(&current).to_owned(),
        }
    }

    /// The path in reports for an absolute path.
    pub(super) fn convert(&self, path: &Path) -> ReportPath {
        match path.strip_prefix(&self.root) {
            Ok(inside) => ReportPath::Inside(with_slashes(inside)),
            Err(_) => ReportPath::Outside(with_slashes(path)),
        }
    }
}

impl ReportPath {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Inside(path) | Self::Outside(path) => path,
        }
    }
}

fn with_slashes(path: &Path) -> String {
    let name = path.to_string_lossy();
    match std::path::MAIN_SEPARATOR {
        '/' => name.into_owned(),
        separator => name.replace(separator, "/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_that_of_the_repository_around_all_plugins() {
        let folder = tempfile::tempdir().unwrap();
        let root = dunce::canonicalize(folder.path()).unwrap();
        let [one, sub, two] = ["one", "one/sub", "two"].map(|name| root.join(name));
        for repository in [&one, &sub, &two] {
            std::fs::create_dir_all(repository.join(".git")).unwrap();
        }
        let plugin = one.join("plugin");
        let inside = |folders: &[&Path], path: &Path| match RepositoryPaths::new(folders)
            .convert(&path.join("plugin.json"))
        {
            ReportPath::Inside(path) => Some(path),
            ReportPath::Outside(_) => None,
        };
        let found = |path: &str| Some(path.to_owned());
        assert_eq!(inside(&[&plugin], &plugin), found("plugin/plugin.json"));
        assert_eq!(inside(&[&sub], &sub), found("plugin.json"));
        assert_eq!(inside(&[&sub, &plugin], &sub), found("sub/plugin.json"));
        assert_eq!(inside(&[&one, &two], &one), None);
        assert_eq!(inside(&[&root], &root), None);
    }
}
