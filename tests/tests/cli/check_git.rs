//! Tests of the facts that `cargo stratos check` reads from git.

use std::fs;
use std::path::Path;
use std::process::Command;

use stratos_tests::{ICON, MANIFEST, folder, stratos};

#[test]
fn git_fetches_no_missing_objects() {
    let folder = folder(&[("plugin.json", MANIFEST), ("icon.svg", ICON)]);
    let root = folder.path();
    commit(root);
    git(root, &["tag", "-a", "v2.0.0", "-m", "2"]);
    let object = git(root, &["rev-parse", "v2.0.0"]);
    let (start, rest) = object.split_at(2);
    let file = root.join(".git/objects").join(start).join(rest);
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "it is removed")]
    permissions.set_readonly(false);
    fs::set_permissions(&file, permissions).unwrap();
    fs::remove_file(file).unwrap();
    for (key, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", "./elsewhere"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.uploadpack", "touch RAN; false"),
    ] {
        git(root, &["config", key, value]);
    }
    let checked = stratos(root, ["check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert!(!root.join("RAN").exists(), "{checked:?}");
}

#[test]
fn a_version_above_the_latest_tag_is_accepted() {
    let folder = folder(&[("plugin.json", MANIFEST), ("icon.svg", ICON)]);
    let root = folder.path();
    let drifts = || {
        let checked = stratos(root, ["check", "-D", "warnings"]);
        assert_eq!(
            checked.code == Some(1),
            checked.stdout.contains("tag-drift"),
            "{checked:?}"
        );
        checked.code == Some(1)
    };
    commit(root);
    git(root, &["tag", "v1.0.0"]);
    assert!(!drifts());
    let bumped = MANIFEST.replace("1.0.0", "1.1.0");
    fs::write(root.join("plugin.json"), bumped).unwrap();
    assert!(!drifts(), "1.1.0 is above the latest tag");
    commit(root);
    assert!(!drifts(), "the commit has no tag");
    git(root, &["tag", "v1.0.1"]);
    assert!(drifts());
    let edited = MANIFEST
        .replace("1.0.0", "1.1.0")
        .replace("A demo.", "A good demo.");
    fs::write(root.join("plugin.json"), edited).unwrap();
    assert!(drifts(), "the version equals the tag of the commit");
}

/// The meaning of a tag does not depend on the checked paths.
#[test]
fn a_tag_without_a_plugin_name_counts_for_a_single_plugin() {
    let other = MANIFEST.replace("\"demo\"", "\"other\"");
    let folder = folder(&[
        ("a/plugin.json", MANIFEST),
        ("a/icon.svg", ICON),
        ("b/plugin.json", &other),
        ("b/icon.svg", ICON),
    ]);
    let root = folder.path();
    commit(root);
    git(root, &["tag", "v2.0.0"]);
    let drifts = |arguments: &[&str]| {
        let checked = stratos(root, [&["check"], arguments].concat());
        assert_eq!(checked.code, Some(0), "{checked:?}");
        checked.stdout.matches("tag-drift").count()
    };
    assert_eq!(drifts(&[]), 0);
    assert_eq!(drifts(&["a"]), 0);
    git(root, &["tag", "demo-v2.0.0"]);
    assert_eq!(drifts(&[]), 1);
    assert_eq!(drifts(&["a"]), 1);
    assert_eq!(drifts(&["b"]), 0);
    git(root, &["tag", "-d", "demo-v2.0.0"]);
    git(root, &["rm", "-rq", "b"]);
    commit(root);
    git(root, &["tag", "-f", "v2.0.0"]);
    assert_eq!(drifts(&["a"]), 1);
}

fn commit(folder: &Path) {
    git(folder, &["init", "--quiet"]);
    git(folder, &["add", "."]);
    git(folder, &["commit", "--quiet", "-m", "a commit"]);
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let own = [
        "user.name=me",
        "user.email=me@fleet.example",
        "commit.gpgSign=false",
        "tag.gpgSign=false",
    ];
    let mut git = Command::new("git");
    git.current_dir(folder)
        .args(own.iter().flat_map(|setting| ["-c", setting]));
    // A git hook that runs the tests sets these variables to its own repository.
    for variable in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
    ] {
        git.env_remove(variable);
    }
    git.env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", folder.join("no such file"));
    let output = git.args(arguments).output().expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}
