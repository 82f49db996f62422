//! A running `cargo stratos run`.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use stratos_host::owner::Owner;
use tempfile::NamedTempFile;

use crate::command::{Finished, cargo_stratos, stratos};
use crate::control::ControlApi;
use crate::http::{Answer, request};

/// How long a test waits for anything before it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a test lets a shell end.
///
/// The promise is 8 s, of which the stop ladder takes 7. A busy machine adds to that; one plugin after the other, or a
/// wait without a deadline, takes longer than this.
pub const END: Duration = Duration::from_secs(16);

/// How to run.
#[derive(Debug, Default)]
pub struct Options {
    /// More arguments.
    pub args: Vec<String>,
    /// More environment.
    pub env: Vec<(String, String)>,
    /// Where the state lives, instead of a folder beside the plugins.
    pub state: Option<PathBuf>,
    /// Reload what changes. Without it nothing happens but what the test asks for.
    pub watch: bool,
}

/// A shell that is killed when the test ends.
#[derive(Debug)]
pub struct Running {
    child: Child,
    events: Receiver<Value>,
    said: NamedTempFile,
    /// Everything that was printed before it was ready, and what was waited for.
    pub seen: Vec<Value>,
    /// Where it listens.
    pub address: SocketAddr,
    token: String,
    /// Its state folder.
    pub state: PathBuf,
}

impl Running {
    /// Starts a shell with the plugins in a folder and waits until it is ready.
    #[must_use]
    pub fn start(folder: &Path) -> Self {
        Self::start_with(folder, Options::default())
    }

    /// Starts a shell with more arguments.
    #[must_use]
    pub fn start_with(folder: &Path, options: Options) -> Self {
        let mut running = Self::launch(folder, options);
        running.wait_for(|event| event["event"] == "ready");
        running
    }

    /// Starts a shell and waits until it listens; its plugins are on their way.
    #[must_use]
    pub fn launch(folder: &Path, options: Options) -> Self {
        let state = options.state.unwrap_or_else(|| folder.join("state"));
        let said = NamedTempFile::new().expect("a file");
        let mut child = Command::new(cargo_stratos())
            .args(["run", "--port", "auto", "--json", "--state"])
            .arg(&state)
            .arg(folder)
            .args((!options.watch).then_some("--no-watch"))
            .args(options.args)
            .envs(options.env)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(said.reopen().expect("a second handle"))
            .spawn()
            .expect("cargo-stratos runs");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, events) = channel();
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
            events,
            said,
            seen: Vec::new(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: String::new(),
            state,
        };
        let deadline = Instant::now() + PATIENCE;
        let owner = loop {
            match Owner::read(&running.state) {
                Ok(owner) if owner.pid == pid => break owner,
                // There is none yet, or the one of a shell that was killed.
                _ => assert!(
                    Instant::now() < deadline,
                    "it does not come up: {}",
                    running.said()
                ),
            }
            thread::sleep(Duration::from_millis(5));
        };
        running.address.set_port(owner.port);
        running.token = owner.token;
        running
    }

    /// Waits for an event that has not been seen yet.
    pub fn wait_for(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(event) => {
                    self.seen.push(event.clone());
                    if wanted(&event) {
                        return event;
                    }
                }
                Err(error) => {
                    let last = self.seen.len().saturating_sub(20);
                    panic!(
                        "{error} while waiting; seen last: {:#?}",
                        &self.seen[last..]
                    )
                }
            }
        }
    }

    /// Sees everything that has been printed by now.
    pub fn catch_up(&mut self) {
        self.seen.extend(self.events.try_iter());
    }

    /// Waits for an event, unless it has been seen.
    pub fn expect(&mut self, wanted: impl Fn(&Value) -> bool) {
        if !self.seen.iter().any(&wanted) {
            self.wait_for(wanted);
        }
    }

    /// Starts a shell that reloads what changes.
    #[must_use]
    pub fn watch(folder: &Path) -> Self {
        let options = Options {
            watch: true,
            ..Options::default()
        };
        Self::start_with(folder, options)
    }

    /// Waits for a step of a plugin's build.
    pub fn wait_for_build(&mut self, plugin: &str, step: &str) -> Value {
        self.wait_for(|event| {
            event["event"] == "build" && event["plugin"] == plugin && event["build"]["name"] == step
        })
    }

    /// Waits until a newer version has taken over.
    pub fn wait_for_reload(&mut self, plugin: &str) -> Value {
        self.wait_for(|event| event["event"] == "reload" && event["plugin"] == plugin)
    }

    /// Waits for a plugin's state.
    pub fn wait_for_state(&mut self, plugin: &str, state: &str) -> Value {
        self.wait_for(|event| {
            event["event"] == "state"
                && event["plugin"] == plugin
                && event["state"]["name"] == state
        })
    }

    /// What it says about a plugin now.
    #[must_use]
    pub fn plugin(&self, id: &str) -> Value {
        let listed = self.command(&["ps", "--json"]);
        let plugins: Vec<Value> = serde_json::from_str(&listed.stdout).expect("ps prints JSON");
        plugins
            .into_iter()
            .find(|plugin| plugin["id"] == id)
            .expect("the plugin is listed")
    }

    /// Its control API.
    #[must_use]
    pub fn control(&self) -> ControlApi {
        ControlApi {
            address: self.address,
            token: self.token.clone(),
        }
    }

    /// Asks for a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        request(self.address, "GET", path, &[], "")
    }

    /// Runs a command about this shell.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Finished {
        let (first, rest) = arguments.split_first().expect("a command");
        let state = self.state.to_str().expect("a path in UTF-8");
        stratos(
            Path::new("."),
            [*first, "--state", state].iter().chain(rest),
        )
    }

    /// Asks on an IPC channel.
    #[must_use]
    pub fn call(&self, plugin: &str, channel: &str, payload: &str) -> Finished {
        self.command(&["call", plugin, channel, payload])
    }

    /// What it has said on stderr so far.
    #[must_use]
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.said.path()).expect("the file is there")
    }

    /// The process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Presses Ctrl-C, waits for the end, and returns what happened meanwhile.
    #[cfg(unix)]
    pub fn interrupt(mut self) -> (std::process::ExitStatus, Vec<Value>) {
        use rustix::process::{Pid, Signal, kill_process};

        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("a pid")).expect("a pid");
        kill_process(pid, Signal::INT).expect("it runs");
        let status = self.child.wait().expect("it ends");
        (status, self.events.iter().collect())
    }

    /// Ends it at once, as a crash of the machine would.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
