//! The Node entry as a host of the suite, in a model of the real shell: `tests/node/conformance-host.mjs`.

use std::fmt;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use stratos_bundle::Platform;
use stratos_templates::{EntryOptions, entry};
use stratos_tests::conformance::{FlightCommand, Request, ShellVersion, Start, StateName};
use stratos_tests::{NodeVersions, node_project, node_versions};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::SAMPLE;
use crate::conformance::driver::{ConformanceHost, LogLine, Login, Observed, Response};
use crate::conformance::http;

/// Time for an answer of the Node process, and for its exit.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A model of the real shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeShell {
    node: u32,
    express: u32,
    /// Change of the entry's text, for mutants.
    edit: Option<Edit>,
}

/// A text of the entry, and the one that replaces it.
pub(super) type Edit = (&'static str, &'static str);

/// Node programs and packages that all processes share.
struct Installed {
    project: PathBuf,
    versions: NodeVersions,
}

impl NodeShell {
    pub(super) const fn new(node: u32, express: u32) -> Self {
        Self {
            node,
            express,
            edit: None,
        }
    }

    /// The same shell with a changed entry.
    pub(super) const fn with_edit(self, edit: Edit) -> Self {
        Self {
            edit: Some(edit),
            ..self
        }
    }

    /// Installs the packages. Returns the reason if this machine lacks something.
    pub(super) fn prepare(self) -> Result<(), String> {
        installed()?.versions.program(self.node).map(drop)
    }

    /// Writes the files of the entry into the folder of a plugin.
    fn write_entry(self, folder: &Path) {
        let (from, to) = self.edit.unwrap_or_default();
        let mut edits = 0;
        for file in entry(&EntryOptions::default()) {
            let path = folder.join(file.path);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
            let text = match self.edit {
                Some(_) => file.contents.replace(from, to),
                None => file.contents.clone(),
            };
            edits += usize::from(text != file.contents);
            fs::write(path, text).expect("a file");
        }
        assert_eq!(
            edits,
            usize::from(self.edit.is_some()),
            "the entry has `{from}`"
        );
    }
}

fn installed() -> Result<&'static Installed, String> {
    static INSTALLED: OnceLock<Result<Installed, String>> = OnceLock::new();
    let installed = INSTALLED.get_or_init(|| {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
        Ok(Installed {
            project: node_project(&place.join("conformance"))?,
            versions: node_versions(place)?,
        })
    });
    installed.as_ref().map_err(Clone::clone)
}

/// A Node process with the plugins of a row.
pub(super) struct NodeHost {
    shell: NodeShell,
    folder: TempDir,
    child: Child,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
}

impl NodeHost {
    /// Starts the Node process. `NodeShell::prepare` has succeeded.
    pub(super) fn spawn(shell: NodeShell) -> Self {
        let installed = installed().expect("the packages are installed");
        let program = installed.versions.program(shell.node);
        let folder = tempfile::Builder::new()
            .prefix("stratos conformance ")
            .tempdir()
            .expect("a folder");
        let errors = fs::File::create(folder.path().join("errors")).expect("a file");
        let mut child = Command::new(program.expect("the version is installed"))
            .arg("conformance-host.mjs")
            .arg(format!("express{}", shell.express))
            // The documentation does not say whether the shell parses bodies before a plugin's routes.
            .args((shell.express == 5).then_some("parse"))
            .current_dir(&installed.project)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .kill_on_drop(true)
            .spawn()
            .expect("node starts");
        let commands = child.stdin.take().expect("it is piped");
        let answers = child.stdout.take().expect("it is piped");
        Self {
            shell,
            folder,
            child,
            commands,
            answers: BufReader::new(answers).lines(),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        }
    }

    /// Installs a plugin as the shell does, and returns its folder.
    fn install(&self, id: &str) -> PathBuf {
        let folder = self.folder.path().join("plugins").join(id);
        self.shell.write_entry(&folder);
        let manifest = json!({ "id": id, "version": "1.0.0" }).to_string();
        fs::write(folder.join("plugin.json"), manifest).expect("a file");
        let platform = Platform::host().expect("Node runs here");
        let programs = folder
            .join("background")
            .join("bin")
            .join(platform.to_string());
        fs::create_dir_all(&programs).expect("a folder");
        let program = format!("{id}{}", std::env::consts::EXE_SUFFIX);
        fs::copy(SAMPLE, programs.join(program)).expect("a copy");
        folder
    }

