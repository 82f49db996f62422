//! What a shell and a plugin do that have nothing to do.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use stratos_tests::ShellProcess;

const TIME: Duration = Duration::from_secs(30);

/// Counts how often any of their threads wakes up, and the time that the processors spend on them.
pub(crate) fn idle(shell: &ShellProcess) {
    let plugin = shell.plugin("sample")["pid"].as_u64().expect("a pid");
    let processes = [("plugin", plugin), ("shell", u64::from(shell.pid()))];
    // What the questions before began ends, idle threads and connections included.
    sleep(Duration::from_secs(15));
    let before = processes.map(|(_, pid)| threads(pid));
    sleep(TIME);
    for ((name, pid), before) in processes.into_iter().zip(before) {
        let (mut wakeups, mut ticks) = (0, 0);
        for (thread, now) in threads(pid) {
            let then = before.get(&thread).copied().unwrap_or_default();
            wakeups += now.wakeups - then.wakeups;
            ticks += now.ticks - then.ticks;
        }
        println!(
            "idle {name}: {wakeups} wake-ups and {} ms of processor time in {} s",
            ticks * 10,
            TIME.as_secs()
        );
    }
}

#[derive(Clone, Copy, Default)]
struct Used {
    wakeups: u64,
    /// Of a hundredth of a second.
    ticks: u64,
}

fn threads(pid: u64) -> BTreeMap<PathBuf, Used> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
    let threads = threads.map(|thread| thread.expect("it runs").path());
    threads
        .map(|thread| {
            let status = fs::read_to_string(thread.join("status")).unwrap_or_default();
            let switches = status
                .lines()
                .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            let stat = fs::read_to_string(thread.join("stat")).unwrap_or_default();
            // The name in parentheses may have spaces; user and system time are the 12th and 13th after it.
            let times = stat.rsplit(") ").next().unwrap_or_default().split(' ');
            let times = times.skip(11).take(2);
            let used = Used {
                wakeups: switches.map_or(0, |count| count.trim().parse().expect("a number")),
                ticks: times.filter_map(|time| time.parse::<u64>().ok()).sum(),
            };
            (thread, used)
        })
        .collect()
}
