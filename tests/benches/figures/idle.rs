//! What a shell and a plugin do that have nothing to do.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use stratos_tests::Running;

const TIME: Duration = Duration::from_secs(30);

/// Counts how often any of their threads wakes up, and the time that the processors spend on them.
pub(crate) fn idle(shell: &Running) {
    let plugin = shell.plugin("sample")["pid"].as_u64().expect("a pid");
    let processes = [("plugin", plugin), ("shell", u64::from(shell.pid()))];
    // What the questions before began may end.
    sleep(Duration::from_secs(5));
    let before = processes.map(|(_, pid)| Used::now(pid));
    sleep(TIME);
    for ((name, pid), before) in processes.into_iter().zip(before) {
        let now = Used::now(pid);
        println!(
            "idle {name}: {:.2} wake-ups/s, {} ms of processor time in {} s",
            (now.wakeups - before.wakeups) as f64 / TIME.as_secs_f64(),
            (now.ticks - before.ticks) * 10,
            TIME.as_secs()
        );
    }
}

struct Used {
    wakeups: u64,
    /// Of a hundredth of a second.
    ticks: u64,
}

impl Used {
    fn now(pid: u64) -> Self {
        let (mut wakeups, mut ticks) = (0, 0);
        for thread in fs::read_dir(format!("/proc/{pid}/task")).expect("it runs") {
            let thread = thread.expect("it runs").path();
            let status = fs::read_to_string(thread.join("status")).unwrap_or_default();
            let switches = status
                .lines()
                .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            wakeups += switches.map_or(0, |count| count.trim().parse::<u64>().expect("a number"));
            let stat = fs::read_to_string(thread.join("stat")).unwrap_or_default();
            // The name in parentheses may have spaces; user and system time are the 12th and 13th after it.
            let numbers = stat.rsplit(") ").next().unwrap_or_default();
            let times = numbers.split(' ').skip(11).take(2);
            ticks += times
                .filter_map(|time| time.parse::<u64>().ok())
                .sum::<u64>();
        }
        Self { wakeups, ticks }
    }
}
