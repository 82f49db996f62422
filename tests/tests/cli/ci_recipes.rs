//! The recipes for CI services in the book are valid YAML with working commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use stratos_tests::{Requirement, stratos};

const GOOD: &str = r#"{
  "id": "demo",
  "name": "Demo",
  "version": "1.0.0",
  "description": "A demo.",
  "type": "user",
  "author": { "id": "me", "name": "Me" },
  "icon_light": "icon-light.svg",
  "icon_dark": "icon-dark.svg"
}
"#;

const ICON: &str =
    r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M0 0h16v16z"/></svg>"#;

#[test]
fn recipes_are_valid_yaml_with_valid_commands() {
    let mut commands = 0;
    let folder = plugin();
    for path in recipes() {
        let value: Value = yaml(&path);
        assert!(value.is_object() || value.is_array(), "{}", path.display());
        let lines = strings(&value).filter_map(|line| line.split_once("cargo stratos "));
        // Others build or deploy. A test of the book checks that they exist.
        for (_, command) in lines.filter(|(_, command)| command.starts_with("check")) {
            run(folder.path(), command);
            commands += 1;
        }
    }
    assert!(commands >= 5, "{commands}");
}

/// Runs the lines in Bash, as CI services do: a job fails when the check does, unless its findings are passed on to
/// another service.
#[test]
fn recipes_fail_when_the_check_fails() {
    if Requirement::Bash.program().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut lines = 0;
    for path in recipes() {
        let value = yaml(&path);
        for line in strings(&value).filter(|line| line.starts_with("cargo stratos ")) {
            for code in 0..=2 {
                let script = format!("cargo() {{ return {code}; }}\n{line}");
                let mut bash = Command::new("bash");
                bash.args(["-e", "-c", &script]).current_dir(folder.path());
                let ended = bash.status().unwrap();
                let is_good = code == 0 || (code == 1 && line.contains("sarif"));
                assert_eq!(ended.success(), is_good, "{line}: {code}");
            }
            lines += 1;
        }
    }
    assert!(lines >= 5, "{lines}");
}

#[test]
fn the_pre_commit_recipe_names_an_existing_hook() {
    let hooks = yaml(&root().join(".pre-commit-hooks.yaml"));
    let recipe = yaml(&root().join("book/src/ci/pre-commit-config.yaml"));
    let id = &recipe["repos"][0]["hooks"][0]["id"];
    let hook = hooks
        .as_array()
        .unwrap()
        .iter()
        .find(|hook| hook["id"] == *id);
    let hook = hook.expect("a hook of this repository");
    let entry = hook["entry"].as_str().unwrap();
    let command = entry.strip_prefix("cargo stratos ").unwrap();
    // pre-commit appends the changed files.
    run(plugin().path(), &format!("{command} plugin.json"));
    assert_eq!(hook["files"], r"(^|/)plugin\.json$");
}

/// The command up to the first shell operator.
fn run(folder: &Path, command: &str) {
    let ends = ["<", ">", "|", "||", "&&", ";", "}"];
    let words: Vec<_> = command
        .split_whitespace()
        .take_while(|word| !ends.contains(word))
        .map(|word| word.trim_end_matches(';'))
        .collect();
    let finished = stratos(folder, &words);
    assert_eq!(finished.code, Some(0), "{words:?}: {finished:?}");
}

fn plugin() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("plugin.json", GOOD),
        ("icon-light.svg", ICON),
        ("icon-dark.svg", ICON),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn recipes() -> Vec<PathBuf> {
    let folder = root().join("book/src/ci");
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.push(root().join(".pre-commit-hooks.yaml"));
    paths
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn yaml(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All strings, at any depth.
fn strings(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::String(text) => Box::new(text.lines()),
        Value::Array(values) => Box::new(values.iter().flat_map(strings)),
        Value::Object(map) => Box::new(map.values().flat_map(strings)),
        _ => Box::new(std::iter::empty()),
    }
}
