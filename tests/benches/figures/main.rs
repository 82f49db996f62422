//! Benchmarks of the running shell: `cargo bench -p stratos-tests --bench figures`.
//!
//! Programs in Node are measured in the same run for comparison, because results depend on the machine. Without Node and
//! npm, these rows are skipped.

mod direct;
#[cfg(target_os = "linux")]
mod idle;
mod load;
mod node;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use stratos_host::event::EventBus;
use stratos_host::process::{LaunchOptions, LauncherFactory};
use stratos_host::{PluginSpec, Shell, ShellOptions, StateDir};
use stratos_tests::{Plugins, ShellProcess};

use crate::direct::DirectServer;
use crate::load::requests_per_second;
use crate::node::Node;

const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
const ROUND_TRIPS: usize = 20_000;

fn main() {
    // `cargo test --benches` runs each benchmark once.
    if std::env::args().any(|argument| argument == "--test") {
        println!("figures are measured by `cargo bench -p stratos-tests --bench figures`");
        return;
    }
    if std::env::args().any(|argument| argument == direct::SERVE) {
        return direct::serve();
    }
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    start_to_ready(&plugins);
    let shell = ShellProcess::start(plugins.root());
    memory(&shell);
    #[cfg(target_os = "linux")]
    idle::idle(&shell);
    let node = Node::start();
    proxied_route(&shell, node.as_ref());
    drop(shell);
    ipc_round_trip(&plugins, node.as_ref());
}

fn start_to_ready(plugins: &Plugins) {
    let mut times: Vec<Duration> = (0..15)
        .map(|_| {
            let begin = Instant::now();
            let shell = ShellProcess::start(plugins.root());
            let time = begin.elapsed();
            shell.kill();
            time
        })
        .collect();
    times.sort();
    println!(
        "shell start to plugin ready: median {:.0} ms of 15",
        millis(times[7])
    );
}

#[cfg(target_os = "linux")]
fn memory(shell: &ShellProcess) {
    let plugin = shell.plugin("sample")["pid"].as_u64().expect("a pid");
    for (name, pid) in [("plugin", plugin), ("shell", u64::from(shell.pid()))] {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS"))
            .expect("it has memory");
        println!(
            "resident memory of the {name}: {}",
            line.trim_start_matches("VmRSS:").trim()
        );
    }
}

#[cfg(not(target_os = "linux"))]
fn memory(_: &ShellProcess) {
    println!("resident memory: measured on Linux only");
}

fn proxied_route(shell: &ShellProcess, node: Option<&Node>) {
    let direct = DirectServer::start();
    for connections in [8, 32] {
        let rate = |address| requests_per_second(address, "/api/sample/hello/x", connections);
        let ours = rate(shell.address);
        println!("requests/s of a proxied route, {connections} connections: {ours:.0}");
        let plain = rate(direct.address);
        println!(
            "requests/s of the same route in axum: {plain:.0} (ratio {:.2})",
            ours / plain
        );
        match node {
            Some(node) => {
                let express = rate(node.address);
                let ratio = ours / express;
                println!("requests/s of an Express 5 route: {express:.0} (ratio {ratio:.2})");
            }
            None => println!("requests/s of an Express 5 route: skipped, needs node and npm"),
        }
    }
}

fn ipc_round_trip(plugins: &Plugins, node: Option<&Node>) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (p50, p99) = runtime.block_on(async {
        let programs = plugins.root().join("programs");
        let processes = LauncherFactory::new(LaunchOptions::new(programs)).expect("processes");
        let launcher = processes.program("sample", &plugins.program("sample"));
        let spec = PluginSpec {
            id: "sample".to_owned(),
            name: "Sample".to_owned(),
            version: "1.0.0".to_owned(),
            launcher: Ok(Arc::new(launcher)),
        };
        let state = StateDir::in_memory().expect("memory");
        let options = ShellOptions {
            port: 0,
            ..ShellOptions::new(state)
        };
        let shell = Shell::start(options, vec![spec], EventBus::default())
            .await
            .expect("a shell");
        shell.ready().await;
        // In a task, like the server's handlers, because the main thread would be woken for each response.
        let control = shell.control().clone();
        let asking = tokio::spawn(async move {
            let mut times = Vec::with_capacity(ROUND_TRIPS);
            for n in 0..ROUND_TRIPS {
                let begin = Instant::now();
                let answer = control.invoke("sample", "echo", json!({ "n": n })).await;
                times.push(begin.elapsed());
                assert_eq!(answer.expect("an answer"), json!({ "n": n }));
            }
            times
        });
        let mut times = asking.await.expect("every request succeeds");
        shell.stop().await;
        percentiles(&mut times)
    });
    println!("IPC round trip: p50 {p50:.0} us, p99 {p99:.0} us");
    match node {
        Some(node) => {
            let (fork50, fork99) = node.fork_round_trip(ROUND_TRIPS);
            println!(
                "child_process.fork round trip: p50 {fork50:.0} us, p99 {fork99:.0} us (ratio {:.2}, {:.2})",
                p50 / fork50,
                p99 / fork99
            );
        }
        None => println!("child_process.fork round trip: skipped, needs node and npm"),
    }
}

fn percentiles(times: &mut [Duration]) -> (f64, f64) {
    times.sort();
    let micros = |at: usize| times[at].as_secs_f64() * 1e6;
    (micros(times.len() / 2), micros(times.len() * 99 / 100))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
