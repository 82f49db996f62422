//! A shell that is killed takes its plugins with it, and loses nothing that was stored.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use stratos_tests::{Plugins, Running, Watch, campaign, cargo_stratos, exclusive};

use crate::SAMPLE;

/// They end at once, but a busy machine may take longer for everything.
const LATE: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_killed_shell_leaves_no_process_and_loses_no_value() {
    let _lock = exclusive();
    let kills: u32 = campaign("STRATOS_KILLS", 16);
    let (plugins, watch) = (Plugins::new(SAMPLE, &["sample", "hangs"]), Watch::new());
    let state = plugins.root().join("state");
    let hidden = plugins.root().join("hangs/plugin.json");
    fs::rename(&hidden, hidden.with_extension("off")).unwrap();
    let shell = Running::start(plugins.root());
    assert_eq!(
        shell
            .command(&["config", "set", "sample", "home", "\"EDDF\""])
            .code,
        Some(0)
    );
    shell.kill();
    fs::rename(hidden.with_extension("off"), &hidden).unwrap();
    let (mut start, mut had_plugins) = (Duration::ZERO, 0);
    for round in 0..kills {
        let mut shell = Command::new(cargo_stratos())
            .args(["run", "--port", "auto", "--json", "--state"])
            .arg(&state)
            .arg(plugins.root())
            .envs([watch.env()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // Every other one before plugins come to life, and the rest while they do and after, however long that takes.
        if round % 2 == 0 {
            let begin = Instant::now();
            while left(&watch, &state).is_empty() {
                assert!(begin.elapsed() < PATIENCE, "no plugin comes to life");
                sleep(Duration::from_millis(1));
            }
            start = begin.elapsed();
        }
        sleep(start * round / kills);
        had_plugins += u32::from(!left(&watch, &state).is_empty());
        shell.kill().unwrap();
        shell.wait().unwrap();
        let deadline = Instant::now() + LATE;
        while !left(&watch, &state).is_empty() {
            assert!(
                Instant::now() < deadline,
                "left: {:?}",
                left(&watch, &state)
            );
            sleep(Duration::from_millis(20));
        }
    }
    println!("{kills} kills, {had_plugins} of them with plugin processes alive");
    assert!(
        had_plugins >= kills / 2,
        "the kills hit running plugins: {had_plugins}"
    );

    fs::remove_dir_all(plugins.root().join("hangs")).unwrap();
    let shell = Running::start(plugins.root());
    assert_eq!(
        shell.command(&["config", "get", "sample", "home"]).stdout,
        "\"EDDF\"\n"
    );
    shell.kill();
    for stored in 1..4_u32 {
        let shell = Running::start(plugins.root());
        let count = shell.call("sample", "count", "\"n\"").stdout;
        assert_eq!(
            count,
            format!("{stored}\n"),
            "everything that was answered is there"
        );
        shell.kill();
    }
}

/// The plugin processes that live, also those that have not come to their `main` yet.
fn left(watch: &Watch, state: &Path) -> Vec<String> {
    let mut left = watch.alive();
    if cfg!(target_os = "linux") {
        let processes = fs::read_dir("/proc").unwrap().map_while(Result::ok);
        let programs =
            processes.filter_map(|process| fs::read_link(process.path().join("exe")).ok());
        left.extend(
            programs
                .filter(|path| path.starts_with(state))
                .map(|path| path.display().to_string()),
        );
    }
    left
}
