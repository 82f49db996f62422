//! Paths as a repository names them.

use std::path::{Component, Path, PathBuf, absolute};

use crate::git;

/// The folder that services count from: the repository's root, or where there is none, the current folder.
#[derive(Debug)]
pub(super) struct Repository {
    root: PathBuf,
}

impl Repository {
    pub(super) fn here() -> Self {
        let here = absolute(".").unwrap_or_default();
        Self {
            root: git::root(&here).unwrap_or(&here).to_owned(),
        }
    }

    /// The path from the root, with `/` on every system. What lies elsewhere keeps its whole path.
    pub(super) fn name(&self, path: &str) -> String {
        let whole = absolute(path).map_or_else(|_| path.into(), |path| without_dots(&path));
        let inside = whole.strip_prefix(&self.root).unwrap_or(&whole);
        let name = inside.to_string_lossy();
        match std::path::MAIN_SEPARATOR {
            '/' => name.into_owned(),
            separator => name.replace(separator, "/"),
        }
    }
}

/// As people read `a/../b`; services do not resolve it.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_from_the_root() {
        let root = absolute("somewhere").unwrap();
        let repository = Repository { root: root.clone() };
        let name = |path: &str| repository.name(path);
        assert_eq!(name("somewhere/a/plugin.json"), "a/plugin.json");
        assert_eq!(name("./somewhere/a/../b/plugin.json"), "b/plugin.json");
        assert_eq!(name(root.join("x y.json").to_str().unwrap()), "x y.json");
        let elsewhere = name("elsewhere/plugin.json");
        assert!(elsewhere.ends_with("/elsewhere/plugin.json"), "{elsewhere}");
        assert!(!elsewhere.contains('\\'), "{elsewhere}");
    }
}
