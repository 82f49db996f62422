//! Benchmarks of the running shell: `cargo bench -p stratos-tests --bench figures`.
//!
//! All programs are measured in turn, because results depend on the machine. With `-- --against PROGRAM`, this
//! benchmark's program built from another commit takes part, with its own shell and plugin. Express and
//! `child_process.fork` take part where Node and npm are installed.

mod direct;
mod idle;
mod load;
mod node;
mod node_shell;
mod sim_data;
mod threads;
mod worker;
mod worker_process;

use std::net::SocketAddr;
use std::path::PathBuf;

use stratos_tests::{Comparison, Plugins, ShellProcess, other_build, percentile};

use crate::direct::DirectServer;
use crate::load::requests_per_second;
use crate::node::{Express, Fork};
use crate::node_shell::NodeShell;
use crate::worker_process::WorkerProcess;

const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
const CALLS_PER_ROUND: usize = 1000;
const IPC_ROUNDS: usize = 20;
const ROUTE_ROUNDS: usize = 5;
const IPC_METRICS: [&str; 4] = [
    "p50 of a round, in us",
    "p99 of a round, in us",
    "time of a round divided by its calls, in us",
    "wake-ups of threads per call",
];

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    // `cargo test --benches` runs each benchmark once.
    if has("--test") {
        println!("figures are measured by `cargo bench -p stratos-tests --bench figures`");
        return;
    }
    if has(direct::SERVE) {
        return direct::serve();
    }
    if has(worker::WORKER) {
        return worker::run();
    }
    let builds: Vec<Build> = [Some(Build::this()), other_build().map(Build::other)]
        .into_iter()
        .flatten()
        .collect();

    let groups: [(&str, Measurement); 7] = [
        ("start", start_to_ready),
        ("memory", memory),
        ("idle", idle),
        ("routes", routes),
        ("ipc", ipc),
        ("entry", entry),
        ("sim-data", |_| sim_data::sim_data()),
    ];
    let chosen = groups.iter().any(|(name, _)| has(name));
    for (name, measure) in groups {
        if !chosen || has(name) {
            measure(&builds);
        }
    }
}

/// Measures this build, and another one if there is one.
type Measurement = fn(&[Build]);

/// A build of this benchmark's program.
struct Build {
    name: &'static str,
    program: PathBuf,
}

impl Build {
    fn this() -> Self {
        Self {
            name: "this build",
            program: std::env::current_exe().expect("it has a path"),
        }
    }

    fn other(program: PathBuf) -> Self {
        Self {
            name: "other build",
            program,
        }
    }

    fn worker(&self) -> WorkerProcess {
        WorkerProcess::start(&self.program)
    }
}

fn start_to_ready(builds: &[Build]) {
    let mut comparison = Comparison::default();
    for build in builds {
        let mut worker = build.worker();
        comparison = comparison.with(build.name, move || worker.command("start"));
    }
    comparison.run(15, &["shell start to plugin ready, in ms"]);
}

fn memory(builds: &[Build]) {
    let mut comparison = Comparison::default();
    for build in builds {
        let mut worker = build.worker();
        comparison = comparison.with(build.name, move || worker.command("memory 100000"));
    }
    comparison.run(
        3,
        &[
            "resident memory of the idle plugin, in kB",
            "resident memory of the idle shell, in kB",
            "resident memory of the plugin after 100,000 IPC calls, in kB",
            "resident memory of the shell after 100,000 IPC calls, in kB",
        ],
    );
}

fn idle(_: &[Build]) {
    if !cfg!(target_os = "linux") {
        println!("wake-ups of an idle shell: measured on Linux only");
        return;
    }
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    idle::idle(&ShellProcess::start(plugins.root()));
}

fn routes(builds: &[Build]) {
    let direct = DirectServer::start();
    let express = Express::start();
    if express.is_none() {
        println!("Express: skipped, needs node and npm");
    }
    for connections in [8, 32] {
        let rate = |address: SocketAddr| {
            vec![requests_per_second(
                &[(address, "/api/sample/hello/x".to_owned())],
                connections,
            )]
        };
        let mut comparison = Comparison::default();
        for build in builds {
            let mut worker = build.worker();
            let address = worker.start_shell(1);
            comparison = comparison.with(build.name, move || {
                // The process ends with its last use.
                let _ = &worker;
                let target = (address, "/api/sample-0/hello/x".to_owned());
                vec![requests_per_second(&[target], connections)]
            });
        }
        comparison = comparison.with("axum alone", || rate(direct.address));
        if let Some(express) = &express {
            comparison = comparison.with("Express 5 alone", || rate(express.address));
        }
        let metric = format!("requests/s of a route, {connections} connections");
        comparison.run(ROUTE_ROUNDS, &[&metric]);
    }
    for plugins in [1, 4, 16] {
        let mut comparison = Comparison::default();
        for build in builds {
            let mut worker = build.worker();
            let address = worker.start_shell(plugins);
            comparison = comparison.with(build.name, move || {
                let _ = &worker;
                let targets: Vec<_> = (0..plugins)
                    .map(|plugin| (address, format!("/api/sample-{plugin}/hello/x")))
                    .collect();
                vec![requests_per_second(&targets, 32)]
            });
        }
        let metric = format!("requests/s of the routes of {plugins} plugins, 32 connections");
        comparison.run(ROUTE_ROUNDS, &[&metric]);
    }
}

