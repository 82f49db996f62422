//! A shell that is killed takes its plugins with it, and loses nothing that was stored.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use stratos_tests::{Plugins, Running, cargo_stratos};

const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
const KILLS: u32 = 50;

#[test]
fn a_killed_shell_leaves_no_process_and_loses_no_value() {
    let plugins = Plugins::new(SAMPLE, &["sample", "hangs"]);
    let state = plugins.root().join("state");
    fs::create_dir(&state).unwrap();
    let mut had_plugins = 0;
    for round in 0..KILLS {
        let mut shell = Command::new(cargo_stratos())
            .args(["run", "--port", "auto", "--json", "--state"])
            .arg(&state)
            .arg(plugins.root())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Spread over the start: before, while and after the plugins come to life.
        sleep(Duration::from_millis(u64::from(round) * 7 % 350));
        had_plugins += u32::from(!plugin_processes(&state).is_empty());
        shell.kill().unwrap();
        shell.wait().unwrap();
        let deadline = Instant::now() + Duration::from_secs(2);
        while !plugin_processes(&state).is_empty() {
            assert!(
                Instant::now() < deadline,
                "left: {:?}",
                plugin_processes(&state)
            );
            sleep(Duration::from_millis(20));
        }
    }
    println!("{KILLS} kills, {had_plugins} of them with plugin processes alive");
    assert!(
        had_plugins > KILLS / 4,
        "the kills hit running plugins: {had_plugins}"
    );

    fs::remove_dir_all(plugins.root().join("hangs")).unwrap();
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

/// The processes whose program lies in the state folder.
fn plugin_processes(state: &Path) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let programs = processes.filter_map(|process| {
        let program = fs::read_link(process.path().join("exe")).ok()?;
        program
            .starts_with(state)
            .then(|| format!("{:?} {}", process.file_name(), program.display()))
    });
    programs.collect()
}
