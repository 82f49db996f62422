//! `cargo stratos run --attach`: no timeouts for a plugin in a debugger, except at shutdown.

use std::sync::Arc;
use std::time::Duration;

use stratos_host::event::{Event, EventBus};
use stratos_host::process::InMemoryLauncher;
use stratos_host::{AttachMode, PluginSpec, PluginState, Shell, ShellOptions, StateDir};
use stratos_protocol::handshake::{Hello, Identity, PeerInfo};
use stratos_protocol::limits::FRAME_BYTES;
use stratos_protocol::method::Empty;
use stratos_protocol::{Message, ProtocolVersion};
use stratos_tests::{Plugins, RunOptions, ShellProcess};
use stratos_transport::{Connection, HostConnection, PluginFolders};
use tokio::time::Instant;

use crate::SAMPLE;

const HOUR: Duration = Duration::from_secs(60 * 60);

#[tokio::test(start_paused = true)]
async fn attach_disables_the_timeouts_of_hooks() {
    let shell = start(Some(AttachMode::Announce));
    let begin = Instant::now();
    let state = shell.ready().await.remove(0).state;
    assert_eq!(state, PluginState::Running);
    assert!(begin.elapsed() >= HOUR, "{:?}", begin.elapsed());
    let (begin, control) = (Instant::now(), shell.control().clone());
    control.switch_auth("signed-out").await.unwrap();
    assert!(begin.elapsed() >= HOUR, "{:?}", begin.elapsed());
    let (begin, mut watcher) = (Instant::now(), shell.subscribe());
    control.stop("slow").await.unwrap();
    assert!(begin.elapsed() >= HOUR, "{:?}", begin.elapsed());
    shell.stop().await;
    while let Some(event) = watcher.next().await {
        let is_late =
            matches!(&*event, Event::Log(line) if line.message.contains("did not finish"));
        assert!(!is_late, "{event:?}");
        if matches!(
            &*event,
            Event::State {
                state: PluginState::Stopped,
                ..
            }
        ) {
            return;
        }
    }
    panic!("it was stopped");
}

#[tokio::test(start_paused = true)]
async fn hooks_time_out_without_attach() {
    let shell = start(None);
    let state = shell.ready().await.remove(0).state;
    let reason = "on_start did not finish within 30 s".to_owned();
    assert_eq!(state, PluginState::Errored { reason });
    shell.stop().await;
}

#[tokio::test(start_paused = true)]
async fn shutdown_ignores_attach() {
    for stops in [false, true] {
        let shell = start(Some(AttachMode::Announce));
        shell.ready().await;
        let control = shell.control().clone();
        if stops {
            // The plugin hangs in `on_stop` at shutdown.
            tokio::spawn(async move { control.stop("slow").await });
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        let begin = Instant::now();
        shell.stop().await;
        assert!(begin.elapsed() < Duration::from_secs(8));
    }
}

#[test]
fn each_start_prints_the_debugger_command_before_on_start() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let options = RunOptions {
        args: vec!["--attach".to_owned()],
        ..RunOptions::default()
    };
    let mut shell = ShellProcess::start_with(plugins.root(), options);
    shell.expect(|event| event.to_string().contains("printed by"));
    let at = |event: &str, text: &str| {
        let mut seen = shell.events.iter();
        seen.position(|seen| seen["event"] == event && seen.to_string().contains(text))
    };
    let (told, begun) = (
        at("attach", "sample").unwrap(),
        at("log", "printed by").unwrap(),
    );
    assert!(told < begun);
    let told = &shell.events[told];
    let pid = shell.get("/api/sample/pid").body;
    assert_eq!(told["pid"].to_string(), pid);
    assert_eq!(
        told["waits"], false,
        "without a terminal, no key can be pressed"
    );
    let debugger = told["debugger"].as_str().unwrap();
    assert!(debugger.contains(&format!("-p {pid}`")), "{debugger}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_plugin_that_is_stopped_in_a_hook() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    use rustix::process::{Pid, Signal, kill_process};
    use stratos_tests::{LiveProcesses, SHUTDOWN_TIMEOUT, cargo_stratos};

    let (plugins, watch) = (Plugins::new(SAMPLE, &["hangs"]), LiveProcesses::new());
    let mut shell = Command::new(cargo_stratos())
        .args(["run", "--port", "auto", "--json", "--attach"])
        .current_dir(plugins.root().join("hangs"))
        .envs([watch.env()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(shell.stdout.take().unwrap()).lines();
    lines.find(|line| line.as_ref().unwrap().contains(r#""event":"attach""#));
    let begin = std::time::Instant::now();
    let pid = Pid::from_raw(i32::try_from(shell.id()).unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    assert!(shell.wait().unwrap().success());
    assert!(begin.elapsed() < SHUTDOWN_TIMEOUT, "{:?}", begin.elapsed());
    assert!(watch.wait_for(0, Duration::from_secs(10)));
}

fn start(attach: Option<AttachMode>) -> Shell {
    let slow = PluginSpec {
        id: "slow".to_owned(),
        name: "Slow".to_owned(),
        settings: None,
        version: "1.0.0".to_owned(),
        launcher: Ok(Arc::new(InMemoryLauncher::new(
            PluginFolders::default(),
            slow,
        ))),
    };
    let options = ShellOptions {
        attach,
        ..ShellOptions::new(StateDir::in_memory().unwrap())
    };
    let (shell, _door) = Shell::start_in_memory(options, vec![slow], EventBus::default()).unwrap();
    shell
}

/// A plugin that takes an hour for every step, like one at a breakpoint.
async fn slow(host: HostConnection) {
    let mut connection = Connection::new(host.control, FRAME_BYTES);
    let software = PeerInfo {
        name: "test".to_owned(),
        version: "1.0.0".to_owned(),
    };
    let hello = Hello {
        protocol: ProtocolVersion::CURRENT,
        nonce: host.nonce,
        sdk: software,
        plugin: Identity {
            id: "slow".to_owned(),
            version: "1.0.0".to_owned(),
        },
        features: Vec::new(),
    };
    let hello = Message::request(0, &hello).unwrap();
    connection.send(&hello).await.unwrap();
    while let Ok(Some(message)) = connection.receive().await {
        if let Message::Request { id, .. } = message {
            tokio::time::sleep(HOUR).await;
            let outcome = Ok(serde_json::value::to_raw_value(&Empty {}).unwrap());
            let answer = Message::Response { id, outcome };
            if connection.send(&answer).await.is_err() {
                return;
            }
        }
    }
}
