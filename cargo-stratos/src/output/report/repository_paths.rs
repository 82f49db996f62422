//! Paths relative to the root of the repository, as code hosting services expect them.

use std::path::{Component, Path, PathBuf, absolute};

use crate::git;

/// Converts paths to paths relative to the root of the repository, or to the current folder outside of a repository.
#[derive(Debug)]
pub(super) struct RepositoryPaths {
    root: PathBuf,
}

impl RepositoryPaths {
    /// For the repository around the current folder.
    pub(super) fn new() -> Self {
        let current = absolute(".").unwrap_or_default();
        Self {
            root: git::root(&current).unwrap_or(&current).to_owned(),
        }
    }

    /// The path relative to the root, with `/` on every system. A path outside of the root stays absolute.
    pub(super) fn relative(&self, path: &str) -> String {
        let absolute = absolute(path).map_or_else(|_| path.into(), |path| normalize(&path));
        let inside = absolute.strip_prefix(&self.root).unwrap_or(&absolute);
        let name = inside.to_string_lossy();
        match std::path::MAIN_SEPARATOR {
            '/' => name.into_owned(),
            separator => name.replace(separator, "/"),
        }
    }
}

/// Removes `.` and `..` components lexically, because services do not resolve them.
fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_root() {
        let root = absolute("somewhere").unwrap();
        let paths = RepositoryPaths { root: root.clone() };
        let relative = |path: &str| paths.relative(path);
        assert_eq!(relative("somewhere/a/plugin.json"), "a/plugin.json");
        assert_eq!(relative("./somewhere/a/../b/plugin.json"), "b/plugin.json");
        assert_eq!(
            relative(root.join("x y.json").to_str().unwrap()),
            "x y.json"
        );
        let elsewhere = relative("elsewhere/plugin.json");
        assert!(elsewhere.ends_with("/elsewhere/plugin.json"), "{elsewhere}");
        assert!(!elsewhere.contains('\\'), "{elsewhere}");
    }
}
