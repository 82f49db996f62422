//! Benchmarks of the linter: `cargo bench -p stratos-tests --bench lint`.
//!
//! `-- --against PATH` also measures another build of `cargo-stratos`. The linter for comparison checks a plugin of the
//! same size; `node -e 0` is the lower bound of a linter in JavaScript. Without npm, these rows are skipped.

mod peer;
mod tree;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use stratos_tests::{Comparison, Requirement, cargo_stratos, other_build};

use crate::peer::OtherLinter;

const PLUGINS: usize = 10_000;

fn main() {
    // `cargo test --benches` runs each benchmark once.
    if std::env::args().any(|argument| argument == "--test") {
        println!("figures are measured by `cargo bench -p stratos-tests --bench lint`");
        return;
    }
    let mut builds = vec![("this build", cargo_stratos().to_owned())];
    builds.extend(other_build().map(|program| ("other build", program)));

    let one = tree::plugins(1);
    let metric = ["check of one plugin folder, cold process, in ms"];
    checks(&builds, one.path()).run(21, &metric);

    // Apart from the builds, because a process that starts after Node finds the caches of the CPU overwritten.
    let mut comparison = checks(&builds[..1], one.path());
    match Requirement::Node.program() {
        Some(_) => {
            let node = || vec![millis(command("node", &["-e", "0"], one.path()))];
            comparison = comparison.with("node -e 0", node);
        }
        None => println!("node -e 0: skipped, needs node"),
    }
    match OtherLinter::install() {
        Ok(peer) => {
            let validate = move || vec![millis(peer.command())];
            comparison = comparison.with("streamdeck validate", validate);
        }
        Err(reason) => println!("streamdeck validate: skipped, {reason}"),
    }
    comparison.run(21, &metric);

    let many = tree::plugins(PLUGINS);
    let metric = format!("check of {PLUGINS} plugin folders, in ms");
    checks(&builds, many.path()).run(9, &[&metric]);

    let few = tree::plugins(PLUGINS / 10);
    for (name, program) in &builds {
        for (count, folder) in [(PLUGINS, &many), (PLUGINS / 10, &few)] {
            let peak = peak_memory(command(program, &["check"], folder.path()));
            println!("{name}: peak memory for {count} plugin folders: {peak} kB");
        }
    }
}

/// The check of `folder` by each build.
fn checks<'f>(builds: &'f [(&str, PathBuf)], folder: &'f Path) -> Comparison<'f> {
    let checks = Comparison::default();
    builds.iter().fold(checks, |checks, (name, program)| {
        checks.with(name, move || {
            vec![millis(command(program, &["check"], folder))]
        })
    })
}

/// The wall-clock time from the start of the process to its end, in milliseconds.
fn millis(mut command: Command) -> f64 {
    let begin = Instant::now();
    let status = command.status().expect("it runs");
    let elapsed = begin.elapsed();
    assert!(status.success(), "{status}");
    elapsed.as_secs_f64() * 1e3
}

fn command(program: impl AsRef<OsStr>, arguments: &[&str], folder: &Path) -> Command {
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
