//! Exceptions in `stratos.toml`, and the finding about those that suppress nothing.

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
fn an_exception_suppresses_only_matching_findings() {
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
fn an_unused_exception_is_a_finding() {
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
fn an_exception_for_an_unchecked_manifest_is_not_unused() {
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
    assert!(
        !is_reported(&["a"]),
        "the unchecked manifest may need the exception"
    );
    assert!(
        !is_reported(&["-A", "unknown-key"]),
        "the exception of a disabled rule is not reported"
    );

    let for_one = format!("{EXCEPTION}plugin = \"demo\"");
    fs::write(folder.path().join("stratos.toml"), for_one).unwrap();
    assert!(is_reported(&["a"]));
    assert!(!is_reported(&["b"]));
    fs::write(folder.path().join("a/plugin.json"), "{ \"id\": \"demo\", }").unwrap();
    assert!(
        !is_reported(&[]),
        "a manifest with invalid JSON may need the exception"
    );
}

#[test]
fn an_exception_for_a_disabled_rule_is_not_unused() {
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
}

#[test]
fn an_exception_applies_to_a_nested_manifest() {
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
    assert!(is_reported(&["plugin.json"]), "all manifests were checked");
}