    /// Executes a command. The inner error is the command's.
    async fn command(
        &mut self,
        command: &str,
        mut parameters: Value,
    ) -> Observed<Result<Value, String>> {
        parameters["command"] = command.into();
        let line = format!("{parameters}\n");
        let answer = async {
            self.commands.write_all(line.as_bytes()).await?;
            self.answers.next_line().await
        };
        let answer = match timeout(TIMEOUT, answer).await {
            Ok(Ok(Some(answer))) => answer,
            Ok(_) => return Err(format!("the Node process has ended: {}", self.errors())),
            Err(_) => return Err(format!("no answer in time: {}", self.errors())),
        };
        let mut answer: Value = serde_json::from_str(&answer)
            .map_err(|error| format!("not an answer: {error}: {answer}"))?;
        Ok(match answer["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer["ok"].take()),
        })
    }

    /// Executes a command that does not fail.
    async fn tell<T: DeserializeOwned>(&mut self, command: &str, parameters: Value) -> Observed<T> {
        let answer = self.command(command, parameters).await??;
        serde_json::from_value(answer).map_err(|error| error.to_string())
    }

    /// Text that the process has written to standard error.
    fn errors(&self) -> String {
        let errors = fs::read(self.folder.path().join("errors"));
        String::from_utf8_lossy(&errors.unwrap_or_default()).into_owned()
    }
}

impl ConformanceHost for NodeHost {
    async fn start(&mut self, start: &Start) -> Observed<()> {
        let plugins: Vec<_> = start
            .plugins
            .iter()
            .map(|id| (id, self.install(id)))
            .collect();
        let config: serde_json::Map<_, _> = start
            .config
            .iter()
            .map(|(key, value)| (key.clone(), value.0.clone()))
            .collect();
        let shell = match start.shell {
            ShellVersion::V1 => "v1",
            ShellVersion::V3 => "v3",
        };
        let parameters = json!({
            "plugins": plugins,
            "signedOut": start.signed_out,
            "shell": shell,
            "config": config,
            "api": start.api.iter().map(|(route, body)| {
                (route.clone(), json!({ "status": 200, "data": body.0 }))
            }).collect::<serde_json::Map<_, _>>(),
        });
        let mut parameters = parameters;
        if start.no_airline {
            parameters["airline"] = Value::Null;
        }
        let port = self.tell("start", parameters).await?;
        self.address.set_port(port);
        Ok(())
    }

    async fn stop(&mut self, plugin: Option<&str>) -> Observed<()> {
        self.tell("stop", json!({ "plugin": plugin })).await
    }

    async fn start_plugin(&mut self, plugin: &str) -> Observed<()> {
        self.tell("startPlugin", json!({ "plugin": plugin })).await
    }

    async fn update(&mut self, plugin: &str) -> Observed<Result<(), String>> {
        let updated = self.command("update", json!({ "plugin": plugin })).await?;
        Ok(updated.map(drop))
    }

    async fn change_login(&mut self, login: Login) -> Observed<()> {
        let command = match login {
            Login::In => "signIn",
            Login::Out => "signOut",
            Login::Expired => "expireToken",
        };
        self.tell(command, json!({})).await
    }

    async fn set_config(&mut self, plugin: &str, key: &str, value: &Value) -> Observed<()> {
        let parameters = json!({ "plugin": plugin, "key": key, "value": value });
        self.tell("setConfig", parameters).await
    }

    async fn config(&mut self, plugin: &str, key: &str) -> Observed<Option<Value>> {
        let parameters = json!({ "plugin": plugin, "key": key });
        let mut found: Vec<Value> = self.tell("config", parameters).await?;
        Ok(found.pop())
    }

    async fn invoke(
        &mut self,
        plugin: &str,
        channel: &str,
        payload: &Value,
    ) -> Observed<Result<Value, String>> {
        let parameters = json!({ "plugin": plugin, "channel": channel, "payload": payload });
        self.command("invoke", parameters).await
    }

    async fn next_push(&mut self, plugin: &str, channel: &str) -> Observed<Value> {
        let parameters = json!({ "plugin": plugin, "channel": channel });
        self.tell("push", parameters).await
    }

    async fn next_log_line(&mut self, plugin: &str, text: &str) -> Observed<LogLine> {
        self.tell("log", json!({ "plugin": plugin, "text": text }))
            .await
    }

    async fn count_log_lines(&mut self, plugin: &str, text: &str) -> Observed<usize> {
        self.tell("logged", json!({ "plugin": plugin, "text": text }))
            .await
    }

    async fn reach_state(&mut self, plugin: &str, state: StateName) -> Observed<String> {
        let state = match state {
            StateName::Running => "running",
            StateName::Stopped => "stopped",
            StateName::Errored => "errored",
        };
        self.tell("state", json!({ "plugin": plugin, "is": state }))
            .await
    }

    async fn command_flight(&mut self, command: FlightCommand) -> Observed<Result<(), String>> {
        if command == FlightCommand::Start {
            let started: Value = self.tell("startFlight", json!({})).await?;
            if let Some(veto) = started["vetoes"].get(0) {
                return Ok(Err(veto["reason"].to_string()));
            }
        }
        for (topic, value) in flight_events(command) {
            let event = json!({ "topic": topic, "value": value });
            self.tell::<Value>("fly", event).await?;
        }
        Ok(Ok(()))
    }

