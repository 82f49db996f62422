//! Commands that measure this build, in a process of their own. Each line of input is a command, which is answered by a
//! line of numbers.

use std::io::BufRead as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use stratos_host::control::Control;
use stratos_host::event::EventBus;
use stratos_host::process::{LaunchOptions, LauncherFactory, PluginFolders};
use stratos_host::{PluginSpec, Shell, ShellOptions, StateDir};
use stratos_tests::{Plugins, ShellProcess};
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::Message;

use crate::{SAMPLE, threads};

/// The argument that makes this program a worker.
pub(crate) const WORKER: &str = "--worker";

/// A shell in this process.
struct RunningShell {
    shell: Shell,
    /// The ids of its plugins.
    ids: Vec<String>,
    _files: Plugins,
}

/// Executes commands until the end of the input.
pub(crate) fn run() {
    let runtime = Runtime::new().expect("a runtime");
    let mut running = None;
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let (command, arguments) = line.split_once(' ').unwrap_or((&line, ""));
        let arguments: Vec<usize> = arguments
            .split(' ')
            .filter_map(|argument| argument.parse().ok())
            .collect();
        let numbers = match (command, &arguments[..]) {
            ("start", []) => vec![start_to_ready()],
            ("memory", [calls]) => memory(&runtime, *calls),
            ("shell", [plugins]) => {
                let started = runtime.block_on(RunningShell::start(*plugins));
                let port = started.shell.address().port();
                running = Some(started);
                vec![f64::from(port)]
            }
            ("ipc", [at_once, calls]) => {
                let running = running.as_ref().expect("`shell` comes first");
                runtime.block_on(running.calls(*at_once, *calls))
            }
            _ => panic!("not a command: {line}"),
        };
        let numbers: Vec<_> = numbers
            .iter()
            .map(|number| format!("{number:.2}"))
            .collect();
        println!("{}", numbers.join(" "));
    }
    if let Some(running) = running {
        runtime.block_on(running.shell.stop());
    }
}

/// The milliseconds from the start of `cargo stratos run` until its plugin is ready.
fn start_to_ready() -> f64 {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let begin = Instant::now();
    let shell = ShellProcess::start(plugins.root());
    let time = begin.elapsed();
    shell.kill();
    time.as_secs_f64() * 1e3
}

/// The resident memory of plugin and shell in kilobytes: idle, and after some IPC calls over the UI's WebSocket.
fn memory(runtime: &Runtime, calls: usize) -> Vec<f64> {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    let plugin = shell.plugin("sample")["pid"].as_u64().expect("a pid");
    let processes = [plugin, u64::from(shell.pid())];
    std::thread::sleep(Duration::from_secs(1));
    let idle = processes.map(threads::resident_memory);
    runtime.block_on(call_over_websocket(&shell, calls));
    let after = processes.map(threads::resident_memory);
    [idle, after].concat()
}

async fn call_over_websocket(shell: &ShellProcess, calls: usize) {
    let url = format!("ws://{}/__stratos/ipc/sample", shell.address);
    let (mut socket, _) = tokio_tungstenite::connect_async(url)
        .await
        .expect("the shell upgrades");
    for id in 0..calls {
        let call = json!({ "type": "invoke", "id": id, "channel": "echo", "payload": { "n": id } });
        let call = Message::text(call.to_string());
        socket.send(call).await.expect("the shell reads");
        let answer = socket.next().await.expect("the shell answers");
        let answer = answer.expect("a message").into_text().expect("text");
        assert!(answer.contains("result"), "{answer}");
    }
}

impl RunningShell {
    async fn start(plugins: usize) -> Self {
        let ids: Vec<_> = (0..plugins)
            .map(|number| format!("sample-{number}"))
            .collect();
        let names: Vec<_> = ids.iter().map(String::as_str).collect();
        let files = Plugins::new(SAMPLE, &names);
        let options = LaunchOptions::new(files.root().to_owned());
        let processes = LauncherFactory::new(options).expect("processes");
        let specs = ids.iter().map(|id| PluginSpec {
            id: id.clone(),
            name: "Sample".to_owned(),
            settings: None,
            version: "1.0.0".to_owned(),
            launcher: Ok(Arc::new(processes.program(
                id,
                &files.program(id),
                PluginFolders::default(),
            ))),
        });
        let state = StateDir::in_memory().expect("memory");
        let options = ShellOptions {
            port: 0,
            ..ShellOptions::new(state)
        };
        let shell = Shell::start(options, specs.collect(), EventBus::default())
            .await
            .expect("a shell");
        shell.ready().await;
        let _files = files;
        Self { shell, ids, _files }
    }

    /// The microseconds that all the calls took together, then those of each call.
    async fn calls(&self, at_once: usize, calls: usize) -> Vec<f64> {
        let begin = Instant::now();
        let callers = (0..at_once).map(|number| {
            let control = self.shell.control().clone();
            let id = self.ids[number % self.ids.len()].clone();
            // In a task, like the server's handlers, because the main thread would be woken for each response.
            tokio::spawn(call(control, id, calls / at_once))
        });
        let times = join_all(callers).await;
        let total = begin.elapsed();
        let mut numbers = vec![total];
        for times in times {
            numbers.extend(times.expect("every call succeeds"));
        }
        let micros = numbers.iter().map(|time| time.as_secs_f64() * 1e6);
        micros.collect()
    }
}

async fn call(control: Control, id: String, calls: usize) -> Vec<Duration> {
    let mut times = Vec::with_capacity(calls);
    for n in 0..calls {
        let begin = Instant::now();
        let answer = control.invoke(&id, "echo", json!({ "n": n })).await;
        times.push(begin.elapsed());
        assert_eq!(answer.expect("an answer"), json!({ "n": n }));
    }
    times
}
