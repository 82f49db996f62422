//! The cargo workspace that a new plugin becomes a member of.

use std::fs;
use std::path::{Component, Path, PathBuf};

use ignore::overrides::OverrideBuilder;
use toml::{Table, Value};

/// Finds the workspace whose `members` match `folder`: cargo would refuse a second workspace root there.
///
/// Returns the folder of the workspace. A workspace that does not list the folder leaves the plugin alone, because the
/// plugin's `Cargo.toml` is a workspace root then. `folder` is absolute, and `existing` is the nearest folder that exists.
pub(super) fn find(folder: &Path, existing: &Path) -> Option<PathBuf> {
    let folder = resolve(folder, existing)?;
    let mut folders = folder.ancestors().skip(1);
    let (root, workspace) = folders.find_map(|root| Some((root, read_workspace(root)?)))?;
    let patterns = |key: &str| {
        let list = workspace.get(key).and_then(Value::as_array);
        let list = list.into_iter().flatten();
        list.filter_map(Value::as_str)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let is_below = |path: &String| folder.starts_with(normalize(&root.join(path)));
    let mut members = OverrideBuilder::new(root);
    for pattern in patterns("members") {
        // The slash at the beginning makes the pattern start at the root.
        let pattern = format!("/{}", pattern.trim_start_matches("./"));
        members.add(&pattern).ok()?;
    }
    let is_member = members.build().ok()?.matched(&folder, true).is_whitelist();
    // As for cargo, a member that is named counts more than what is excluded, and one that a pattern matches counts less.
    let is_excluded =
        patterns("exclude").iter().any(is_below) && !patterns("members").iter().any(is_below);
    (is_member && !is_excluded).then(|| root.to_owned())
}

/// The path without symbolic links and `..`, as cargo sees it in the finished plugin.
fn resolve(folder: &Path, existing: &Path) -> Option<PathBuf> {
    let below = folder.strip_prefix(existing).ok()?;
    Some(normalize(&dunce::canonicalize(existing).ok()?.join(below)))
}

/// The path without `.` and `..`.
fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => _ = normal.pop(),
            part => normal.push(part),
        }
    }
    normal
}

/// Reads the table `workspace` of a folder's `Cargo.toml`; `None` if there is none.
fn read_workspace(folder: &Path) -> Option<Table> {
    let text = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    let mut manifest: Table = text.parse().ok()?;
    match manifest.remove("workspace")? {
        Value::Table(workspace) => Some(workspace),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_a_member_if_the_nearest_workspace_lists_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = &dunce::canonicalize(folder.path()).unwrap();
        let plugin = &root.join("plugins/fuel");
        for (workspace, is_member) in [
            ("members = [\"plugins/*\"]", true),
            ("members = [\"./crates/tool\", \"plugins/fuel\"]", true),
            ("members = [\"*\"]", false),
            ("members = [\"crates/*\"]", false),
            (
                "members = [\"plugins/*\"]\nexclude = [\"plugins/fuel\"]",
                false,
            ),
            (
                "members = [\"plugins/fuel\"]\nexclude = [\"plugins\"]",
                true,
            ),
            (
                "members = [\"plugins/*\"]\nexclude = [\"./other/../plugins/fuel\"]",
                false,
            ),
            ("", false),
        ] {
            let manifest = format!("[workspace]\n{workspace}\n");
            fs::write(root.join("Cargo.toml"), manifest).unwrap();
            let expected = is_member.then(|| root.to_owned());
            assert_eq!(find(plugin, root), expected, "{workspace}");
        }
        let own = &root.join("plugins");
        fs::create_dir(own).unwrap();
        fs::write(
            root.join("Cargo.toml"),
            "[workspace]\nmembers = [\"plugins/*\"]",
        )
        .unwrap();
        fs::write(own.join("Cargo.toml"), "[workspace]").unwrap();
        assert_eq!(find(plugin, own), None);
    }
    #[test]
    fn paths_with_parent_folders_are_resolved() {
        let root = tempfile::tempdir().unwrap();
        let root = &dunce::canonicalize(root.path()).unwrap();
        fs::create_dir_all(root.join("tool/src")).unwrap();
        let manifest = "[workspace]\nmembers = [\"plugins/*\"]\n";
        fs::write(root.join("Cargo.toml"), manifest).unwrap();
        for (path, existing, is_member) in [
            ("tool/../plugins/fuel", "tool/..", true),
            ("tool/src/../../plugins/fuel", "tool/src/../..", true),
            ("plugins/new/../fuel", "", true),
            ("plugins/../apart", "", false),
            ("tool/../../fuel", "tool/../..", false),
        ] {
            let found = find(&root.join(path), &root.join(existing));
            assert_eq!(found.is_some(), is_member, "{path}");
        }
    }
}
