//! A killed shell leaves no plugin process, and loses no stored value.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use stratos_tests::{
    LiveProcesses, Plugins, ShellProcess, campaign, cargo_stratos, exclusive, running_programs,
    wait_at_most, wait_until,
};

use crate::SAMPLE;

/// Time limit for the exit of plugins, with a reserve for busy machines.
const LATE: Duration = Duration::from_secs(10);

#[test]
fn a_killed_shell_leaves_no_plugin_and_loses_no_value() {
    let _lock = exclusive();
    let kills: u32 = campaign("STRATOS_KILLS", 16);
    let (plugins, watch) = (
        Plugins::new(SAMPLE, &["sample", "hangs"]),
        LiveProcesses::new(),
    );
    let state = plugins.root().join("state");
    let hidden = plugins.root().join("hangs/plugin.json");
    fs::rename(&hidden, hidden.with_extension("off")).unwrap();
    let shell = ShellProcess::start(plugins.root());
    shell.set_config("sample", "home", "\"EDDF\"");
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
        // Even rounds measure the time until a plugin runs; odd rounds kill at a random part of that time.
        if round % 2 == 0 {
            let begin = Instant::now();
            wait_until("a plugin runs", || {
                !plugin_processes(&watch, &state).is_empty()
            });
            start = begin.elapsed();
        }
        sleep(start * round / kills);
        had_plugins += u32::from(!plugin_processes(&watch, &state).is_empty());
        shell.kill().unwrap();
        shell.wait().unwrap();
        let is_clean = wait_at_most(LATE, || plugin_processes(&watch, &state).is_empty());
        assert!(is_clean, "left: {:?}", plugin_processes(&watch, &state));
    }
    println!("{kills} kills, {had_plugins} of them with plugin processes alive");
    assert!(
        had_plugins >= kills / 2,
        "plugins ran during the kills: {had_plugins}"
    );

    fs::remove_dir_all(plugins.root().join("hangs")).unwrap();
    let shell = ShellProcess::start(plugins.root());
    assert_eq!(shell.config("sample", "home"), "\"EDDF\"\n");
    shell.kill();
    for stored in 1..4_u32 {
        let shell = ShellProcess::start(plugins.root());
        let count = shell.call("sample", "count", "\"n\"").stdout;
        assert_eq!(
            count,
            format!("{stored}\n"),
            "every acknowledged value is stored"
        );
        shell.kill();
    }
}

/// The plugin processes that run, including those that have not reached their `main`.
fn plugin_processes(watch: &LiveProcesses, state: &Path) -> Vec<String> {
    let programs = running_programs(state);
    let programs = programs.into_iter().map(|path| path.display().to_string());
    watch.alive().into_iter().chain(programs).collect()
}
