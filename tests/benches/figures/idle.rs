//! Wake-ups and processor time of an idle shell with an idle plugin.

use std::thread::sleep;
use std::time::Duration;

use stratos_tests::ShellProcess;

use crate::threads::threads;

const TIME: Duration = Duration::from_secs(30);

/// Counts the wake-ups of all their threads, and the processor time.
pub(crate) fn idle(shell: &ShellProcess) {
    let plugin = shell.plugin("sample")["pid"].as_u64().expect("a pid");
    let processes = [("plugin", plugin), ("shell", u64::from(shell.pid()))];
    // Idle threads and connections of earlier requests end first.
    sleep(Duration::from_secs(15));
    let before = processes.map(|(_, pid)| threads(pid));
    sleep(TIME);
    for ((name, pid), before) in processes.into_iter().zip(before) {
        let (mut wake_ups, mut ticks) = (0, 0);
        for (thread, now) in threads(pid) {
            let then = before.get(&thread).copied().unwrap_or_default();
            wake_ups += now.wake_ups - then.wake_ups;
            ticks += now.ticks - then.ticks;
        }
        println!(
            "idle {name}: {wake_ups} wake-ups and {} ms of processor time in {} s",
            ticks * 10,
            TIME.as_secs()
        );
    }
}