fn ipc(builds: &[Build]) {
    for (plugins, at_once) in [(1, 1), (1, 16), (4, 4), (16, 16)] {
        let mut comparison = Comparison::default();
        for build in builds {
            let mut worker = build.worker();
            worker.start_shell(plugins);
            let command = format!("ipc {at_once} {CALLS_PER_ROUND}");
            comparison = comparison.with(build.name, move || {
                measure_calls(worker.pid(), || worker.command(&command))
            });
        }
        if plugins == 1 {
            match Fork::start() {
                Some(mut fork) => {
                    let name = "child_process.fork";
                    comparison = comparison.with(name, move || {
                        measure_calls(fork.pid(), || fork.calls(CALLS_PER_ROUND, at_once))
                    });
                }
                None => println!("child_process.fork: skipped, needs node"),
            }
        }
        println!(
            "\nIPC calls: {plugins} plugins, {at_once} calls at once, {CALLS_PER_ROUND} a round"
        );
        comparison.run(IPC_ROUNDS, &IPC_METRICS);
    }
}

/// Compares the mocked shell with the Node entry, and with the same plugin in JavaScript, in a model of the real shell.
fn entry(builds: &[Build]) {
    let (Some(mut entry), Some(mut javascript)) =
        (NodeShell::with_entry(), NodeShell::with_javascript())
    else {
        println!("the Node entry: skipped, needs node and npm");
        return;
    };
    let [build, ..] = builds else { return };
    let mut worker = build.worker();
    let address = worker.start_shell(1);

    for at_once in [1, 16] {
        println!("\nIPC calls, {at_once} at once, {CALLS_PER_ROUND} a round");
        let command = format!("ipc {at_once} {CALLS_PER_ROUND}");
        Comparison::default()
            .with("mocked shell", || {
                measure_calls(worker.pid(), || worker.command(&command))
            })
            .with("Node entry", || {
                measure_calls(entry.pid(), || entry.calls(CALLS_PER_ROUND, at_once))
            })
            .with("JavaScript", || {
                measure_calls(javascript.pid(), || {
                    javascript.calls(CALLS_PER_ROUND, at_once)
                })
            })
            .run(IPC_ROUNDS, &IPC_METRICS);
    }
    // Before the routes, since the sample plugin keeps a log of its requests.
    let shells =
        [worker.pid(), entry.pid(), javascript.pid()].map(threads::resident_memory_of_tree);
    println!(
        "\nresident memory in kB of shell and plugin after these calls: mocked shell {}, Node entry {}, JavaScript {}",
        shells[0], shells[1], shells[2]
    );
    for connections in [1, 32] {
        let rate = |address: SocketAddr, path: &str| {
            vec![requests_per_second(
                &[(address, path.to_owned())],
                connections,
            )]
        };
        let metric = format!("requests/s of a route, {connections} connections");
        Comparison::default()
            .with("mocked shell", || rate(address, "/api/sample-0/hello/x"))
            .with("Node entry", || rate(entry.address, "/api/sample/hello/x"))
            .with("JavaScript", || {
                rate(javascript.address, "/api/sample/hello/x")
            })
            .run(ROUTE_ROUNDS, &[&metric]);
    }
}

/// Runs a round, which returns its total time and the time of each call, and counts the wake-ups of the processes.
fn measure_calls(process: u32, round: impl FnOnce() -> Vec<f64>) -> Vec<f64> {
    let before = threads::wake_ups_of_tree(process);
    let mut times = round();
    let wake_ups = threads::wake_ups_of_tree(process) - before;
    let total = times.remove(0);
    times.sort_by(f64::total_cmp);
    let calls = times.len() as f64;
    vec![
        percentile(&times, 0.5),
        percentile(&times, 0.99),
        total / calls,
        wake_ups / calls,
    ]
}
