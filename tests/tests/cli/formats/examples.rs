use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;
use stratos_tests::{cargo_stratos, stratos};

use super::{FORMATS, mixed, project};

#[test]
fn all_formats_report_the_same_findings() {
    let folder = mixed();
    for format in FORMATS {
        let checked = stratos(folder.path(), ["check", "--format", format]);
        assert_eq!(checked.code, Some(1), "{format}: {checked:?}");
        assert_eq!(checked.stderr, "", "{format}");
        assert!(checked.stdout.ends_with('\n') && !checked.stdout.ends_with("\n\n"));
        let shown = match format {
            "json" | "sarif" => pretty(&checked.stdout),
            _ => checked.stdout,
        };
        let shown = shown
            .replace(r"\\plugin", "/plugin")
            .replace(r"\plugin", "/plugin");
        insta::assert_snapshot!(format, shown);
    }
}

#[test]
fn paths_are_relative_to_the_repository_root() {
    let folder = project(&[("inside/sub/plugin.json", "{}")]);
    fs::create_dir(folder.path().join(".git")).unwrap();
    let inside = folder.path().join("inside");
    let absolute = inside.join("sub");
    for path in [
        ".",
        "sub/plugin.json",
        "../inside/sub",
        absolute.to_str().unwrap(),
    ] {
        let github = stratos(&inside, ["check", path, "--format", "github"]).stdout;
        assert!(
            github.contains(" file=inside/sub/plugin.json,"),
            "{path}: {github}"
        );
        let sarif = stratos(&inside, ["check", path, "--format", "sarif"]).stdout;
        assert!(sarif.contains(AT_ROOT), "{path}: {sarif}");
    }
}

const AT_ROOT: &str = r#"{"uri":"inside/sub/plugin.json","uriBaseId":"%SRCROOT%"}"#;

#[test]
fn paths_do_not_depend_on_the_folder_of_the_call() {
    let folder = project(&[
        ("repository/inside/sub/plugin.json", r#"{ "id": "a" }"#),
        ("repository/copy/plugin.json", r#"{ "id": "a" }"#),
        ("repository/odd/plugin.json/readme.txt", ""),
        ("other/.git/HEAD", ""),
        ("neither/sub/plugin.json", "{}"),
        ("neither/sub/src/main.rs", ""),
    ]);
    let root = folder.path();
    fs::create_dir(root.join("repository/.git")).unwrap();
    let absolute = root.join("repository");
    for (place, paths) in [
        ("", &["repository"][..]),
        ("", &[absolute.to_str().unwrap()]),
        ("other", &["../repository"]),
        ("repository/inside", &[".", "../copy", "../odd"]),
        ("repository/inside/sub", &[".", "../../copy", "../../odd"]),
    ] {
        let report = |format| {
            let arguments = [&["check", "--format", format], paths].concat();
            stratos(&root.join(place), arguments).stdout
        };
        let github = report("github");
        assert!(github.contains(" file=inside/sub/plugin.json,"), "{github}");
        let json = report("json");
        let path = r#""repository_path":"inside/sub/plugin.json""#;
        assert!(json.contains(path), "{json}");
        let path = r#""repository_path":"odd/plugin.json""#;
        assert!(json.contains(path), "{json}");
        let sarif = report("sarif");
        assert!(sarif.contains(AT_ROOT), "{place}: {sarif}");
        assert!(!sarif.contains("file:///"), "{place}: {sarif}");
        assert!(sarif.contains("cannot read odd/plugin.json: "), "{sarif}");
        for report in [github, json, sarif] {
            let message = "also the id in `copy/plugin.json`";
            assert!(report.contains(message), "{place}: {report}");
        }
    }
    for (place, path) in [
        ("", "."),
        ("", "neither"),
        ("neither/sub", "."),
        ("neither/sub/src", "."),
        ("other", "../neither"),
    ] {
        let github = stratos(&root.join(place), ["check", path, "--format", "github"]).stdout;
        assert!(github.contains(" file=sub/plugin.json,"), "{github}");
    }
}

#[test]
fn colour_follows_the_color_option() {
    let folder = project(&[("plugin.json", "{}")]);
    for (arguments, no_color, has_colours) in [
        (&["check"][..], false, false),
        (&["check", "--color", "always"], true, true),
        (&["--color=always", "check"], false, true),
        (&["check", "--color", "never"], false, false),
    ] {
        let mut command = Command::new(cargo_stratos());
        command.env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR");
        if no_color {
            command.env("NO_COLOR", "1");
        }
        let output = command
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(output.stdout.contains(&0x1b), has_colours, "{arguments:?}");
    }
}

/// Removes the list of rules, which changes with every new rule.
fn pretty(json: &str) -> String {
    let mut value: Value = serde_json::from_str(json).unwrap();
    if let Some(run) = value.pointer_mut("/runs/0") {
        let driver = run["tool"]["driver"].take();
        assert_eq!(driver["name"], "cargo-stratos");
        let rules = &driver["rules"];
        let rules = rules.as_array().unwrap();
        for result in run["results"].as_array_mut().unwrap() {
            let index = result["ruleIndex"].take();
            let rule = &rules[usize::try_from(index.as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
        }
    }
    serde_json::to_string_pretty(&value).unwrap()
}
