//! A process of `cargo stratos run`.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use stratos_host::remote::HostFile;
use tempfile::NamedTempFile;

use crate::command::{CommandOutput, cargo_stratos, stratos};
use crate::control::ControlApi;
use crate::http::{HttpResponse, request};

/// Time after which a wait fails the test.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Time limit of a shell's shutdown in tests.
///
/// The shell promises 8 s. A busy machine may double that; shutting plugins down one after the other, or a wait without
/// a timeout, exceeds this limit.
pub const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(16);

/// Options of [`ShellProcess::start_with`].
#[derive(Debug, Default)]
pub struct RunOptions {
    /// Additional arguments of `cargo stratos run`.
    pub args: Vec<String>,
    /// Additional environment variables.
    pub env: Vec<(String, String)>,
    /// The state folder, instead of `state` beside the plugins.
    pub state: Option<PathBuf>,
    /// Watches files and reloads plugins; off by default.
    pub watch: bool,
    /// Path of another build of `cargo-stratos`.
    pub program: Option<PathBuf>,
}

/// A running shell, killed on drop.
#[derive(Debug)]
pub struct ShellProcess {
    child: Child,
    receiver: Receiver<Value>,
    stderr: NamedTempFile,
    /// The events that [`wait_for`](Self::wait_for) and other methods have read, in order.
    pub events: Vec<Value>,
    /// The address of the HTTP server.
    pub address: SocketAddr,
    token: String,
    /// The state folder.
    pub state: PathBuf,
}

impl ShellProcess {
    /// Starts a shell with the plugins in a folder and waits for its `ready` event.
    #[must_use]
    pub fn start(folder: &Path) -> Self {
        Self::start_with(folder, RunOptions::default())
    }

    /// Starts a shell with options and waits for its `ready` event.
    #[must_use]
    pub fn start_with(folder: &Path, options: RunOptions) -> Self {
        let mut running = Self::spawn(folder, options);
        running.wait_for(|event| event["event"] == "ready");
        running
    }

