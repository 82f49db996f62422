//! Paths relative to the root of the repository, as code hosting services expect them.

use std::path::Path;

use crate::git;

/// The path of a file from the root of its repository, with `/` on every system. `absolute` is its absolute path, in a
/// folder without symbolic links.
///
/// A repository that was downloaded without git is known by its folder `.github`. Elsewhere, the path begins with the
/// name of the file's folder, whatever the current folder is; a zip is itself a folder of files.
pub(crate) fn repository_path(absolute: &Path) -> String {
    let is_zip = absolute
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    let folder = absolute.parent().filter(|_| !is_zip).unwrap_or(absolute);
    let has_workflows = |folder: &&Path| folder.join(".github").is_dir();
    let root = git::repository_root(folder)
        .or_else(|| folder.ancestors().find(has_workflows))
        .or_else(|| folder.parent());
    let path = root.and_then(|root| absolute.strip_prefix(root).ok());
    let path = path.unwrap_or(absolute).to_string_lossy();
    match std::path::MAIN_SEPARATOR {
        '/' => path.into_owned(),
        separator => path.replace(separator, "/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_that_of_the_repository_around_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let root = dunce::canonicalize(folder.path()).unwrap();
        let create = |path: &str| std::fs::create_dir_all(root.join(path)).unwrap();
        for path in [
            "one/clone/.git",
            "one/sub",
            "one/.git/modules/sub",
            "downloaded/.github",
            "neither/folder",
        ] {
            create(path);
        }
        std::fs::write(root.join("one/sub/.git"), "gitdir: ../.git/modules/sub\n").unwrap();
        for (path, expected) in [
            ("one/plugin.json", "plugin.json"),
            ("one/a/plugin.json", "a/plugin.json"),
            ("one/clone/a/plugin.json", "a/plugin.json"),
            ("one/sub/a/plugin.json", "sub/a/plugin.json"),
            ("downloaded/a/b/plugin.json", "a/b/plugin.json"),
            ("neither/folder/plugin.json", "folder/plugin.json"),
            ("neither/folder/a.zip/plugin.json", "a.zip/plugin.json"),
            ("neither/folder/a.zip", "a.zip"),
            ("one/a.zip", "a.zip"),
        ] {
            assert_eq!(repository_path(&root.join(path)), expected);
        }
    }
}
