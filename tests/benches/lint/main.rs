//! Benchmarks of the linter: `cargo bench -p stratos-tests --bench lint`.
//!
//! `-- --against PATH` also measures another build of `cargo-stratos`. The linter for comparison checks a plugin of the
//! same size; `node -e 0` is the lower bound of a linter in JavaScript. Without npm, these rows are skipped.

mod interleave;
mod peer;
mod tree;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use stratos_tests::{Requirement, cargo_stratos};

use crate::interleave::{Contender, compare};
use crate::peer::OtherLinter;

const PLUGINS: usize = 10_000;

fn main() {
    // `cargo test --benches` runs each benchmark once.
    if std::env::args().any(|argument| argument == "--test") {
        println!("figures are measured by `cargo bench -p stratos-tests --bench lint`");
        return;
    }
    let builds = builds();

    let one = tree::plugins(1);
    let title = "check of one plugin folder, cold process";
    compare(title, &checks(&builds, one.path()), 21);

    // Apart from the builds, because a process that starts after Node finds the caches of the CPU overwritten.
    let mut contenders = checks(&builds[..1], one.path());
    if Requirement::Node.program().is_some() {
        let node = || time(command("node", &["-e", "0"], one.path()));
        contenders.push(Contender::new("node -e 0", node));
    }
    match OtherLinter::install() {
        Ok(peer) => contenders.push(Contender::new("streamdeck validate", move || {
            time(peer.command())
        })),
        Err(reason) => println!("streamdeck validate: skipped, {reason}"),
    }
    compare(title, &contenders, 21);

    let many = tree::plugins(PLUGINS);
    let title = format!("check of {PLUGINS} plugin folders");
    compare(&title, &checks(&builds, many.path()), 9);

    let few = tree::plugins(PLUGINS / 10);
    for (name, program) in &builds {
        for (count, folder) in [(PLUGINS, &many), (PLUGINS / 10, &few)] {
            let peak = peak_memory(command(program, &["check"], folder.path()));
            println!("{name}: peak memory for {count} plugin folders: {peak} kB");
        }
    }
}

/// The programs to compare: this build, and the one after `--against`.
fn builds() -> Vec<(&'static str, PathBuf)> {
    let mut builds = vec![("this build", cargo_stratos().to_owned())];
    let mut arguments = std::env::args_os().skip_while(|argument| argument != "--against");
    if arguments.next().is_some() {
        let other = arguments.next().expect("`--against` has a path");
        // The checks run in another folder.
        let other = std::path::absolute(other).expect("the path is not empty");
        builds.push(("other build", other));
    }
    builds
}

/// The check of `folder` by each build.
fn checks<'f>(builds: &'f [(&str, PathBuf)], folder: &'f Path) -> Vec<Contender<'f>> {
    let contender = |(name, program): &'f (&str, PathBuf)| {
        Contender::new(*name, move || time(command(program, &["check"], folder)))
    };
    builds.iter().map(contender).collect()
}

/// The wall-clock time from the start of the process to its end.
fn time(mut command: Command) -> Duration {
    let begin = Instant::now();
    let status = command.status().expect("it runs");
    let elapsed = begin.elapsed();
    assert!(status.success(), "{status}");
    elapsed
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
