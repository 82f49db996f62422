//! Wakeups and processor time of an idle shell with an idle plugin.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use stratos_tests::ShellProcess;

const TIME: Duration = Duration::from_secs(30);

/// Counts the wakeups of all their threads, and the processor time.
pub(crate) fn idle(shell: &ShellProcess) {
    let plugin = shell.plugin("sample")["pid"].as_u64().expect("a pid");
    let processes = [("plugin", plugin), ("shell", u64::from(shell.pid()))];
    // Idle threads and connections of earlier requests end first.
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
struct CpuUsage {
    wakeups: u64,
    /// Processor time in hundredths of a second.
    ticks: u64,
}

fn threads(pid: u64) -> BTreeMap<PathBuf, CpuUsage> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
    let threads = threads.map(|thread| thread.expect("it runs").path());
    threads
        .map(|thread| {
            let status = fs::read_to_string(thread.join("status")).unwrap_or_default();
            let switches = status
                .lines()
                .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            let stat = fs::read_to_string(thread.join("stat")).unwrap_or_default();
            // The name in parentheses may contain spaces; user and system time are the 12th and 13th fields after it.
            let times = stat.rsplit(") ").next().unwrap_or_default().split(' ');
            let times = times.skip(11).take(2);
            let used = CpuUsage {
                wakeups: switches.map_or(0, |count| count.trim().parse().expect("a number")),
                ticks: times.filter_map(|time| time.parse::<u64>().ok()).sum(),
            };
            (thread, used)
        })
        .collect()
}
