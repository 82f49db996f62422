//! Scenarios with real processes: `cargo stratos run --scenario` and `cargo stratos play`.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use stratos::testing::TestShell;
#[cfg(unix)]
use stratos_tests::RunOptions;
use stratos_tests::{CommandOutput, Plugins, ShellProcess, cargo_stratos, sample, stratos};

use crate::SAMPLE;

/// Steps without waits.
const LIVES: &str = r#"
name = "Nine lives"

[[step]]
do = "sign-out"
[[step]]
do = "invoke"
channel = "login"
answer = { authenticated = false }
[[step]]
do = "kill"
[[step]]
do = "expect"
state = "errored"
[[step]]
do = "start"
[[step]]
do = "update"
[[step]]
do = "expect"
log = "was updated: stopped and started"
[[step]]
do = "config-fails"
reason = "the disk is full"
[[step]]
do = "invoke"
channel = "count"
payload = "n"
fails = "the disk is full"
[[step]]
do = "config-works"
[[step]]
do = "invoke"
channel = "count"
payload = "n"
answer = 1
[[step]]
after = "100ms"
do = "request"
path = "/api/good/hello/Ada"
contains = "hello Ada"
"#;

/// A scenario that makes the store fail for an hour.
const LONG: &str = r#"
[upstream.api]
config = { key = "api_url", force = true }
[[step]]
do = "config-fails"
[[step]]
at = "1h"
do = "note"
text = "nobody waits so long"
"#;

fn write(plugins: &Plugins, text: &str) -> PathBuf {
    let path = plugins.root().join("scenario.toml");
    fs::write(&path, text).unwrap();
    path
}

fn run(plugins: &Plugins, text: &str) -> CommandOutput {
    let file = write(plugins, text);
    let file = file.to_str().unwrap();
    let folder = plugins.root().to_str().unwrap();
    stratos(
        plugins.root(),
        [
            "run",
            "--port",
            "auto",
            "--json",
            folder,
            "--scenario",
            file,
        ],
    )
}

fn is_step(event: &Value, text: &str) -> bool {
    event["event"] == "scenario"
        && event["progress"]["step"]["text"]
            .as_str()
            .is_some_and(|step| step.starts_with(text))
}

#[tokio::test]
async fn a_scenario_file_has_the_same_outcome_in_memory_and_as_a_process() {
    let shell = TestShell::new(|| sample("good")).in_memory().start().await;
    let in_memory = shell.play_str(LIVES).await;
    in_memory.assert_held();

    let plugins = Plugins::new(SAMPLE, &["good"]);
    let ran = run(&plugins, LIVES);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stderr.contains("Nine lives: all 12 steps held"),
        "{ran:?}"
    );
    let events = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let steps = events.filter_map(|event: Value| event["progress"].get("step").cloned());
    let steps: Vec<_> = steps
        .map(|step| step["text"].as_str().unwrap().to_owned())
        .collect();
    let expected: Vec<_> = in_memory
        .steps
        .iter()
        .map(|step| step.text.clone())
        .collect();
    assert_eq!(steps, expected);
}

#[test]
fn run_scenario_fails_when_a_step_fails() {
    let plugins = Plugins::new(SAMPLE, &["good"]);
    let failed = run(
        &plugins,
        "name = \"Hope\"\n[[step]]\ndo = \"expect\"\nstate = \"stopped\"\nwithin = \"10ms\"\n",
    );
    assert_eq!(failed.code, Some(1), "{failed:?}");
    let file = plugins.root().join("scenario.toml");
    let file = file.display();
    let expected = format!(
        "Hope: failed\n  {file}:2: step 1 of 1, `expect good state stopped`: not within 10ms: the plugin is running\n"
    );
    assert!(failed.stderr.ends_with(&expected), "{failed:?}");

    let wrong = run(
        &plugins,
        "[[step]]\ndo = \"sing-out\"\n[[step]]\ndo = \"kil\"\n",
    );
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    let expected = format!(
        "{file}:2:6: there is no verb `sing-out`: did you mean `sign-out`?\n\
         {file}:4:6: there is no verb `kil`: did you mean `kill`?\n\
         error: {file} cannot be played: 2 mistakes\n"
    );
    assert!(wrong.stderr.starts_with(&expected), "{wrong:?}");

    let other = run(&plugins, "plugin = \"goood\"\n[[step]]\ndo = \"kill\"\n");
    assert_eq!(other.code, Some(2), "{other:?}");
    assert!(
        other
            .stderr
            .contains("there is no plugin `goood`: did you mean `good`?"),
        "{other:?}"
    );

    let nothing = stratos(plugins.root(), ["run", "--scenario", "nothing.toml"]);
    assert_eq!(nothing.code, Some(2), "{nothing:?}");
    assert!(
        nothing
            .stderr
            .contains("cannot read the scenario nothing.toml"),
        "{nothing:?}"
    );
    let nobody = stratos(plugins.root(), ["play", "scenario.toml"]);
    assert_eq!(nobody.code, Some(2), "{nobody:?}");
}

