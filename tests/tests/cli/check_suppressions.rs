//! Exceptions, the baseline, and what of them is left over.

use std::fs;

use stratos_tests::{ICON, MANIFEST, folder, stratos};

const EXCEPTION: &str = r#"
[[check.exceptions]]
rule = "unknown-key"
at = "extra.field"
reason = "read by our own tool"
"#;

fn with_keys(keys: &str) -> String {
    MANIFEST.replace("\"type\"", &format!("{keys}\n  \"type\""))
}

#[test]
fn an_exception_covers_what_it_names_and_nothing_else() {
    let exception = EXCEPTION.replace(".field", "");
    for (keys, plugin, code, part) in [
        ("\"extra\": 1,", "", 0, "no mistakes found, 1 suppressed"),
        (
            "\"extra\": 1,",
            "plugin = \"demo\"",
            0,
            "no mistakes found, 1 suppressed",
        ),
        ("\"extra\": 1, \"extras\": 1,", "", 1, "unknown-key"),
        ("\"extra\": 1,", "plugin = \"other\"", 1, "unknown-key"),
    ] {
        let folder = folder(&[
            ("plugin.json", &with_keys(keys)),
            ("icon.svg", ICON),
            ("stratos.toml", &format!("{exception}{plugin}")),
        ]);
        let checked = stratos(folder.path(), ["check", "-D", "unknown-key"]);
        assert_eq!(checked.code, Some(code), "{keys} {plugin}: {checked:?}");
        assert!(checked.stdout.contains(part), "{checked:?}");
    }
}