    /// Starts a shell and waits until it listens, while its plugins still start.
    #[must_use]
    pub fn spawn(folder: &Path, options: RunOptions) -> Self {
        let state = options.state.unwrap_or_else(|| folder.join("state"));
        let stderr = NamedTempFile::new().expect("a file");
        let mut child = Command::new(
            options
                .program
                .as_deref()
                .unwrap_or_else(|| cargo_stratos()),
        )
        .args(["run", "--port", "auto", "--json", "--state"])
        .arg(&state)
        .arg(folder)
        .args((!options.watch).then_some("--no-watch"))
        .args(options.args)
        // In a shared target folder, plugins of the same name would replace each other's programs.
        .env_remove("CARGO_TARGET_DIR")
        .envs(options.env)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(stderr.reopen().expect("a second handle"))
        .spawn()
        .expect("cargo-stratos runs");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, receiver) = channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).expect("every line is JSON");
                if sender.send(event).is_err() {
                    break;
                }
            }
        });
        let pid = child.id();
        let mut running = Self {
            child,
            receiver,
            stderr,
            events: Vec::new(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: String::new(),
            state,
        };
        let deadline = Instant::now() + TIMEOUT;
        let owner = loop {
            match HostFile::read(&running.state) {
                Ok(owner) if owner.pid == pid => break owner,
                // The owner file is missing, or left by a shell that was killed.
                _ => assert!(
                    Instant::now() < deadline,
                    "the shell does not start: {}",
                    running.stderr()
                ),
            }
            thread::sleep(Duration::from_millis(5));
        };
        running.address.set_port(owner.port);
        running.token = owner.token;
        running
    }

    /// Reads events up to one that matches, and returns it.
    pub fn wait_for(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.receiver.recv_timeout(left) {
                Ok(event) => {
                    self.events.push(event.clone());
                    if wanted(&event) {
                        return event;
                    }
                }
                Err(error) => {
                    let last = self.events.len().saturating_sub(20);
                    panic!(
                        "{error} while waiting; seen last: {:#?}",
                        &self.events[last..]
                    )
                }
            }
        }
    }

    /// Reads the events that have been printed so far, without waiting.
    pub fn drain_events(&mut self) {
        self.events.extend(self.receiver.try_iter());
    }

    /// Waits for an event, unless it was read before.
    pub fn expect(&mut self, wanted: impl Fn(&Value) -> bool) {
        if !self.events.iter().any(&wanted) {
            self.wait_for(wanted);
        }
    }

    /// Starts a shell that watches files.
    #[must_use]
    pub fn watch(folder: &Path) -> Self {
        let options = RunOptions {
            watch: true,
            ..RunOptions::default()
        };
        Self::start_with(folder, options)
    }

    /// Starts a shell that watches files, with another state folder than `state` in the plugin's folder.
    #[must_use]
    pub fn watch_with_state(folder: &Path, state: &Path) -> Self {
        let options = RunOptions {
            watch: true,
            state: Some(state.to_owned()),
            ..RunOptions::default()
        };
        Self::start_with(folder, options)
    }

    /// Waits for a `build` event of a plugin, by the name of the step.
    pub fn wait_for_build(&mut self, plugin: &str, step: &str) -> Value {
        self.wait_for(|event| {
            event["event"] == "build" && event["plugin"] == plugin && event["build"]["name"] == step
        })
    }

    /// Waits for a `reload` event of a plugin.
    pub fn wait_for_reload(&mut self, plugin: &str) -> Value {
        self.wait_for(|event| event["event"] == "reload" && event["plugin"] == plugin)
    }

    /// Waits for a `state` event of a plugin, by the name of the state.
    pub fn wait_for_state(&mut self, plugin: &str, state: &str) -> Value {
        self.wait_for(|event| {
            event["event"] == "state"
                && event["plugin"] == plugin
                && event["state"]["name"] == state
        })
    }

    /// The entry of a plugin in `cargo stratos ps --json`.
    #[must_use]
    pub fn plugin(&self, id: &str) -> Value {
        let listed = self.command(&["ps", "--json"]);
        let plugins: Vec<Value> = serde_json::from_str(&listed.stdout).expect("ps prints JSON");
        plugins
            .into_iter()
            .find(|plugin| plugin["id"] == id)
            .expect("the plugin is listed")
    }

    /// A client of the control API.
    #[must_use]
    pub fn control(&self) -> ControlApi {
        ControlApi {
            address: self.address,
            token: self.token.clone(),
        }
    }

    /// Sends a GET request.
    #[must_use]
    pub fn get(&self, path: &str) -> HttpResponse {
        request(self.address, "GET", path, &[], "")
    }

    /// Runs a `cargo stratos` command on this shell's state folder.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> CommandOutput {
        let (first, rest) = arguments.split_first().expect("a command");
        let state = self.state.to_str().expect("a path in UTF-8");
        stratos(
            Path::new("."),
            [*first, "--state", state].iter().chain(rest),
        )
    }

    /// Stores a config value that the manifest need not declare, given as JSON.
    ///
    /// # Panics
    ///
    /// When the shell refuses the value.
    pub fn set_config(&self, plugin: &str, key: &str, value: &str) {
        let output = self.command(&["config", "set", "--force", plugin, key, value]);
        assert_eq!(output.code, Some(0), "{output:?}");
    }

    /// A config value as a line of JSON, or an empty text for a missing one.
    #[must_use]
    pub fn config(&self, plugin: &str, key: &str) -> String {
        self.command(&["config", "get", plugin, key]).stdout
    }

    /// Invokes an IPC channel with `cargo stratos call`.
    #[must_use]
    pub fn call(&self, plugin: &str, channel: &str, payload: &str) -> CommandOutput {
        self.command(&["call", plugin, channel, payload])
    }

    /// Standard error so far.
    #[must_use]
    pub fn stderr(&self) -> String {
        std::fs::read_to_string(self.stderr.path()).expect("the file is there")
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGINT, waits for the exit, and returns the exit status and the remaining events.
    #[cfg(unix)]
    pub fn interrupt(mut self) -> (std::process::ExitStatus, Vec<Value>) {
        use rustix::process::{Pid, Signal, kill_process};

        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("a pid")).expect("a pid");
        kill_process(pid, Signal::INT).expect("it runs");
        let status = self.child.wait().expect("it ends");
        (status, self.receiver.iter().collect())
    }

    /// Kills the process, so that it cannot clean up.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for ShellProcess {
    fn drop(&mut self) {
        // The process may have exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
