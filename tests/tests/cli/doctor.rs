//! `cargo stratos doctor --app`, with the model of the real shell in place of the app.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use stratos_tests::{CommandOutput, Requirement, folder, stratos, wait_until};

use crate::node_packages;

const PROBE: &str = "plugins/stratos-doctor";

#[test]
fn the_app_answers_and_the_probe_is_removed() {
    let node = match node_packages() {
        Ok(node) => node,
        Err(reason) => return Requirement::Node.skip(reason),
    };
    let root = folder(&[("App Data/plugins/other/plugin.json", "{}")]);
    let data = root.path().join("App Data");
    let installed = doctor(root.path(), &[]);
    assert_eq!(installed.code, Some(0), "{installed:?}");
    assert!(installed.stdout.contains("Next:"), "{installed:?}");
    let early = doctor(root.path(), &[]);
    assert_eq!(early.code, Some(1), "{early:?}");
    assert!(early.stdout.contains("has not started"), "{early:?}");

    for _ in 0..2 {
        let mut shell = Command::new("node");
        shell.arg("doctor-shell.mjs").arg(data.join(PROBE)).arg("5");
        let output = shell.current_dir(node).output().expect("node runs");
        assert!(output.status.success(), "{output:?}");
        let ended = data.join("plugins-data/stratos-doctor/lifeline-ended");
        wait_until("the child process notices the end", || ended.exists());
    }
    let answered = doctor(root.path(), &[]);
    assert_eq!(answered.code, Some(0), "{answered:?}");
    assert!(answered.stdout.contains("0 different"), "{answered:?}");
    let report = fs::read_to_string(root.path().join("report.json")).unwrap();
    assert!(!report.contains("secret-of-the-pilot"), "{report}");
    let report: Value = serde_json::from_str(&report).unwrap();
    let answers = report["answers"].as_array().unwrap();
    assert!(answers.len() > 25, "{report:#}");
    let unanswered = answers.iter().filter(|answer| answer["answer"].is_null());
    let unanswered: Vec<_> = unanswered.map(|answer| &answer["id"]).collect();
    assert_eq!(unanswered, ["resume"], "there was no update");

    assert!(!data.join(PROBE).exists());
    assert!(!data.join("plugins-data/stratos-doctor").exists());
    assert!(data.join("plugins/other/plugin.json").exists());
}

#[test]
fn an_answer_that_differs_is_a_failure() {
    let root = folder(&[("App Data/plugins/other/plugin.json", "{}")]);
    assert_eq!(doctor(root.path(), &[]).code, Some(0));
    let answers = root
        .path()
        .join("App Data")
        .join(PROBE)
        .join("background/answers.json");
    fs::write(&answers, "{}").unwrap();
    let loaded = doctor(root.path(), &[]);
    assert!(loaded.stdout.contains("has not started"), "{loaded:?}");
    fs::write(&answers, "{ \"starts\": 1").unwrap();
    let cut = doctor(root.path(), &[]);
    assert_eq!(cut.code, Some(2), "{cut:?}");
    fs::write(
        &answers,
        r#"{ "starts": 1, "config-survives": { "kept": false, "\u001b[2J": 1 } }"#,
    )
    .unwrap();
    let answered = doctor(root.path(), &[]);
    assert_eq!(answered.code, Some(1), "{answered:?}");
    for part in [
        "different  config-survives",
        "no answer  stop",
        "second start",
    ] {
        assert!(answered.stdout.contains(part), "{part}: {answered:?}");
    }
    assert!(!answered.stdout.contains('\u{1b}'), "{answered:?}");
    assert!(answered.stdout.contains("the plugin stays"));
    assert!(answers.exists());
    fs::write(&answers, r#"{ "starts": 2, "complete": true }"#).unwrap();
    let complete = doctor(root.path(), &[]);
    assert!(complete.stdout.contains("removed"), "{complete:?}");
    assert!(!answers.exists());
}

#[test]
fn only_the_folder_of_the_probe_is_touched() {
    let root = folder(&[]);
    let missing = doctor(root.path(), &[]);
    assert_eq!(missing.code, Some(2), "{missing:?}");
    assert!(missing.stderr.contains("start it once"), "{missing:?}");
    assert!(!root.path().join("App Data").exists());

    let foreign = root.path().join("App Data").join(PROBE);
    fs::create_dir_all(&foreign).unwrap();
    for more in [&[][..], &["--remove"]] {
        let refused = doctor(root.path(), more);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(foreign.exists());
    }
    fs::remove_dir(&foreign).unwrap();
    assert_eq!(doctor(root.path(), &[]).code, Some(0));
    let removed = doctor(root.path(), &["--remove"]);
    assert_eq!(removed.code, Some(0), "{removed:?}");
    assert!(!foreign.exists());
    let entries = fs::read_dir(root.path().join("App Data")).unwrap();
    assert_eq!(entries.count(), 1, "only `plugins` is left");
}

#[test]
fn the_probe_passes_its_tests() {
    let node = match node_packages() {
        Ok(node) => node,
        Err(reason) => return Requirement::Node.skip(reason),
    };
    let probe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates/probe");
    let output = Command::new("node")
        .args(["--test", "--test-reporter=tap", "doctor.test.mjs"])
        .current_dir(node)
        .env("PROBE", probe)
        .output()
        .expect("node runs");
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}");
    assert!(report.contains("# pass 4"), "{report}");
}

/// Runs the command with `App Data` as the folder of the app and, unless it removes the probe, a report.
fn doctor(root: &Path, more: &[&str]) -> CommandOutput {
    let report: &[&str] = match more {
        [] => &["--report", "report.json"],
        _ => &[],
    };
    let arguments = ["doctor", "--app", "--app-data", "App Data"];
    stratos(root, [&arguments, report, more].concat())
}
