//! A shell in memory with one plugin.

use std::sync::Arc;

use stratos::Plugin;
use stratos::session::run;
use stratos_host::event::EventBus;
use stratos_host::process::{InMemoryLauncher, PluginFolders};
use stratos_host::{PluginSpec, PluginState, Shell, ShellOptions, StateDir};
use stratos_tests::{HttpResponse, request};

pub(crate) const ID: &str = "forms";

/// Starts a shell with a plugin, which is created anew for every generation.
pub(crate) async fn start<P: Plugin>(plugin: impl Fn() -> P + Send + Sync + 'static) -> Shell {
    let launcher = InMemoryLauncher::new(PluginFolders::default(), move |connection| {
        let plugin = plugin();
        async move {
            // The shell reports the result.
            let _ = run(plugin, connection).await;
        }
    });
    let spec = PluginSpec {
        id: ID.to_owned(),
        name: "Forms".to_owned(),
        settings: None,
        version: "1.0.0".to_owned(),
        launcher: Ok(Arc::new(launcher)),
    };
    let options = ShellOptions {
        port: 0,
        ..ShellOptions::new(StateDir::in_memory().unwrap())
    };
    let shell = Shell::start(options, vec![spec], EventBus::default());
    let shell = shell.await.unwrap();
    shell.ready().await;
    shell
}

pub(crate) fn state(shell: &Shell) -> PluginState {
    shell.control().plugins()[0].state.clone()
}

/// Sends a request to one of the plugin's routes.
pub(crate) async fn ask(
    shell: &Shell,
    method: &'static str,
    path: &str,
    body: &str,
) -> HttpResponse {
    let (address, path, body) = (shell.address(), path.to_owned(), body.to_owned());
    let headers = ["Content-Type: application/json"];
    let asked = move || request(address, method, &path, &headers, &body);
    tokio::task::spawn_blocking(asked).await.unwrap()
}
