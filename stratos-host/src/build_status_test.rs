//! Tests the status of builds with a whole shell, whose launcher tells of each call and builds on request.

use std::future::pending;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use stratos_transport::PluginFolders;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::event::EventBus;
use crate::process::{LaunchError, LaunchedPlugin, Launcher, Program};
use crate::{BuildStatus, PluginSpec, PluginState, Shell, ShellOptions, StateDir};

#[tokio::test]
async fn a_build_during_a_start_is_not_the_build_of_the_starting_program() {
    let (calls, mut called) = unbounded_channel();
    let builds = Arc::new(Semaphore::new(0));
    let demo = PluginSpec {
        id: "demo".to_owned(),
        name: "Demo".to_owned(),
        settings: None,
        version: "1.0.0".to_owned(),
        launcher: Ok(Arc::new(GatedLauncher {
            calls,
            builds: Arc::clone(&builds),
            folders: PluginFolders::default(),
        })),
    };
    let options = ShellOptions::new(StateDir::in_memory().unwrap());
    let (shell, _client) =
        Shell::start_in_memory(options, vec![demo], EventBus::default()).unwrap();
    let status = || {
        let plugin = shell.control().plugins().remove(0);
        (plugin.state, plugin.build)
    };

    assert_eq!(called.recv().await, Some(Call::Build));
    let first_build = (PluginState::Starting, Some(BuildStatus::Building));
    assert_eq!(status(), first_build);

    builds.add_permits(1);
    assert_eq!(called.recv().await, Some(Call::Launch));
    shell.control().sources_changed("demo", false);
    assert_eq!(called.recv().await, Some(Call::Build));
    assert_eq!(status(), (PluginState::Starting, None));
}

#[derive(Debug, PartialEq, Eq)]
enum Call {
    Build,
    Launch,
}

/// A launcher whose builds take a permit each, and whose programs never start.
struct GatedLauncher {
    calls: UnboundedSender<Call>,
    builds: Arc<Semaphore>,
    folders: PluginFolders,
}

impl Launcher for GatedLauncher {
    fn prepare(
        &self,
        _build_id: u64,
        _events: EventBus,
    ) -> BoxFuture<'_, Result<Program, LaunchError>> {
        Box::pin(async {
            self.calls.send(Call::Build).expect("the test waits");
            self.builds.acquire().await.expect("it is open").forget();
            Ok(Program::InMemory)
        })
    }

    fn folders(&self) -> &PluginFolders {
        &self.folders
    }

    fn launch(
        &self,
        _program: Program,
        _events: EventBus,
    ) -> BoxFuture<'_, Result<LaunchedPlugin, LaunchError>> {
        Box::pin(async {
            self.calls.send(Call::Launch).expect("the test waits");
            pending().await
        })
    }
}
