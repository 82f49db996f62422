//! Kills all processes that match a predicate, on the whole system.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

use sysinfo::{Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};
use tracing::debug;

use crate::process::process_info::with_process;

/// Upper bound for the number of searches: a process may have started another one just before it was killed.
const MAX_SEARCHES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// Kills all processes that match, until a search finds none; returns their process ids and names.
///
/// Reads the environment of every process and sleeps, so it must run on a blocking thread.
pub(super) fn kill_all(matches: impl Fn(&Process) -> bool) -> BTreeMap<u32, String> {
    let mut killed = BTreeMap::new();
    for _ in 0..MAX_SEARCHES {
        let found = find(&matches);
        if found.is_empty() {
            break;
        }
        for process in found {
            if kill(process.pid, process.start_time) {
                debug!(pid = process.pid, name = process.name, "process killed");
                killed.insert(process.pid, process.name);
            }
        }
        sleep(PAUSE);
    }
    killed
}

/// A process that matched.
struct Found {
    pid: u32,
    /// Seconds since 1970.
    start_time: u64,
    name: String,
}

fn find(matches: impl Fn(&Process) -> bool) -> Vec<Found> {
    let mut system = System::new();
    let refresh = ProcessRefreshKind::nothing()
        .without_tasks()
        .with_environ(UpdateKind::Always);
    system.refresh_processes_specifics(ProcessesToUpdate::All, false, refresh);
    let this_process = std::process::id();
    let alive = system.processes().values().filter(|process| {
        let has_exited = matches!(
            process.status(),
            ProcessStatus::Zombie | ProcessStatus::Dead
        );
        !has_exited && process.pid().as_u32() != this_process
    });
    alive
        .filter(|process| matches(process))
        .map(|process| Found {
            pid: process.pid().as_u32(),
            start_time: process.start_time(),
            name: process.name().to_string_lossy().into_owned(),
        })
        .collect()
}

/// Kills a process, unless its id belongs to another process by now: the search over all processes takes a while.
fn kill(pid: u32, start_time: u64) -> bool {
    let kill = |process: &Process| process.start_time() == start_time && process.kill();
    with_process(pid, kill) == Some(true)
}
