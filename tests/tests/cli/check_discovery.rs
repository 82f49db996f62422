//! Discovery of manifests by `cargo stratos check`.

use std::fs;
use std::path::Path;

use stratos_tests::{CommandOutput, ICON, MANIFEST, folder, stratos, stratos_with_input};

#[test]
fn manifests_are_reported_in_path_order() {
    let folder = folder(&[]);
    for number in (0..200).rev() {
        let plugin = folder
            .path()
            .join(format!("group-{}/p{number:03}", number % 3));
        fs::create_dir_all(&plugin).unwrap();
        let manifest = MANIFEST.replace("\"demo\"", &format!("\"demo-{number}\", \"extra\": 1"));
        fs::write(plugin.join("plugin.json"), manifest).unwrap();
        fs::write(plugin.join("icon.svg"), ICON).unwrap();
    }
    let checked = stratos(folder.path(), ["check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let places = checked
        .stdout
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--> "));
    let places: Vec<_> = places
        .map(|place| place.split(':').next().unwrap())
        .collect();
    assert_eq!(places.len(), 200);
    assert!(places.is_sorted(), "{places:?}");
    assert!(
        checked
            .stdout
            .contains("200 manifests checked: 200 warnings")
    );
}

#[test]
fn a_folder_inside_a_plugin_finds_or_names_the_manifest_above() {
    let folder = folder(&[
        ("plugin.json", MANIFEST),
        ("icon.svg", ICON),
        ("src/routes/mod.rs", ""),
        ("repository/.git/HEAD", ""),
        ("repository/src/main.rs", ""),
    ]);
    let root = folder.path();
    let inside = stratos(&root.join("src/routes"), ["check"]);
    assert_eq!(inside.code, Some(0), "{inside:?}");
    assert_eq!(inside.stdout, "1 manifest checked: no mistakes found\n");
    let manifest = Path::new("..").join("..").join("plugin.json");
    assert_eq!(
        inside.stderr,
        format!(
            "there is no plugin.json in this folder; checking {}\n",
            manifest.display()
        )
    );
    for (place, path, named) in [
        (root.to_owned(), "src", "plugin.json"),
        (root.join("src"), "routes", "../plugin.json"),
    ] {
        let checked = stratos(&place, ["check", path]);
        assert_eq!(checked.code, Some(2), "{checked:?}");
        let help = format!("help: name the plugin around this folder: {named}\n");
        assert!(
            checked.stderr.replace('\\', "/").ends_with(&help),
            "{checked:?}"
        );
    }
    // The search ends at the root of a repository.
    let other = stratos(&root.join("repository/src"), ["check"]);
    assert_eq!(other.code, Some(2), "{other:?}");
    assert!(!other.stderr.contains("around"), "{other:?}");
}

#[test]
fn a_foreign_manifest_has_one_finding_and_can_be_excepted() {
    let grafana =
        r#"{ "id": "fleet-panel", "type": "panel", "name": "Fleet", "info": { "logos": {} } }"#;
    let folder = folder(&[
        ("a/plugin.json", MANIFEST),
        ("a/icon.svg", ICON),
        ("grafana/plugin.json", grafana),
    ]);
    let checked = stratos(folder.path(), ["check"]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    assert!(
        checked.stdout.ends_with("2 manifests checked: 1 error\n"),
        "{checked:?}"
    );
    let exception = "[[check.exceptions]]\nrule = \"foreign-manifest\"\nreason = \"a panel\"\n";
    fs::write(folder.path().join("grafana/stratos.toml"), exception).unwrap();
    let excepted = stratos(folder.path(), ["check"]);
    assert_eq!(excepted.code, Some(0), "{excepted:?}");
    // Whoever knows better sees all findings.
    let allowed = stratos(
        folder.path(),
        ["check", "-A", "foreign-manifest", "grafana/plugin.json"],
    );
    assert!(allowed.stdout.contains("missing-field"), "{allowed:?}");
}

#[test]
fn a_foreign_manifest_does_not_hide_the_plugins_below_it() {
    let grafana = r#"{ "type": "panel", "name": "x", "id": "a-b", "info": { "logos": {} } }"#;
    let folder = folder(&[
        ("plugin.json", grafana),
        ("stratos/plugin.json", &MANIFEST.replace("1.0.0", "1.0")),
        ("stratos/icon.svg", ICON),
        ("stratos/dist/plugin.json", "{}"),
    ]);
    let checked = stratos(folder.path(), ["check"]);
    assert!(checked.stdout.contains("malformed-version"), "{checked:?}");
    assert!(
        checked.stdout.contains("2 manifests checked: 2 errors"),
        "{checked:?}"
    );
}

#[test]
fn ignored_manifests_are_checked_only_when_named() {
    let folder = folder(&[
        (".gitignore", "made/\n"),
        ("made/plugin.json", "{}"),
        ("a/plugin.json", MANIFEST),
        ("a/icon.svg", ICON),
        ("a/dist/plugin.json", "{}"),
        (".hidden/plugin.json", "{}"),
        ("node_modules/x/plugin.json", "{}"),
    ]);
    let all = stratos(folder.path(), ["check"]);
    assert_eq!(all.stdout, "1 manifest checked: no mistakes found\n");
    for named in ["made", "made/plugin.json", "a/dist", ".hidden"] {
        let checked = stratos(folder.path(), ["check", named]);
        assert_eq!(checked.code, Some(1), "{named}: {checked:?}");
    }
    let only_ignored = stratos(&folder.path().join("node_modules"), ["check", "..", "../a"]);
    assert_eq!(only_ignored.code, Some(0), "{only_ignored:?}");
}

#[test]
fn ignore_files_above_the_repository_have_no_effect() {
    for repository in ["home/repo/.git/HEAD", "home/repo/a/.git/HEAD", "home/x"] {
        let folder = folder(&[
            (repository, ""),
            ("home/.gitignore", "*\n"),
            ("home/repo/.gitignore", "made/\n"),
            ("home/repo/a/plugin.json", MANIFEST),
            ("home/repo/a/icon.svg", ICON),
            ("home/repo/b/plugin.json", "{}"),
            ("home/repo/made/plugin.json", "{}"),
        ]);
        let checked = stratos(&folder.path().join("home/repo"), ["check"]);
        assert_eq!(checked.code, Some(1), "{repository}: {checked:?}");
        assert!(
            checked.stdout.contains("2 manifests checked"),
            "{checked:?}"
        );
    }
    let folder = folder(&[
        ("repo/.git/HEAD", ""),
        ("repo/.gitignore", "made/\n"),
        ("repo/a/b/plugin.json", MANIFEST),
        ("repo/a/b/icon.svg", ICON),
        ("repo/a/made/plugin.json", "{}"),
    ]);
    let inside = stratos(&folder.path().join("repo/a"), ["check"]);
    let clean = "1 manifest checked: no mistakes found\n";
    assert!(inside.stdout.starts_with(clean), "{inside:?}");
}

#[test]
fn a_named_file_is_checked_whatever_its_name() {
    let folder = folder(&[(
        "package.json",
        "{ \"name\": \"x\", \"main\": \"index.js\" }",
    )]);
    let checked = stratos(folder.path(), ["check", "package.json"]);
    assert_eq!(checked.code, Some(1));
    assert!(checked.stdout.contains("package.json:1:1"), "{checked:?}");
}

#[test]
fn stdin_is_checked_as_the_manifest_at_stdin_path() {
    let folder = folder(&[
        ("a/icon.svg", ICON),
        ("a/stratos.toml", "[check.levels]\nunknown-key = \"deny\"\n"),
    ]);
    let check = |arguments: &[&str], input: &str| -> CommandOutput {
        stratos_with_input(
            folder.path(),
            [&["check", "-"], arguments].concat(),
            input.as_bytes(),
        )
    };
    let here = check(&[], MANIFEST);
    assert_eq!(here.code, Some(1), "the icon is missing: {here:?}");
    assert!(here.stdout.contains("--> plugin.json:8:17"), "{here:?}");
    let there = check(&["--stdin-path", "a/plugin.json"], MANIFEST);
    assert_eq!(there.code, Some(0), "{there:?}");
    let extra = MANIFEST.replace("\"type\"", "\"extra\": 1,\n  \"type\"");
    let there = check(&["--stdin-path", "a/plugin.json"], &extra);
    assert_eq!(
        there.code,
        Some(1),
        "the settings beside the path apply: {there:?}"
    );
    let patch = check(
        &["--stdin-path", "a/plugin.json", "--diff"],
        &MANIFEST.replace("icon_dark", "iconDark"),
    );
    assert!(
        patch.stdout.starts_with("--- a/a/plugin.json\n"),
        "{patch:?}"
    );
    let endless = check(&[], &" ".repeat(600 * 1024));
    assert!(endless.stdout.contains("file-too-large"), "{endless:?}");
    assert_eq!(check(&["nowhere"], MANIFEST).code, Some(2));
}

#[test]
fn stdin_replaces_the_file_at_its_path() {
    let folder = folder(&[
        ("a/plugin.json", &MANIFEST.replace("1.0.0", "1.0")),
        ("a/icon.svg", ICON),
    ]);
    for (inside, arguments) in [
        ("a", &["-", "."][..]),
        ("a", &["-", "plugin.json"]),
        ("", &["-", "--stdin-path", "a/plugin.json", "a"]),
        ("", &["-", "--stdin-path", "a/../a/plugin.json", "."]),
    ] {
        let arguments = [&["check"], arguments].concat();
        let input = MANIFEST.as_bytes();
        let checked = stratos_with_input(&folder.path().join(inside), &arguments, input);
        assert_eq!(
            checked.stdout, "1 manifest checked: no mistakes found\n",
            "{arguments:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_symlink_to_a_manifest_is_not_checked_twice() {
    use std::os::unix::fs::symlink;

    let folder = folder(&[
        ("a/plugin.json", MANIFEST),
        ("a/icon.svg", ICON),
        ("b/icon.svg", ICON),
    ]);
    symlink("../a/plugin.json", folder.path().join("b/plugin.json")).unwrap();
    let checked = stratos(folder.path(), ["check"]);
    assert_eq!(checked.stdout, "2 manifests checked: no mistakes found\n");
    fs::remove_file(folder.path().join("b/icon.svg")).unwrap();
    let checked = stratos(folder.path(), ["check"]);
    assert!(checked.stdout.contains("missing-icon-file"), "{checked:?}");
    let checked = stratos_with_input(
        &folder.path().join("a"),
        ["check", "-", "../b/plugin.json"],
        MANIFEST.as_bytes(),
    );
    assert!(checked.stdout.contains("1 manifest checked"), "{checked:?}");
}

#[test]
fn an_unreadable_file_does_not_prevent_other_checks() {
    let folder = folder(&[("a/plugin.json", MANIFEST), ("a/icon.svg", ICON)]);
    for odd in ["b", "c"] {
        fs::create_dir_all(folder.path().join(odd).join("plugin.json")).unwrap();
    }
    let checked = stratos(folder.path(), ["check"]);
    assert_eq!(checked.code, Some(3), "{checked:?}");
    assert!(checked.stdout.contains("1 manifest checked"), "{checked:?}");
    assert_eq!(
        checked.stderr.matches("it is a folder").count(),
        2,
        "{checked:?}"
    );
}

#[cfg(unix)]
#[test]
fn fifos_and_devices_are_refused_without_reading() {
    use std::process::Command;
    use std::time::{Duration, Instant};

    let folder = folder(&[("a/plugin.json", MANIFEST), ("a/icon.svg", ICON)]);
    let pipe = folder.path().join("plugin.json");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let start = Instant::now();
    for path in ["plugin.json", ".", "/dev/zero"] {
        let checked = stratos(folder.path(), ["check", path, "a"]);
        assert_eq!(checked.code, Some(3), "{checked:?}");
        assert!(
            checked.stderr.contains("it is not a regular file"),
            "{checked:?}"
        );
        assert!(checked.stdout.contains("1 manifest checked"), "{checked:?}");
    }
    assert!(start.elapsed() < Duration::from_secs(20));
}
