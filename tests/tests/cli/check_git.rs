//! Tests of the facts that `cargo stratos check` reads from git.

use std::fs;
use std::path::Path;
use std::process::Command;

use stratos_tests::{ICON, MANIFEST, cargo_stratos, folder, stratos};

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
    // The plugin of another program has tags of its own, if any.
    fs::create_dir(root.join("claude")).unwrap();
    let claude = r#"{ "name": "x", "mcpServers": {} }"#;
    fs::write(root.join("claude/plugin.json"), claude).unwrap();
    commit(root);
    git(root, &["tag", "-f", "v2.0.0"]);
    assert_eq!(drifts(&["a"]), 1);
}

#[test]
fn a_tag_without_the_build_metadata_of_the_version_is_accepted() {
    let manifest = MANIFEST.replace("1.0.0", "1.0.0+5");
    let folder = folder(&[("plugin.json", &manifest), ("icon.svg", ICON)]);
    commit(folder.path());
    git(folder.path(), &["tag", "v1.0.0"]);
    let checked = stratos(folder.path(), ["check", "-D", "warnings"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
}

/// A repository without a checkout of its own consists of its worktrees.
#[test]
fn a_nested_worktree_is_searched_only_when_it_is_named() {
    let folder = folder(&[("main/a/plugin.json", MANIFEST), ("main/a/icon.svg", ICON)]);
    let main = folder.path().join("main");
    commit(&main);
    git(&main, &["worktree", "add", "--quiet", "inside/feature"]);
    git(&main, &["worktree", "add", "--quiet", "../beside"]);
    let found = |place: &Path, arguments: &[&str]| {
        let checked = stratos(place, [&["check"], arguments].concat());
        assert_eq!(checked.code, Some(0), "{checked:?}");
        checked.stdout.lines().last().unwrap().to_owned()
    };
    let one = "1 manifest checked: no mistakes found";
    assert_eq!(found(&main, &[]), one);
    assert_eq!(found(&main, &["inside/feature"]), one);
    assert_eq!(found(&main.join("inside/feature"), &[]), one);
    // A submodule is part of the repository.
    let module = folder.path().join("module");
    fs::create_dir_all(module.join("b")).unwrap();
    let other = MANIFEST.replace("\"demo\"", "\"other\"");
    fs::write(module.join("b/plugin.json"), other).unwrap();
    fs::write(module.join("b/icon.svg"), ICON).unwrap();
    commit(&module);
    let add = [
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        "../module",
    ];
    git(&main, &add);
    assert_eq!(found(&main, &[]), "2 manifests checked: no mistakes found");
    fs::remove_dir_all(module).unwrap();
    // Checkouts of one repository have the same plugins.
    let beside = found(folder.path(), &[]);
    assert_eq!(beside, "3 manifests checked: no mistakes found");
    assert_eq!(
        found(&main, &[".", "inside/feature"]),
        "3 manifests checked: no mistakes found"
    );

    git(
        folder.path(),
        &["clone", "--quiet", "--bare", "main", "all/.bare"],
    );
    let all = folder.path().join("all");
    fs::write(all.join(".git"), "gitdir: ./.bare\n").unwrap();
    git(&all, &["worktree", "add", "--quiet", "one"]);
    assert_eq!(found(&all, &[]), one);
    git(&all, &["worktree", "add", "--quiet", "two"]);
    assert_eq!(found(&all, &[]), "2 manifests checked: no mistakes found");
    git(folder.path(), &["clone", "--quiet", "main", "clone"]);
    let clone = found(folder.path(), &["main", "clone"]);
    assert_eq!(clone, "3 manifests checked: 2 warnings");
}

#[test]
fn a_check_without_git_says_that_tags_were_not_looked_at() {
    let folder = folder(&[("plugin.json", MANIFEST), ("icon.svg", ICON)]);
    let root = folder.path();
    let no_programs = root.join("empty");
    fs::create_dir(&no_programs).unwrap();
    let check = |arguments: &[&str]| {
        let output = Command::new(cargo_stratos())
            .arg("check")
            .args(arguments)
            .env("PATH", &no_programs)
            .env("NO_COLOR", "1")
            .current_dir(root)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let outside = check(&[]);
    assert!(!outside.contains("git"), "{outside}");
    git(root, &["init", "--quiet"]);
    for format in ["human", "github", "json", "sarif"] {
        let shown = check(&["--format", format]);
        assert!(shown.contains("git was not found"), "{shown}");
        let allowed = check(&["--format", format, "-A", "tag-drift"]);
        assert!(!allowed.contains("git was not found"), "{allowed}");
    }
    for manifest in [
        "[]",
        r#"{ "name": "x", "mcpServers": {} }"#,
        &MANIFEST.replace("1.0.0", "0.0.0-development"),
    ] {
        fs::write(root.join("other.json"), manifest).unwrap();
        let unused = check(&["other.json"]);
        assert!(!unused.contains("git was not found"), "{unused}");
    }
    // A new repository has no commit that could have tags.
    let checked = stratos(root, ["check"]);
    assert_eq!(checked.stdout, "1 manifest checked: no mistakes found\n");
}

#[test]
fn a_repository_that_git_refuses_is_named_with_the_reason() {
    let folder = folder(&[
        ("plugin.json", MANIFEST),
        ("icon.svg", ICON),
        (".git", "gitdir: /nowhere/worktrees/demo\n"),
    ]);
    let checked = stratos(folder.path(), ["check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert!(
        checked
            .stdout
            .contains("were not looked at: not a git repository"),
        "{checked:?}"
    );
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
