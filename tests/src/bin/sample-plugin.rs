//! The sample plugin as a program. Its file name is its id, whose first word selects the behaviour.
#![expect(clippy::disallowed_methods, reason = "it misbehaves on purpose")]

use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use stratos::{Identity, ServeOptions};
use stratos_protocol::handshake::{Hello, PeerInfo};
use stratos_protocol::{Message, ProtocolVersion, environment};
use stratos_tests::sample;
use stratos_transport::{Connection, local};
use tokio::io::AsyncWriteExt as _;

fn main() -> ExitCode {
    let program = std::env::current_exe().expect("it has a path");
    let id = program
        .file_stem()
        .expect("it has a name")
        .to_string_lossy()
        .into_owned();
    let behaviour = id.split('-').next().unwrap_or_default();
    if let Some(address) = std::env::var_os(stratos_tests::LIVE_PROCESSES) {
        hold_open(&address.to_string_lossy(), &id);
    }
    if std::env::args().any(|argument| argument == "helper") {
        sleep_for_ever();
    }
    match behaviour {
        "helped" => help(&program),
        "tokenless" if std::env::var_os("SKYVEX_API_TOKEN").is_some() => {
            std::process::exit(9);
        }
        "exits" => {
            eprintln!("goodbye");
            return ExitCode::from(7);
        }
        "silent" => sleep_for_ever(),
        "garbage" => {
            return raw(async |mut stream| {
                let _ = stream.write_all(b"what a lovely day\n").await;
                tokio::time::sleep(Duration::from_secs(60)).await;
            });
        }
        "future" => return raw(async |stream| greet(stream, &id, 9).await),
        "impostor" => return raw(async |stream| greet(stream, "somebody-else", 1).await),
        _ => {}
    }
    match behaviour {
        "threads" => {
            let plugin = sample(&id).build().expect("it has its hooks");
            ServeOptions::new().worker_threads(2).serve(plugin)
        }
        _ => sample(&id).serve(),
    }
}

/// Starts a helper process, which does not know the shell.
#[expect(clippy::zombie_processes, reason = "plugins forget about theirs, too")]
fn help(program: &Path) {
    let mut helper = Command::new(program);
    helper.arg("helper").stdin(Stdio::null());
    helper.spawn().expect("it starts");
}

fn sleep_for_ever() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(60));
    }
}

/// Connects to the test and keeps the connection open until the process exits.
fn hold_open(address: &str, id: &str) {
    let mut connection = TcpStream::connect(address).expect("the test listens");
    writeln!(connection, "{id}").expect("the test reads");
    std::mem::forget(connection);
}

/// Connects to the shell without the SDK.
#[tokio::main]
async fn raw(talk: impl AsyncFnOnce(stratos_transport::BoxedStream)) -> ExitCode {
    let address = std::env::var_os(environment::SOCKET).expect("a shell started this");
    let stream = local::connect(&address).await.expect("the shell listens");
    talk(stream).await;
    ExitCode::SUCCESS
}

async fn greet(stream: stratos_transport::BoxedStream, id: &str, major: u16) {
    let hello = Hello {
        protocol: ProtocolVersion { major, minor: 0 },
        nonce: std::env::var(environment::NONCE).expect("a shell started this"),
        sdk: PeerInfo {
            name: "sample".to_owned(),
            version: "9.9.9".to_owned(),
        },
        plugin: Identity {
            id: id.to_owned(),
            version: "1.0.0".to_owned(),
        },
        features: vec![],
    };
    let mut connection = Connection::new(stream, 1024 * 1024);
    let message = Message::request(0, &hello).expect("plain strings and numbers");
    connection.send(&message).await.expect("the shell reads");
    // The shell responds with an error and closes the connection.
    let _ = connection.receive().await;
    let _ = connection.receive().await;
}
