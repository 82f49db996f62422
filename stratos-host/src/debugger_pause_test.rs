//! Tests the pause for a debugger with a whole shell, in which only a plugin with a process id is paused.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use stratos_protocol::handshake::{Hello, Identity, PeerInfo};
use stratos_protocol::limits::FRAME_BYTES;
use stratos_protocol::method::Empty;
use stratos_protocol::{Message, ProtocolVersion};
use stratos_transport::{Connection, HostConnection, PluginFolders};

use crate::event::{Event, EventBus};
use crate::process::{InMemoryLauncher, LaunchError, LaunchedPlugin, Launcher, Program};
use crate::{AttachMode, PluginSpec, PluginState, Shell, ShellOptions, StateDir};

const HOUR: Duration = Duration::from_secs(60 * 60);

#[tokio::test(start_paused = true)]
async fn on_start_waits_until_the_debugger_pause_is_released() {
    let demo = PluginSpec {
        id: "demo".to_owned(),
        name: "Demo".to_owned(),
        settings: None,
        version: "1.0.0".to_owned(),
        launcher: Ok(Arc::new(WithPid(InMemoryLauncher::new(
            PluginFolders::default(),
            run,
        )))),
    };
    let options = ShellOptions {
        attach: Some(AttachMode::Wait),
        ..ShellOptions::new(StateDir::in_memory().unwrap())
    };
    let events = EventBus::default();
    let mut watcher = events.subscribe();
    let (shell, _door) = Shell::start_in_memory(options, vec![demo], events).unwrap();
    let state = || shell.control().plugins().remove(0).state;
    loop {
        let event = watcher.next().await.expect("the shell runs");
        if matches!(&*event, Event::Attach { waits: true, .. }) {
            break;
        }
    }
    tokio::time::sleep(HOUR).await;
    assert_eq!(state(), PluginState::Starting);
    shell.control().release_debugger_pause();
    shell.ready().await;
    assert_eq!(state(), PluginState::Running);
    shell.stop().await;
}

/// An in-memory plugin with a process id, which only processes have otherwise.
struct WithPid(InMemoryLauncher);

impl Launcher for WithPid {
    fn prepare(
        &self,
        build_id: u64,
        events: EventBus,
    ) -> BoxFuture<'_, Result<Program, LaunchError>> {
        self.0.prepare(build_id, events)
    }

    fn folders(&self) -> &PluginFolders {
        self.0.folders()
    }

    fn launch(
        &self,
        program: Program,
        events: EventBus,
    ) -> BoxFuture<'_, Result<LaunchedPlugin, LaunchError>> {
        Box::pin(async {
            let launched = self.0.launch(program, events).await?;
            let process = launched.process.with_pid(1);
            Ok(LaunchedPlugin {
                process,
                ..launched
            })
        })
    }
}

/// A plugin that answers every request at once.
async fn run(host: HostConnection) {
    let mut connection = Connection::new(host.control, FRAME_BYTES);
    let hello = Hello {
        protocol: ProtocolVersion::CURRENT,
        nonce: host.nonce,
        sdk: PeerInfo {
            name: "test".to_owned(),
            version: "1.0.0".to_owned(),
        },
        plugin: Identity {
            id: "demo".to_owned(),
            version: "1.0.0".to_owned(),
        },
        features: Vec::new(),
    };
    let hello = Message::request(0, &hello).unwrap();
    connection.send(&hello).await.unwrap();
    while let Ok(Some(message)) = connection.receive().await {
        if let Message::Request { id, .. } = message {
            let outcome = Ok(serde_json::value::to_raw_value(&Empty {}).unwrap());
            let answer = Message::Response { id, outcome };
            connection.send(&answer).await.unwrap();
        }
    }
}