#[test]
fn an_exception_that_covers_nothing_is_a_finding() {
    let folder = folder(&[
        ("plugin.json", MANIFEST),
        ("icon.svg", ICON),
        ("stratos.toml", EXCEPTION),
    ]);
    let checked = stratos(folder.path(), ["check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    insta::assert_snapshot!(checked.stdout);
    let checked = stratos(folder.path(), ["check", "-D", "warnings"]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    let checked = stratos(folder.path(), ["check", "-A", "unused-suppression"]);
    assert_eq!(checked.stdout, "1 manifest checked: no mistakes found\n");
}

#[test]
fn what_was_not_looked_at_proves_nothing() {
    let folder = folder(&[
        ("a/plugin.json", MANIFEST),
        ("a/icon.svg", ICON),
        ("b/plugin.json", &MANIFEST.replace("demo", "other")),
        ("b/icon.svg", ICON),
        ("stratos.toml", EXCEPTION),
    ]);
    let is_reported = |arguments: &[&str]| {
        let checked = stratos(folder.path(), [&["check"], arguments].concat());
        checked.stdout.contains("unused-suppression")
    };
    assert!(is_reported(&[]));
    assert!(is_reported(&["."]));
    assert!(!is_reported(&["a"]), "the other may need it");
    assert!(!is_reported(&["-A", "unknown-key"]), "the rule is off");

    let for_one = format!("{EXCEPTION}plugin = \"demo\"");
    fs::write(folder.path().join("stratos.toml"), for_one).unwrap();
    assert!(is_reported(&["a"]));
    assert!(!is_reported(&["b"]));
    fs::write(folder.path().join("a/plugin.json"), "{ \"id\": \"demo\", }").unwrap();
    assert!(!is_reported(&[]), "a file with broken JSON proves nothing");
}

#[test]
fn what_another_run_may_find_proves_nothing() {
    let same = "[[check.exceptions]]\nrule = \"duplicate-plugin-id\"\nreason = \"two editions\"\n";
    let folder = folder(&[
        ("a/plugin.json", MANIFEST),
        ("a/icon.svg", ICON),
        ("b/plugin.json", MANIFEST),
        ("b/icon.svg", ICON),
        ("stratos.toml", &format!("{same}plugin = \"demo\"\n")),
    ]);
    let clean = |arguments: &[&str], summary: &str| {
        let arguments = [&["check", "-W", "pedantic"], arguments].concat();
        let checked = stratos(folder.path(), arguments);
        assert!(
            !checked.stdout.contains("unused-suppression"),
            "{checked:?}"
        );
        assert!(checked.stdout.contains(summary), "{checked:?}");
    };
    clean(&["."], "2 suppressed");
    clean(&["a"], "1 manifest checked");
    let path = folder.path().join("stratos.toml");
    for rule in ["tag-drift", "placeholder-text", "colliding-plugin-id"] {
        fs::write(&path, same.replace("duplicate-plugin-id", rule)).unwrap();
        clean(&["."], "2 manifests checked");
    }
    fs::remove_file(path).unwrap();
    clean(&["--write-baseline", "debts.json"], "2 manifests checked");
    clean(&["a", "--baseline", "debts.json"], "1 manifest checked");
}

#[test]
fn a_manifest_inside_a_plugin_may_need_an_exception() {
    let folder = folder(&[
        ("plugin.json", MANIFEST),
        ("icon.svg", ICON),
        ("stratos.toml", EXCEPTION),
        (
            "examples/x/plugin.json",
            &with_keys("\"extra\": { \"field\": 1 },"),
        ),
        ("examples/x/icon.svg", ICON),
    ]);
    let is_reported = |arguments: &[&str]| {
        let checked = stratos(folder.path(), [&["check"], arguments].concat());
        checked.stdout.contains("unused-suppression")
    };
    assert!(!is_reported(&[]));
    assert!(!is_reported(&["plugin.json"]));
    fs::remove_dir_all(folder.path().join("examples")).unwrap();
    assert!(is_reported(&[]));
    assert!(is_reported(&["plugin.json"]), "it is all there is");
}

#[test]
fn the_life_of_a_baseline() {
    let folder = folder(&[
        ("ci/readme.txt", ""),
        ("a/plugin.json", &with_keys("\"extra\": 1, \"other\": 2,")),
        ("a/icon.svg", ICON),
        ("b/plugin.json", &MANIFEST.replace("demo", "Not An Id")),
        ("b/icon.svg", ICON),
    ]);
    let root = folder.path();
    let run = |arguments: &[&str]| stratos(root, [&["check"], arguments].concat());
    let missing = run(&["--baseline", "ci/debts.json"]);
    assert_eq!(missing.code, Some(2));
    assert_eq!(
        missing.stderr,
        "error: there is no baseline ci/debts.json\nhelp: write it with `--write-baseline ci/debts.json`\n"
    );

    let written = run(&["--write-baseline", "ci/debts.json"]);
    assert_eq!(written.code, Some(0), "{written:?}");
    assert_eq!(written.stderr, "3 findings recorded in ci/debts.json\n");
    let text = fs::read_to_string(root.join("ci/debts.json")).unwrap();
    insta::assert_snapshot!(text);
    run(&["b", "a", "--write-baseline", "ci/debts.json"]);
    assert_eq!(
        fs::read_to_string(root.join("ci/debts.json")).unwrap(),
        text
    );

    let clean = run(&["--baseline", "ci/debts.json", "-D", "warnings"]);
    assert_eq!(clean.code, Some(0), "{clean:?}");
    assert_eq!(
        clean.stdout,
        "2 manifests checked: no mistakes found, 3 suppressed\n"
    );

    // Other lines, other formatting, another folder to start from: the same debts.
    let moved = with_keys("\n\n\"other\" : 2,\n\t\"extra\":1,");
    fs::write(root.join("a/plugin.json"), moved).unwrap();
    let from_inside = [
        "check",
        ".",
        "../b",
        "--baseline",
        "../ci/debts.json",
        "-Dwarnings",
    ];
    let clean = stratos(&root.join("a"), from_inside);
    assert_eq!(clean.code, Some(0), "{clean:?}");

    // A new mistake is reported, a repaired one is a leftover, and so is a manifest that is gone.
    fs::write(
        root.join("a/plugin.json"),
        with_keys("\"new\": 1, \"other\": 2,"),
    )
    .unwrap();
    fs::remove_dir_all(root.join("b")).unwrap();
    let changed = run(&["--baseline", "ci/debts.json"]);
    assert_eq!(changed.code, Some(0), "{changed:?}");
    insta::assert_snapshot!(changed.stdout.replace('\\', "/"));
    let sibling = run(&["a", "--baseline", "ci/debts.json"]);
    assert!(!sibling.stdout.contains("is not there"), "{sibling:?}");
    let part = run(&["a/plugin.json", "--baseline", "ci/debts.json"]);
    assert!(!part.stdout.contains("is not there"), "{part:?}");
}

#[test]
fn a_baseline_overwrites_nothing_but_a_baseline() {
    let folder = folder(&[
        ("plugin.json", &with_keys("\"extra\": 1,")),
        ("icon.svg", ICON),
        ("notes.txt", "mine"),
        ("known.json", "{ \"version\": 1, \"findings\": [] }"),
    ]);
    for (file, paths) in [
        ("plugin.json", &["."][..]),
        ("./plugin.json", &["plugin.json"]),
        ("notes.txt", &["."]),
        ("known.json", &["known.json"]),
    ] {
        let before = fs::read(folder.path().join(file)).unwrap();
        let arguments = [&["check", "--write-baseline", file], paths].concat();
        let refused = stratos(folder.path(), arguments);
        assert_eq!(refused.code, Some(2), "{file}: {refused:?}");
        assert!(refused.stderr.contains("name a file"), "{refused:?}");
        assert_eq!(fs::read(folder.path().join(file)).unwrap(), before);
    }
    let renewed = stratos(folder.path(), ["check", "--write-baseline", "known.json"]);
    assert_eq!(renewed.code, Some(0), "{renewed:?}");
    let text = fs::read_to_string(folder.path().join("known.json")).unwrap();
    assert!(text.contains("\"extra\""), "{text}");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_baseline_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = folder(&[
        ("plugin.json", &with_keys("\"extra\": 1,")),
        ("icon.svg", ICON),
    ]);
    let path = |name: &str| folder.path().join(name);
    stratos(folder.path(), ["check", "--write-baseline", "real.json"]);
    let old = fs::read_to_string(path("real.json")).unwrap();
    fs::set_permissions(path("real.json"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.json", path("link.json")).unwrap();
    fs::write(path("plugin.json"), with_keys("\"other\": 1,")).unwrap();
    let written = stratos(folder.path(), ["check", "--write-baseline", "link.json"]);
    assert_eq!(written.code, Some(0), "{written:?}");
    assert!(path("link.json").symlink_metadata().unwrap().is_symlink());
    assert_ne!(fs::read_to_string(path("real.json")).unwrap(), old);
    let mode = fs::metadata(path("real.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn a_run_of_a_part_renews_that_part_of_a_baseline() {
    let folder = folder(&[
        ("a/plugin.json", &with_keys("\"extra\": 1,")),
        ("a/icon.svg", ICON),
        ("b/plugin.json", &MANIFEST.replace("demo", "Not An Id")),
        ("b/icon.svg", ICON),
    ]);
    let root = folder.path();
    let write = |path: &str| {
        let written = stratos(root, ["check", path, "--write-baseline", "debts.json"]);
        assert_eq!(written.code, Some(0), "{written:?}");
        fs::read_to_string(root.join("debts.json")).unwrap()
    };
    let all = write(".");
    assert_eq!(write("a"), all);
    fs::write(root.join("a/plugin.json"), MANIFEST).unwrap();
    let part = write("a");
    assert!(
        !part.contains("extra") && part.contains("b/plugin.json"),
        "{part}"
    );
    fs::remove_dir_all(root.join("b")).unwrap();
    assert_eq!(write("a"), part, "nobody looked for the other");
    assert!(!write(".").contains("b/plugin.json"));
}

#[test]
fn a_broken_baseline_is_named_with_its_place() {
    let folder = folder(&[("plugin.json", MANIFEST), ("icon.svg", ICON)]);
    for (text, expected) in [
        (
            "{\n  \"version\": 1,\n",
            "debts.json:1:1: the baseline is not JSON",
        ),
        (
            "{\n  \"version\": 2, \"findings\": [] }",
            "debts.json:2:14: this version reads",
        ),
        (
            "{ \"version\": 1, \"findings\": [\n{ \"rule\": \"not-json\", \"manifest\": \"x\", \"at\": \"\", \"count\": 1 }] }",
            "debts.json:2:1: findings of `not-json` cannot be suppressed",
        ),
    ] {
        fs::write(folder.path().join("debts.json"), text).unwrap();
        let checked = stratos(folder.path(), ["check", "--baseline", "debts.json"]);
        assert_eq!(checked.code, Some(2), "{checked:?}");
        assert!(checked.stderr.contains(expected), "{}", checked.stderr);
        assert_eq!(checked.stdout, "");
    }
}

#[test]
fn unreadable_manifests_are_no_debts() {
    let folder = folder(&[("plugin.json", "{ \"id\": \"demo\", }")]);
    let written = stratos(folder.path(), ["check", "--write-baseline", "debts.json"]);
    assert_eq!(written.code, Some(1), "{written:?}");
    assert!(written.stdout.contains("trailing-comma"));
    let checked = stratos(folder.path(), ["check", "--baseline", "debts.json"]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    assert!(checked.stdout.contains("1 manifest checked: 1 error"));

    fs::remove_file(folder.path().join("debts.json")).unwrap();
    fs::create_dir_all(folder.path().join("x/plugin.json")).unwrap();
    let failed = stratos(
        folder.path(),
        [
            "check",
            "plugin.json",
            "x",
            "--write-baseline",
            "debts.json",
        ],
    );
    assert_eq!(failed.code, Some(3), "{failed:?}");
    assert!(
        !folder.path().join("debts.json").exists(),
        "a baseline of a part would be taken for all"
    );
}
