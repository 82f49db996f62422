//! A shell that runs one example plugin.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use serde_json::Value;
use stratos_tests::{HttpResponse, RunOptions, ShellProcess, request};
use tempfile::TempDir;

const EXAMPLES: [&str; 4] = ["cabin-crew", "fleet-manager", "landing-diary", "loadsheet"];

/// A running shell with one example plugin.
#[derive(Debug)]
pub(crate) struct Example {
    id: &'static str,
    pub(crate) shell: ShellProcess,
    // The last field, so that the folder is removed after the shell has exited.
    _state: TempDir,
}

impl Example {
    /// Builds and runs the example without config values.
    pub(crate) fn start(id: &'static str) -> Self {
        static BUILT: Once = Once::new();
        BUILT.call_once(|| EXAMPLES.iter().for_each(|id| build(id)));
        let folder = folder(id);
        let state = tempfile::tempdir().expect("a folder");
        // The target folder of the workspace, where the example is built already.
        let target = format!("{}/..", env!("CARGO_TARGET_TMPDIR"));
        let options = RunOptions {
            args: ["--", "--target-dir", &target].map(str::to_owned).to_vec(),
            state: Some(state.path().to_owned()),
            ..RunOptions::default()
        };
        Self {
            id,
            shell: ShellProcess::start_with(&folder, options),
            _state: state,
        }
    }

    /// Runs the example with config values that are stored before it starts.
    pub(crate) fn start_with<const N: usize>(id: &'static str, values: [(&str, Value); N]) -> Self {
        let mut example = Self::start(id);
        for (key, value) in values {
            example.set(key, &value);
        }
        example.stop();
        let started = example.control("start");
        assert_eq!(started.status, 200, "{started:?}");
        example
    }

    /// Stores a config value, also one that the manifest does not allow.
    pub(crate) fn set(&self, key: &str, value: &Value) {
        let value = value.to_string();
        self.shell.set_config(self.id, key, &value);
    }

    /// Stops the plugin and discards the events so far.
    pub(crate) fn stop(&mut self) {
        let stopped = self.control("stop");
        assert_eq!(stopped.status, 200, "{stopped:?}");
        self.shell.wait_for_state(self.id, "stopped");
    }

    /// Runs a command of the control API on the plugin.
    pub(crate) fn control(&self, action: &str) -> HttpResponse {
        let owner = std::fs::read(self.shell.state.join("host.json")).expect("the shell runs");
        let owner: Value = serde_json::from_slice(&owner).expect("it is JSON");
        let token = format!(
            "Authorization: Bearer {}",
            owner["token"].as_str().expect("a token")
        );
        let path = format!("/__stratos/api/v1/plugins/{}/{action}", self.id);
        request(self.shell.address, "POST", &path, &[&token], "")
    }

    /// Changes the login.
    pub(crate) fn become_persona(&self, persona: &str) {
        let switched = self.shell.command(&["auth", persona]);
        assert_eq!(switched.code, Some(0), "{switched:?}");
    }

    /// Invokes an IPC channel.
    pub(crate) fn call(&self, channel: &str) -> Value {
        let answer = self.shell.call(self.id, channel, "null");
        assert_eq!(answer.code, Some(0), "{answer:?}");
        serde_json::from_str(&answer.stdout).expect("it is JSON")
    }

    /// Waits for the next push on a channel.
    pub(crate) fn pushed(&mut self, channel: &str) -> Value {
        self.shell
            .wait_for(|event| event["event"] == "push" && event["channel"] == channel)["payload"]
            .take()
    }
}

fn folder(id: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("it is in the workspace");
    root.join("examples").join(id)
}

/// Builds the example before the shell does, because a first build, or one that waits for cargo's lock, takes longer
/// than a test waits for the shell.
fn build(id: &str) {
    let folder = folder(id);
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .status()
        .expect("cargo runs");
    assert!(built.success(), "{} does not build", folder.display());
}
