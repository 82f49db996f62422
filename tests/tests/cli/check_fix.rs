//! The options `--fix` and `--diff` of `cargo stratos check`.

use std::fs;
use std::path::Path;

use serde_json::Value;
use stratos_tests::{CommandOutput, ICON, MANIFEST, folder, stratos};

/// A manifest with tabs, CRLF, and one safe and one unsafe fix.
fn broken() -> String {
    let source = MANIFEST.replace("  \"", "\t\"").replace('\n', "\r\n");
    source
        .replace("icon_light", "iconLight")
        .replace("\"version\"", "\"verzion\"")
        .replace("\"icon.svg\"\r\n}", "\"icon.svg\",\r\n}")
}

fn fixed(source: &str) -> String {
    source
        .replace("iconLight", "icon_light")
        .replace("\"icon.svg\",\r\n}", "\"icon.svg\"\r\n}")
}

fn project() -> tempfile::TempDir {
    folder(&[("a/plugin.json", &broken()), ("a/icon.svg", ICON)])
}

fn check(folder: &Path, arguments: &[&str]) -> CommandOutput {
    stratos(folder, [&["check"], arguments].concat())
}

fn manifest(folder: &Path) -> String {
    fs::read_to_string(folder.join("a/plugin.json")).unwrap()
}

#[test]
fn fix_writes_safe_fixes_and_nothing_else() {
    let folder = project();
    let first = check(folder.path(), &["--fix"]);
    assert_eq!(first.code, Some(1), "`version` is still missing: {first:?}");
    let path = Path::new("a").join("plugin.json");
    let expected = format!(
        "fixed {}: 2 fixes (missing-field, trailing-comma)\n",
        path.display()
    );
    assert_eq!(first.stderr, expected);
    assert!(first.stdout.contains("verzion") && !first.stdout.contains("trailing-comma"));
    assert_eq!(manifest(folder.path()), fixed(&broken()));

    let second = check(folder.path(), &["--fix"]);
    assert_eq!(second.stderr, "");
    assert_eq!(second.stdout, first.stdout);
    assert_eq!(manifest(folder.path()), fixed(&broken()));

    let all = check(folder.path(), &["--fix", "--unsafe-fixes"]);
    assert_eq!(all.code, Some(0), "{all:?}");
    assert!(all.stdout.contains("1 manifest checked: no mistakes found"));
    assert_eq!(
        manifest(folder.path()),
        fixed(&broken()).replace("verzion", "version")
    );
    assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 2);
}

#[test]
fn diff_prints_a_patch_and_writes_nothing() {
    let folder = project();
    let shown = check(folder.path(), &["--diff"]);
    assert_eq!(shown.code, Some(1));
    assert_eq!(
        shown.stdout,
        "--- a/a/plugin.json\n+++ b/a/plugin.json\n@@ -5,6 +5,6 @@\n \t\"description\": \"A demo.\",\r\n \t\"type\": \"user\",\r\n \t\"author\": { \"id\": \"me\", \"name\": \"Me\" },\r\n-\t\"iconLight\": \"icon.svg\",\r\n-\t\"icon_dark\": \"icon.svg\",\r\n+\t\"icon_light\": \"icon.svg\",\r\n+\t\"icon_dark\": \"icon.svg\"\r\n }\r\n"
    );
    assert!(
        shown.stderr.contains("1 manifest would be fixed"),
        "{}",
        shown.stderr
    );
    assert_eq!(manifest(folder.path()), broken());

    check(folder.path(), &["--fix", "--unsafe-fixes"]);
    let nothing = check(folder.path(), &["--diff", "--unsafe-fixes"]);
    assert_eq!(nothing.code, Some(0), "{nothing:?}");
    assert_eq!(nothing.stdout, "");
    fs::write(
        folder.path().join("a/plugin.json"),
        MANIFEST.replace("user", "nobody"),
    )
    .unwrap();
    let errors = check(folder.path(), &["--diff"]);
    assert_eq!((errors.code, errors.stdout.as_str()), (Some(1), ""));
    assert!(errors.stderr.contains("1 error"), "{}", errors.stderr);
}

