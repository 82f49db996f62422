//! The mechanisms that end a plugin with its shell, each tested alone.

use std::ffi::OsString;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use stratos_protocol::auth::AuthState;
use stratos_protocol::handshake::{Hello, PeerInfo, Welcome};
use stratos_protocol::lifecycle::Start;
use stratos_protocol::limits::{FRAME_BYTES, Limits};
use stratos_protocol::{Message, ProtocolVersion, Request as _};
use stratos_tests::{LiveProcesses, Plugins, spawn_copied};
use stratos_transport::Connection;
use stratos_transport::local::LocalListener;

use crate::SAMPLE;

const PATIENCE: Duration = Duration::from_secs(60);
/// Time limit for the exit of a plugin, with a reserve for busy machines.
const SOON: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn end_of_stdin_ends_a_blocked_plugin() {
    let (plugins, watch) = (Plugins::new(SAMPLE, &["blocks"]), LiveProcesses::new());
    let listener = LocalListener::bind(&address(&plugins, "c")).unwrap();
    let (mut plugin, input) = spawn(
        &plugins,
        &watch,
        &mut Command::new(plugins.program("blocks")),
    );
    let mut connection = welcome(&listener).await;
    let start = Start {
        auth: AuthState::default(),
    };
    connection
        .send(&Message::request(1, &start).unwrap())
        .await
        .unwrap();
    // The log message before the plugin blocks all threads of its runtime.
    connection.receive().await.unwrap();
    assert!(watch.wait_for(1, PATIENCE), "the plugin runs");
    drop(input);
    assert!(watch.wait_for(0, SOON), "the plugin exited");
    assert_eq!(plugin.wait().unwrap().code(), Some(1));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_parent_death_signal_ends_a_plugin() {
    let (plugins, watch) = (Plugins::new(SAMPLE, &[]), LiveProcesses::new());
    let listener = LocalListener::bind(&address(&plugins, "c")).unwrap();
    // `sh` is the parent. Background jobs have no stdin by default, so it is passed explicitly.
    let script = "STRATOS_HOST_PID=$$ \"$0\" <&3 & wait";
    let mut parent = Command::new("sh");
    parent
        .args(["-c", &format!("exec 3<&0; {script}")])
        .arg(SAMPLE);
    let (mut parent, input) = spawn(&plugins, &watch, &mut parent);
    // The plugin now waits for its shell without a timeout.
    let _connection = welcome(&listener).await;
    assert!(watch.wait_for(1, PATIENCE), "the plugin runs");
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert!(watch.wait_for(0, SOON), "the plugin exited");
    drop(input);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_orphaned_during_startup_exits() {
    let (plugins, watch) = (Plugins::new(SAMPLE, &[]), LiveProcesses::new());
    // A plugin that does not check its parent would connect here.
    let listener = LocalListener::bind(&address(&plugins, "c")).unwrap();
    let mut orphan = Command::new(SAMPLE);
    let (mut orphan, _input) = spawn(&plugins, &watch, orphan.env("STRATOS_HOST_PID", "1"));
    let end = tokio::task::spawn_blocking(move || orphan.wait().unwrap().code());
    tokio::select! {
        _ = listener.accept() => panic!("the plugin connects"),
        code = end => assert_eq!(code.unwrap(), Some(1)),
        () = tokio::time::sleep(PATIENCE) => panic!("the plugin neither connects nor exits"),
    }
}

/// Accepts a connection and completes the handshake, as a shell does.
async fn welcome(listener: &LocalListener) -> Connection {
    let greeting = async {
        let stream = listener.accept().await.unwrap();
        let mut connection = Connection::new(stream, FRAME_BYTES);
        let message = connection.receive().await.unwrap();
        (connection, message)
    };
    let (mut connection, message) = tokio::time::timeout(PATIENCE, greeting).await.unwrap();
    let Some(Message::Request { id, method, .. }) = message else {
        panic!("the first message is `hello`")
    };
    assert_eq!(method, Hello::METHOD);
    let welcome = Welcome {
        protocol: ProtocolVersion::CURRENT,
        host: PeerInfo {
            name: "test".to_owned(),
            version: "1.0.0".to_owned(),
        },
        features: Vec::new(),
        limits: Limits::default(),
        shell: None,
    };
    let outcome = Ok(serde_json::value::to_raw_value(&welcome).unwrap());
    let answer = Message::Response { id, outcome };
    connection.send(&answer).await.unwrap();
    connection
}

fn spawn(plugins: &Plugins, watch: &LiveProcesses, command: &mut Command) -> (Child, ChildStdin) {
    let command = command
        .env("STRATOS_SOCKET", address(plugins, "c"))
        .env("STRATOS_HTTP_SOCKET", address(plugins, "h"))
        .env("STRATOS_NONCE", "n")
        .env("STRATOS_PLUGIN_FOLDER", plugins.root())
        .env("STRATOS_DATA_FOLDER", plugins.root())
        .envs([watch.env()])
        .stdin(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = spawn_copied(command);
    let input = child.stdin.take().unwrap();
    (child, input)
}

fn address(plugins: &Plugins, name: &str) -> OsString {
    if cfg!(windows) {
        let unique = plugins.root().file_name().unwrap().display();
        return format!(r"\\.\pipe\{unique}-{name}").into();
    }
    plugins.root().join(name).into_os_string()
}
