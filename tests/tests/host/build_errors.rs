//! `cargo stratos run` on projects that do not build, or build no plugin.

use std::fs;

use serde_json::Value;
use stratos_tests::{Plugins, RunOptions, ShellProcess};

use crate::SAMPLE;

const MAIN: &str = "fn main() { eprintln!(\"no Stratos plugin\"); }";

#[test]
fn compiler_errors_are_printed_and_error_the_plugin() {
    let plugins = project(&[("src/main.rs", "fn main() { let x: u8 = \"text\"; }")]);
    let shell = ShellProcess::start(plugins.root());
    let says = |event: &Value| {
        let output = event["build"]["output"].as_str().unwrap_or_default();
        output.starts_with("error[E0308]: mismatched types")
    };
    assert!(shell.events.iter().any(says), "{:#?}", shell.events);
    assert!(
        reason(&shell).ends_with("Cargo.toml failed"),
        "{}",
        reason(&shell)
    );
}

#[test]
fn projects_without_a_plugin_program_are_reported() {
    let plugins = project(&[("src/lib.rs", "")]);
    let shell = ShellProcess::start(plugins.root());
    assert!(
        reason(&shell).contains("builds no program: add `src/main.rs`"),
        "{}",
        reason(&shell)
    );

    let plugins = project(&[("src/bin/one.rs", MAIN), ("src/bin/two.rs", MAIN)]);
    let shell = ShellProcess::start(plugins.root());
    let expected = "builds several programs (one, two): name one of them `sample`";
    assert!(reason(&shell).contains(expected), "{}", reason(&shell));

    let plugins = project(&[("src/main.rs", MAIN)]);
    let mut shell = ShellProcess::start(plugins.root());
    assert_eq!(
        reason(&shell),
        "exited with code 0 before the handshake with the shell"
    );
    // The output of the program is shown.
    shell.expect(|event| event["message"] == "no Stratos plugin");
}

#[test]
fn arguments_after_two_dashes_are_passed_to_cargo() {
    let plugins = project(&[("src/main.rs", MAIN)]);
    let args = ["--", "--features", "nonsense"].map(str::to_owned).to_vec();
    let shell = ShellProcess::start_with(
        plugins.root(),
        RunOptions {
            args,
            ..RunOptions::default()
        },
    );
    assert!(shell.stderr().contains("nonsense"), "{}", shell.stderr());
}

/// Replaces the built program of the sample plugin with a cargo project.
fn project(files: &[(&str, &str)]) -> Plugins {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let project = plugins.root().join("sample");
    fs::remove_dir_all(project.join("background")).unwrap();
    let cargo =
        "[package]\nname = \"project\"\nversion = \"1.0.0\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(project.join("Cargo.toml"), cargo).unwrap();
    for (name, text) in files {
        let file = project.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    plugins
}

fn reason(shell: &ShellProcess) -> String {
    let state = &shell.plugin("sample")["state"];
    assert_eq!(state["name"], "errored", "{state}");
    state["reason"].as_str().unwrap().to_owned()
}
