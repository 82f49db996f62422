//! Simulator data at 20 frames a second to 20 plugins, one of which sleeps after each frame.

use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use stratos_tests::{Plugins, ShellProcess};

use crate::threads::{resident_memory, threads};

const READER: &str = env!("CARGO_BIN_EXE_frame-reader-plugin");
const TIME: Duration = Duration::from_secs(60);
const READERS: usize = 19;

/// Prints the processor time of shell and plugins over a minute, the missed frames, and the memory at both ends.
pub(crate) fn sim_data() {
    let mut ids: Vec<_> = (0..READERS)
        .map(|number| format!("reader-{number}"))
        .collect();
    ids.push("slow-reader".to_owned());
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let plugins = Plugins::new(READER, &ids);
    let shell = ShellProcess::start(plugins.root());
    let started = shell.command(&["flight", "start", "EDDF", "LGIR", "--phase", "cruise"]);
    assert_eq!(started.code, Some(0), "{started:?}");
    // The first frames allocate what stays.
    sleep(Duration::from_secs(10));
    let pid = |id: &str| shell.plugin(id)["pid"].as_u64().expect("a pid");
    let shell_pid = u64::from(shell.pid());
    let readers: Vec<_> = ids.iter().map(|id| pid(id)).collect();
    let measure = || {
        let time = |pid: u64| {
            threads(pid)
                .values()
                .map(|usage| usage.ticks * 10)
                .sum::<u64>()
        };
        let memory = readers.iter().map(|pid| resident_memory(*pid)).sum::<f64>();
        let times = readers.iter().map(|pid| time(*pid)).sum::<u64>();
        (time(shell_pid), times, resident_memory(shell_pid), memory)
    };
    let frames = |id: &str| -> [u64; 2] {
        let answer = shell.call(id, "frames", "null");
        let answer: Value = serde_json::from_str(&answer.stdout).expect("JSON");
        serde_json::from_value(answer).expect("two numbers")
    };
    let (before, before_frames) = (measure(), frames("reader-0"));
    sleep(TIME);
    let (after, after_frames) = (measure(), frames("reader-0"));
    let seconds = TIME.as_secs();
    println!(
        "sim data: {} frames in {seconds} s to {} plugins; processor time of the shell {} ms, of all plugins {} ms",
        after_frames[0] - before_frames[0],
        ids.len(),
        after.0 - before.0,
        after.1 - before.1,
    );
    println!(
        "sim data: resident memory of the shell {:.0} to {:.0} kB, of all plugins {:.0} to {:.0} kB",
        before.2, after.2, before.3, after.3,
    );
    let missed: u64 = ids[..READERS].iter().map(|id| frames(id)[1]).sum();
    let [read, missed_by_slow] = frames("slow-reader");
    println!(
        "sim data: {missed} frames missed by the {READERS} others; the one that sleeps read {read} and missed {missed_by_slow}"
    );
}