#[test]
fn play_runs_in_a_running_shell_and_refuses_unknown_plugins() {
    let plugins = Plugins::new(SAMPLE, &["good", "resumes"]);
    let shell = ShellProcess::start(plugins.root());
    let play = |text: &str| {
        let file = write(&plugins, text);
        shell.command(&["play", file.to_str().unwrap()])
    };
    let played = play(&format!("plugin = \"good\"\n{LIVES}"));
    assert_eq!(played.code, Some(0), "{played:?}");
    assert!(played.stdout.contains("  kill good\n"), "{played:?}");
    let failed = play("plugin = \"good\"\n[[step]]\ndo = \"start\"\n");
    assert_eq!(failed.code, Some(1), "{failed:?}");
    assert!(
        failed
            .stderr
            .contains("`start good`: plugin `good` is running"),
        "{failed:?}"
    );
    let which = play("[[step]]\ndo = \"kill\"\n");
    assert_eq!(which.code, Some(2), "{which:?}");
    let expected = "1:1: `plugin` is missing; this shell has good, resumes";
    assert!(which.stderr.contains(expected), "{which:?}");
}

#[test]
fn faults_are_undone_when_the_play_command_is_killed() {
    let plugins = Plugins::new(SAMPLE, &["good"]);
    let mut shell = ShellProcess::start(plugins.root());
    let file = write(&plugins, LONG);
    let mut player = Command::new(cargo_stratos())
        .args(["play", "--state"])
        .args([&shell.state, &file])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    shell.wait_for(|event| is_step(event, "config-fails"));
    let failed = shell.call("good", "count", "\"n\"");
    assert!(failed.stderr.contains("the disk is full"), "{failed:?}");
    let second = shell.command(&["play", file.to_str().unwrap()]);
    assert_eq!(second.code, Some(1), "{second:?}");
    assert!(
        second.stderr.contains("plays another scenario already"),
        "{second:?}"
    );

    player.kill().unwrap();
    player.wait().unwrap();
    let ended = shell.wait_for(|event| event["progress"]["name"] == "ended");
    assert_eq!(ended["progress"]["ending"]["name"], "cut");
    assert_eq!(shell.call("good", "count", "\"n\"").stdout, "1\n");
    let address = shell.command(&["config", "get", "good", "api_url"]);
    assert_eq!(address.code, Some(1), "{address:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_undoes_the_faults_of_a_scenario() {
    let plugins = Plugins::new(SAMPLE, &["good"]);
    let file = write(&plugins, LONG);
    let args = vec!["--scenario".to_owned(), file.to_str().unwrap().to_owned()];
    let options = RunOptions {
        args,
        ..RunOptions::default()
    };
    let mut shell = ShellProcess::start_with(plugins.root(), options);
    shell.expect(|event| is_step(event, "config-fails"));
    let borrowed = shell.command(&["config", "get", "good", "api_url"]);
    assert!(
        borrowed.stdout.contains("http://127.0.0.1:"),
        "{borrowed:?}"
    );
    let (status, _) = shell.interrupt();
    assert_eq!(status.code(), Some(1));

    let shell = ShellProcess::start(plugins.root());
    let address = shell.command(&["config", "get", "good", "api_url"]);
    assert_eq!(address.code, Some(1), "{address:?}");
}
