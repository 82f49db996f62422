//! Benchmarks from a saved file to the new response: `cargo bench -p stratos-tests --bench reload`.
//!
//! Two copies of a plugin are changed in turn: one is built by `cargo build`, the other by the shell that watches it. The
//! first builds take a minute or two. `-- steady` measures only the load during reloads.

mod project;
mod steady;
mod vite;

use std::thread::sleep;
use std::time::{Duration, Instant};

use stratos_tests::{RunOptions, ShellProcess};

use crate::project::Project;
use crate::vite::Vite;

const ROUNDS: u32 = 20;
const ANSWERS: usize = 1000;

fn main() {
    // `cargo test --benches` runs each benchmark once.
    if std::env::args().any(|argument| argument == "--test") {
        println!("figures are measured by `cargo bench -p stratos-tests --bench reload`");
        return;
    }
    if std::env::args().any(|argument| argument == "steady") {
        return steady::steady_load();
    }
    let (bare, watched) = (Project::new(), Project::new());
    bare.build();
    watched.build();
    let options = RunOptions {
        watch: true,
        state: Some(watched.state()),
        ..RunOptions::default()
    };
    let mut shell = ShellProcess::start_with(&watched.folder(), options);
    assert_eq!(answer(&shell), "version 0");

    let (mut builds, mut reloads) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        bare.save(round);
        let begin = Instant::now();
        bare.build();
        builds.push(begin.elapsed());

        watched.save(round);
        let begin = Instant::now();
        let expected = format!("version {round}");
        while answer(&shell) != expected {
            sleep(Duration::from_millis(2));
        }
        reloads.push(begin.elapsed());
        shell.wait_for_reload("demo");
    }
    let (build, reload) = (percentiles(&mut builds), percentiles(&mut reloads));
    show("bare cargo build of a change", build);
    show("from the save to the new answer", reload);
    println!(
        "ratio: p50 {:.2}, p95 {:.2} ({ROUNDS} rounds)",
        reload.0 / build.0,
        reload.1 / build.1
    );

    match Vite::start() {
        Some(vite) => {
            let mut times: Vec<_> = (1..=ROUNDS).map(|round| vite.reload(round)).collect();
            let name = "vite, which compiles nothing, from the save to the new answer";
            show(name, percentiles(&mut times));
        }
        None => println!("vite: skipped, needs node, npm and a registry"),
    }

    let normal = latency(&shell);
    watched.break_it();
    shell.wait_for_build("demo", "started");
    let building = latency(&shell);
    shell.wait_for_build("demo", "failed");
    let broken = latency(&shell);
    show("answer, nothing being built", normal);
    show(
        "answer of the last good version while cargo builds",
        building,
    );
    show("answer of the last good version, newest broken", broken);
    drop(shell);
    steady::steady_load();
}

fn answer(shell: &ShellProcess) -> String {
    shell.get("/api/demo/version").body
}

/// Sends each request on a new connection.
fn latency(shell: &ShellProcess) -> (f64, f64) {
    let mut times: Vec<_> = (0..ANSWERS)
        .map(|_| {
            let begin = Instant::now();
            assert_eq!(shell.get("/api/demo/version").status, 200);
            begin.elapsed()
        })
        .collect();
    percentiles(&mut times)
}

/// The 50th and 95th percentiles in milliseconds.
fn percentiles(times: &mut [Duration]) -> (f64, f64) {
    times.sort();
    let millis = |at: usize| times[at].as_secs_f64() * 1e3;
    (millis(times.len() / 2), millis(times.len() * 95 / 100))
}

fn show(what: &str, (p50, p95): (f64, f64)) {
    println!("{what}: p50 {p50:.2} ms, p95 {p95:.2} ms");
}
