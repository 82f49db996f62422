//! The cargo workspace that a new plugin becomes a member of.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::overrides::OverrideBuilder;
use toml::{Table, Value};

/// Finds the workspace whose `members` match `folder`: cargo would refuse a second workspace root there.
///
/// Returns the folder of the workspace. A workspace that does not list the folder leaves the plugin alone, because the
/// plugin's `Cargo.toml` is a workspace root then.
pub(super) fn find(folder: &Path) -> Option<PathBuf> {
    let mut folders = folder.ancestors().skip(1);
    let (root, workspace) = folders.find_map(|root| Some((root, read_workspace(root)?)))?;
    let patterns = |key: &str| {
        let list = workspace.get(key).and_then(Value::as_array);
        let list = list.into_iter().flatten();
        list.filter_map(Value::as_str)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let is_excluded = patterns("exclude")
        .iter()
        .any(|excluded| folder.starts_with(root.join(excluded)));
    let mut members = OverrideBuilder::new(root);
    for pattern in patterns("members") {
        // The slash at the beginning makes the pattern start at the root.
        let pattern = format!("/{}", pattern.trim_start_matches("./"));
        members.add(&pattern).ok()?;
    }
    let is_member = members.build().ok()?.matched(folder, true).is_whitelist();
    (is_member && !is_excluded).then(|| root.to_owned())
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
        let root = tempfile::tempdir().unwrap();
        let plugin = root.path().join("plugins/fuel");
        for (workspace, is_member) in [
            ("members = [\"plugins/*\"]", true),
            ("members = [\"./crates/tool\", \"plugins/fuel\"]", true),
            ("members = [\"*\"]", false),
            ("members = [\"crates/*\"]", false),
            (
                "members = [\"plugins/*\"]\nexclude = [\"plugins/fuel\"]",
                false,
            ),
            ("", false),
        ] {
            let manifest = format!("[workspace]\n{workspace}\n");
            fs::write(root.path().join("Cargo.toml"), manifest).unwrap();
            let expected = is_member.then(|| root.path().to_owned());
            assert_eq!(find(&plugin), expected, "{workspace}");
        }
        let own = root.path().join("plugins/Cargo.toml");
        fs::create_dir(own.parent().unwrap()).unwrap();
        fs::write(
            root.path().join("Cargo.toml"),
            "[workspace]\nmembers = [\"plugins/*\"]",
        )
        .unwrap();
        fs::write(own, "[workspace]").unwrap();
        assert_eq!(find(&plugin), None);
    }
}
