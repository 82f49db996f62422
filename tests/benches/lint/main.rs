//! Benchmarks of the linter: `cargo bench -p stratos-tests --bench lint`.
//!
//! The linter for comparison checks a plugin of the same size; `node -e 0` is the lower bound of a linter in JavaScript.
//! Without npm, these rows are skipped.

mod peer;
mod tree;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use stratos_tests::cargo_stratos;

use crate::peer::OtherLinter;

const RUNS: usize = 21;
const PLUGINS: usize = 10_000;

fn main() {
    // `cargo test --benches` runs each benchmark once.
    if std::env::args().any(|argument| argument == "--test") {
        println!("figures are measured by `cargo bench -p stratos-tests --bench lint`");
        return;
    }
    let one = tree::plugins(1);
    let ours = median(|| command(cargo_stratos(), &["check"], one.path()));
    println!(
        "check of one plugin folder, cold process: median {:.1} ms of {RUNS}",
        millis(ours)
    );
    beside("node -e 0", ours, || {
        command("node".as_ref(), &["-e", "0"], one.path())
    });
    match OtherLinter::install() {
        Ok(peer) => beside("streamdeck validate", ours, || peer.command()),
        Err(reason) => println!("streamdeck validate: skipped, {reason}"),
    }
    let many = tree::plugins(PLUGINS);
    let mut peak = 0;
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let begin = Instant::now();
            peak = peak.max(peak_memory(command(
                cargo_stratos(),
                &["check"],
                many.path(),
            )));
            begin.elapsed()
        })
        .collect();
    times.sort();
    println!(
        "check of {PLUGINS} plugin folders: median {:.0} ms of 5, peak memory {peak} kB",
        millis(times[2])
    );
    let few = tree::plugins(PLUGINS / 10);
    println!(
        "peak memory for {} plugin folders: {} kB",
        PLUGINS / 10,
        peak_memory(command(cargo_stratos(), &["check"], few.path()))
    );
}

/// The median of the other linter, and the factor to ours.
fn beside(name: &str, ours: Duration, peer: impl Fn() -> Command) {
    let theirs = median(peer);
    println!(
        "{name}: median {:.1} ms (ratio {:.1})",
        millis(theirs),
        theirs.as_secs_f64() / ours.as_secs_f64()
    );
}

fn median(command: impl Fn() -> Command) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let begin = Instant::now();
            let status = command().status().expect("it runs");
            assert!(status.success(), "{status}");
            begin.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

fn command(program: &Path, arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// Peak memory in kilobytes, polled until the process exits; 0 where it cannot be read.
fn peak_memory(mut command: Command) -> u64 {
    let mut child = command.spawn().expect("it runs");
    let mut peak = 0;
    while child.try_wait().expect("it can be waited for").is_none() {
        peak = peak.max(high_water_mark(child.id()).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(1));
    }
    peak
}

fn high_water_mark(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