#[test]
fn applying_the_edits_of_the_json_report_gives_the_fixed_manifest() {
    let source = with_limits(r#""max": 0, "min": 100"#);
    let folder = folder(&[("a/plugin.json", &source), ("a/icon.svg", ICON)]);
    let checked = check(folder.path(), &["--format", "json"]);
    let report: Value = serde_json::from_str(&checked.stdout).unwrap();
    let fix = &report["manifests"][0]["findings"][0]["fix"];
    assert_eq!(fix["safety"], "unsafe", "{report}");
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let mut repaired = source;
    for edit in fix["edits"].as_array().unwrap().iter().rev() {
        let bytes = number(&edit["bytes"]["start"])..number(&edit["bytes"]["end"]);
        repaired.replace_range(bytes, edit["text"].as_str().unwrap());
    }
    assert_eq!(repaired, with_limits(r#""max": 100, "min": 0"#));
}

fn with_limits(limits: &str) -> String {
    let setting =
        format!(r#"{{ "key": "a", "name": "A", "type": "number", "scope": "user", {limits} }}"#);
    let settings = format!("\"availableSettings\": [{setting}],\n  \"type\"");
    MANIFEST.replace("\"type\"", &settings)
}

#[test]
fn escape_sequences_in_a_manifest_are_not_printed_in_a_diff() {
    let hostile = MANIFEST
        .replace("A demo.", "A \u{202e}\u{9b}2J demo.")
        .replace("\"user\",", "\"user\",\n  \"homepage\": null,");
    let folder = folder(&[("plugin.json", &hostile), ("icon.svg", ICON)]);
    let shown = check(folder.path(), &["--diff"]);
    let escaped = r#" "A \u{202e}\u{9b}2J demo.","#;
    assert!(shown.stdout.contains(escaped), "{shown:?}");
    assert!(!shown.stdout.contains(['\u{9b}', '\u{202e}']), "{shown:?}");
}

#[test]
fn suppressed_findings_are_not_fixed() {
    let folder = project();
    let exception = "[[check.exceptions]]\nrule = \"missing-field\"\nreason = \"ours\"\n";
    fs::write(folder.path().join("stratos.toml"), exception).unwrap();
    check(folder.path(), &["--fix", "--unsafe-fixes"]);
    assert!(manifest(folder.path()).contains("iconLight"));
    assert!(!manifest(folder.path()).contains("\"icon.svg\",\r\n}"));
    let recorded = check(folder.path(), &["--fix", "-A", "missing-field"]);
    assert_eq!(recorded.stderr, "");
}

#[test]
fn conflicting_options_are_a_usage_error() {
    let folder = project();
    for arguments in [
        &["--unsafe-fixes"][..],
        &["--fix", "--diff"],
        &["--fix", "-"],
        &["--diff", "--format", "json"],
        &["--stdin-path", "x.json"],
    ] {
        let refused = check(folder.path(), arguments);
        assert_eq!(refused.code, Some(2), "{arguments:?}: {refused:?}");
        assert_eq!(refused.stdout, "");
    }
    assert_eq!(manifest(folder.path()), broken());
}

#[test]
fn a_read_only_file_does_not_prevent_fixes_of_others() {
    let folder = folder(&[
        ("a/plugin.json", &broken()),
        ("a/icon.svg", ICON),
        ("b/plugin.json", &broken()),
        ("b/icon.svg", ICON),
    ]);
    let file = folder.path().join("a/plugin.json");
    let set = |readonly| {
        let mut permissions = fs::metadata(&file).unwrap().permissions();
        permissions.set_readonly(readonly);
        fs::set_permissions(&file, permissions).unwrap();
    };
    set(true);
    let checked = check(folder.path(), &["--fix"]);
    set(false);
    assert_eq!(checked.code, Some(3), "{checked:?}");
    assert!(
        checked.stderr.contains("the file is read-only"),
        "{}",
        checked.stderr
    );
    assert!(
        checked.stdout.contains("trailing-comma"),
        "the findings of the read-only file remain"
    );
    assert_eq!(manifest(folder.path()), broken());
    let other = fs::read_to_string(folder.path().join("b/plugin.json")).unwrap();
    assert_eq!(other, fixed(&broken()));
}

#[cfg(unix)]
#[test]
fn fix_keeps_symlinks_and_permissions() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = folder(&[("real.json", &broken()), ("a/icon.svg", ICON)]);
    let real = folder.path().join("real.json");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("../real.json", folder.path().join("a/plugin.json")).unwrap();
    check(folder.path(), &["--fix"]);
    let link = folder.path().join("a/plugin.json");
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), fixed(&broken()));
    let mode = fs::metadata(&real).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[cfg(unix)]
#[test]
fn fix_writes_no_file_outside_the_folder_and_none_twice() {
    use std::os::unix::fs::symlink;

    let folder = folder(&[
        ("elsewhere.json", &broken()),
        ("tree/out/icon.svg", ICON),
        ("tree/one/plugin.json", &broken()),
        ("tree/one/icon.svg", ICON),
        ("tree/two/icon.svg", ICON),
    ]);
    let root = folder.path();
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap();
    symlink("../../elsewhere.json", root.join("tree/out/plugin.json")).unwrap();
    symlink("../one/plugin.json", root.join("tree/two/plugin.json")).unwrap();
    let shown = check(root, &["tree/one", "tree/two", "--diff"]);
    assert_eq!(shown.stdout.matches("+++ ").count(), 1, "{shown:?}");
    let checked = check(root, &["tree", "--fix"]);
    assert_eq!(checked.code, Some(3), "{checked:?}");
    let (reason, others) = ("it is a link that leads out", "fixed tree/");
    assert!(checked.stderr.contains(reason), "{}", checked.stderr);
    assert_eq!(checked.stderr.matches(others).count(), 1, "{checked:?}");
    assert!(!checked.stderr.contains("it was changed"), "{checked:?}");
    assert_eq!(read("elsewhere.json"), broken());
    assert_eq!(read("tree/one/plugin.json"), fixed(&broken()));
    check(root, &["tree", "tree/out/plugin.json", "--fix"]);
    assert_eq!(read("elsewhere.json"), fixed(&broken()));
}

#[test]
fn a_diff_that_cannot_be_applied_is_reported() {
    let folder = project();
    let says_so = |source: &str| {
        fs::write(folder.path().join("a/plugin.json"), source).unwrap();
        let shown = check(folder.path(), &["--diff"]);
        assert_eq!(shown.code, Some(1), "{shown:?}");
        shown.stderr.contains("cannot be applied")
    };
    assert!(!says_so(&broken()));
    assert!(says_so(&format!("\u{feff}{}", broken())));
}

#[test]
fn utf16_is_rewritten_as_utf8() {
    let source: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(MANIFEST.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let folder = project();
    fs::write(folder.path().join("a/plugin.json"), source).unwrap();
    let shown = check(folder.path(), &["--diff"]);
    assert_eq!(
        shown.stdout,
        "Binary files a/a/plugin.json and b/a/plugin.json differ\n"
    );
    let checked = check(folder.path(), &["--fix"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert_eq!(manifest(folder.path()), MANIFEST);
}

/// A rename would make a valid manifest invalid, so that `--fix` leaves it out.
#[test]
fn a_fix_that_is_not_applied_is_not_offered() {
    let with = |field: &str| MANIFEST.replacen('{', &format!("{{ {field},"), 1);
    for field in [
        r#""backround": {}"#,
        r#""backround": "background/index.js""#,
        r#""availableSetings": [{ "key": "a" }]"#,
        r#""Homepage": "https://fleet.example", "homePage": "https://fleet.example""#,
    ] {
        let source = with(field);
        let folder = folder(&[("a/plugin.json", &source), ("a/icon.svg", ICON)]);
        let checked = check(folder.path(), &[]);
        assert!(checked.stdout.contains("is not a known key"), "{checked:?}");
        assert!(!checked.stdout.contains("can be fixed"), "{checked:?}");
        for format in ["json", "sarif"] {
            let report = check(folder.path(), &["--format", format]).stdout;
            assert!(
                !report.contains("\"edits\"") && !report.contains("\"fixes\":["),
                "{report}"
            );
        }
        let fixed = check(folder.path(), &["--fix", "--unsafe-fixes"]);
        assert_eq!((fixed.stdout, fixed.stderr.as_str()), (checked.stdout, ""));
        assert_eq!(manifest(folder.path()), source);
    }
}

/// The exception names the setting by its path, which the rename would change.
#[test]
fn a_rename_that_an_exception_does_not_survive_is_left_out() {
    let setting = r#"{ "key": "a", "name": "A", "type": "gauge", "scope": "user" }"#;
    let source = MANIFEST.replacen('{', &format!("{{ \"settings\": [{setting}],"), 1);
    let exception = "[[check.exceptions]]\nrule = \"unknown-setting-type\"\nat = \"settings[a]\"\nreason = \"ours\"\n";
    let folder = folder(&[
        ("a/plugin.json", &source),
        ("a/icon.svg", ICON),
        ("stratos.toml", exception),
    ]);
    let fixed = check(folder.path(), &["--fix"]);
    assert_eq!(fixed.code, Some(0), "{fixed:?}");
    assert!(!fixed.stdout.contains("can be fixed"), "{fixed:?}");
    assert_eq!(manifest(folder.path()), source);
}

#[test]
fn settings_under_their_old_name_are_checked_and_renamed() {
    let settings = |key: &str| {
        let field = format!("{{ \"{key}\": [{{ \"key\": \"a\" }}],");
        MANIFEST.replacen('{', &field, 1)
    };
    let folder = folder(&[
        ("a/plugin.json", &settings("settings")),
        ("a/icon.svg", ICON),
    ]);
    let checked = check(folder.path(), &[]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    assert!(checked.stdout.contains("`settings[0].name`"), "{checked:?}");
    assert!(
        checked.stdout.contains("1 of 2 can be fixed"),
        "{checked:?}"
    );
    let fixed = check(folder.path(), &["--fix"]);
    assert!(!fixed.stdout.contains("can be fixed"), "{fixed:?}");
    assert_eq!(manifest(folder.path()), settings("availableSettings"));
}
