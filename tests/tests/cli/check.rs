//! Output and exit codes of `cargo stratos check`.

use std::path::Path;
use std::process::Command;
use std::{fs, io};

use serde_json::Value;
use stratos_tests::{ICON, cargo_stratos, stratos};

const GOOD: &str = r#"{
  "id": "demo",
  "name": "Demo",
  "version": "1.0.0",
  "description": "A demo.",
  "type": "user",
  "author": { "id": "me", "name": "Me" },
  "icon_light": "icon-light.svg",
  "icon_dark": "assets/icon-dark.svg"
}
"#;

const BAD: &str = r#"{
  "id": "My Demo",
  "nane": "Demo",
  "version": "1.0",
  "description": "A demo.",
  "type": "users",
  "author": { "id": "me", "name": "Me" },
  "icon_light": "../icon.svg",
  "icon_dark": "icon-dark.svg",
}
"#;

#[test]
fn findings_are_shown_with_location_and_help() {
    let folder = project(&[("plugin.json", BAD), ("assets/icon-dark.svg", ICON)]);
    let checked = stratos(folder.path(), ["check"]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    insta::assert_snapshot!(checked.stdout);
    assert_eq!(checked.stderr, "");
}

#[test]
fn a_manifest_without_findings_prints_a_success_line() {
    let folder = project(&[
        ("a b/plugin.json", GOOD),
        ("a b/assets/icon-light.svg", ICON),
        ("a b/assets/icon-dark.svg", ICON),
    ]);
    for arguments in [
        vec!["check"],
        vec!["check", "a b"],
        vec!["check", "a b/plugin.json"],
        vec!["stratos", "check"],
    ] {
        let checked = stratos(folder.path(), &arguments);
        assert_eq!(checked.code, Some(0), "{arguments:?}: {checked:?}");
        assert_eq!(checked.stdout, "1 manifest checked: no mistakes found\n");
    }
}

#[test]
fn json_locations_are_line_and_column_numbers() {
    let folder = project(&[("plugin.json", BAD)]);
    let checked = stratos(folder.path(), ["check", "--format", "json"]);
    assert_eq!(checked.code, Some(1));
    let report: Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!(report["version"], 1);
    let findings = report["manifests"][0].to_string();
    for rule in [
        "malformed-id",
        "missing-field",
        "trailing-comma",
        "unsafe-path",
    ] {
        assert!(findings.contains(rule), "{rule}: {findings}");
    }
}

#[test]
fn missing_and_unreadable_manifests_are_errors() {
    let folder = project(&[("good/plugin.json", GOOD), ("empty/readme.txt", "")]);
    assert_eq!(stratos(folder.path(), ["check", "nowhere"]).code, Some(2));
    assert_eq!(stratos(folder.path(), ["check", "empty"]).code, Some(2));
    assert_eq!(
        stratos(folder.path(), ["check", "--nonsense"]).code,
        Some(2)
    );
    fs::create_dir(folder.path().join("odd")).unwrap();
    fs::create_dir(folder.path().join("odd/plugin.json")).unwrap();
    let odd = stratos(folder.path(), ["check", "odd", "good"]);
    assert_eq!(odd.code, Some(3), "{odd:?}");
    assert!(
        odd.stdout.contains("1 manifest checked"),
        "the valid manifest is checked: {odd:?}"
    );
}

#[test]
fn escape_sequences_in_a_manifest_are_not_printed() {
    let hostile = GOOD.replace("\"id\": \"demo\"", "\"id\": \"\u{1b}[31mred\u{202e}\"");
    let folder = project(&[("plugin.json", &hostile)]);
    let checked = stratos(folder.path(), ["check"]);
    assert_eq!(checked.code, Some(1));
    assert!(
        !checked.stdout.contains(['\u{1b}', '\u{202e}']),
        "{:?}",
        checked.stdout
    );
}

/// The pipe of `cargo stratos check
/// head -1`.
#[test]
fn a_closed_stdout_changes_only_the_output() {
    let broken = GOOD.replace("\"icon_light\"", "\"iconLight\"");
    let names: Vec<String> = (0..300).map(|at| format!("{at:03}/plugin.json")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (&**name, &*broken)).collect();
    let folder = project(&files);
    let code = |arguments: &[&str]| {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut check = Command::new(cargo_stratos());
        check
            .arg("check")
            .args(arguments)
            .current_dir(folder.path());
        let output = check.stdout(writer).output().unwrap();
        output.status.code()
    };
    for format in ["human", "json", "github", "sarif"] {
        assert_eq!(code(&["--format", format]), Some(1), "{format}");
    }
    assert_eq!(code(&["--diff"]), Some(1));
    assert_eq!(code(&["--fix"]), Some(1), "missing icons are found");
    for name in &names {
        let repaired = fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(repaired, GOOD);
    }
}

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path: &Path = &folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}
