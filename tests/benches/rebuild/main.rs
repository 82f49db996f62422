//! Benchmarks of the build after a change: `cargo bench -p stratos-tests --bench rebuild`.
//!
//! A plugin with twenty handlers and a plain axum program with the same routes are changed in one line and built, in turn.

mod projects;

use std::process::Command;
use std::time::{Duration, Instant};

use crate::projects::Project;

const CHANGES: usize = 11;

fn main() {
    // `cargo test --benches` runs each benchmark once.
    if std::env::args().any(|argument| argument == "--test") {
        println!("figures are measured by `cargo bench -p stratos-tests --bench rebuild`");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let projects = [
        projects::bare(folder.path()),
        projects::plugin(folder.path()),
    ];
    for project in &projects {
        build(project);
    }
    let mut times = [Vec::new(), Vec::new()];
    for change in 0..CHANGES {
        for (project, times) in projects.iter().zip(&mut times) {
            project.change(change);
            times.push(build(project));
        }
    }
    let [bare, plugin] = times.map(|mut times| {
        times.sort();
        times[CHANGES / 2].as_secs_f64()
    });
    println!("rebuild of a bare axum program of 20 routes: median {bare:.2} s of {CHANGES}");
    println!(
        "rebuild of a plugin of 20 handlers: median {plugin:.2} s (ratio {:.2})",
        plugin / bare
    );
}

fn build(project: &Project) -> Duration {
    let begin = Instant::now();
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline"])
        .current_dir(&project.folder)
        .status()
        .expect("cargo runs");
    assert!(status.success(), "{}", project.folder.display());
    begin.elapsed()
}