    async fn flight_log(&mut self) -> Observed<Vec<String>> {
        let log: Vec<Value> = self.tell("flightLog", json!({})).await?;
        let messages = log.iter().map(|entry| entry["message"].as_str());
        Ok(messages
            .map(|text| text.unwrap_or_default().to_owned())
            .collect())
    }

    async fn await_dialog(&mut self) -> Observed<()> {
        self.tell("awaitDialog", json!({})).await
    }

    async fn answer(&mut self, plugin: &str, answer: Option<&Value>) -> Observed<[String; 2]> {
        let parameters = match answer {
            Some(answer) => json!({ "answer": answer }),
            None => json!({}),
        };
        let shown: Value = self.tell("answer", parameters).await?;
        if shown["plugin"] != plugin {
            return Err(format!("another plugin shows a dialog: {shown}"));
        }
        Ok([text(&shown["kind"]), text(&shown["options"]["title"])])
    }

    async fn next_toast(&mut self, plugin: &str) -> Observed<[String; 2]> {
        let toast: Value = self.tell("toast", json!({ "plugin": plugin })).await?;
        Ok([text(&toast["type"]), text(&toast["message"])])
    }

    async fn await_sound(&mut self, plugin: &str, sound: &str) -> Observed<()> {
        let played: Value = self.tell("sound", json!({ "plugin": plugin })).await?;
        let name = played["path"].as_str().or(played["sound"].as_str());
        match name.unwrap_or("notification") {
            name if name == sound => Ok(()),
            name => Err(format!("the sound is {name:?}, not {sound:?}")),
        }
    }

    async fn indicator(&mut self, plugin: &str) -> Observed<Option<String>> {
        let badge: Value = self.tell("badge", json!({ "plugin": plugin })).await?;
        Ok(badge["type"].as_str().map(str::to_owned))
    }

    fn request(&self, request: Request) -> BoxFuture<'static, Observed<Response>> {
        http::exchange(self.address, request).boxed()
    }

    async fn first_chunk(&self, path: &str) -> Observed<String> {
        http::first_chunk(self.address, Request::get(path)).await
    }

    async fn end(mut self) -> Observed<()> {
        drop(self.commands);
        let status = timeout(TIMEOUT, self.child.wait())
            .await
            .map_err(|_| "the Node process does not exit after the end of the shell")?
            .map_err(|error| error.to_string())?;
        let errors = fs::read_to_string(self.folder.path().join("errors")).unwrap_or_default();
        match status.success() {
            true => Ok(()),
            false => Err(format!("the Node process {status}: {errors}")),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Events that follow from a command: topics of the model, and their values.
fn flight_events(command: FlightCommand) -> Vec<(&'static str, Value)> {
    let update = |status: &str, phase: &str| {
        let plan = json!({ "departureIcao": "EDDF", "arrivalIcao": "LGIR" });
        let flight = json!({ "status": status, "currentPhase": phase, "flightPlan": plan });
        (
            "update",
            json!({ "flight": flight, "simDisconnected": false }),
        )
    };
    let phase = |current: &str, previous: Option<&str>| {
        let phase =
            json!({ "currentPhase": current, "previousPhase": previous, "isTracking": true });
        ("phaseChange", phase)
    };
    let data = |connected: bool| ("simData", json!({ "isConnected": connected, "data": null }));
    match command {
        FlightCommand::Start | FlightCommand::StartAnyway => vec![
            update("starting", "boarding"),
            phase("boarding", None),
            update("active", "boarding"),
            data(true),
        ],
        FlightCommand::Cruise => vec![
            phase("cruise", Some("boarding")),
            update("active", "cruise"),
            data(true),
        ],
        FlightCommand::Pause => vec![update("paused", "cruise"), data(true)],
        FlightCommand::SimulatorGone => {
            let (topic, mut state) = update("active", "cruise");
            state["simDisconnected"] = true.into();
            vec![(topic, state), data(false)]
        }
        FlightCommand::Land => vec![
            phase("landed", Some("final")),
            update("active", "landed"),
            ("landing", json!({ "type": "touchdown" })),
            (
                "landing",
                json!({ "type": "settled", "report": { "landingRate": -350 } }),
            ),
        ],
        FlightCommand::End => vec![
            update("completing", "cruise"),
            update("completed", "cruise"),
            ("update", json!({ "flight": null })),
            ("phaseChange", json!({ "currentPhase": "unknown" })),
        ],
    }
}

impl fmt::Display for NodeShell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node {} with Express {}", self.node, self.express)
    }
}
