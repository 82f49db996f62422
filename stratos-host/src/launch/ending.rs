//! Ends processes by what tells whose they are, wherever they have gone.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

use sysinfo::{Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};

use crate::launch::identity::with_process;

/// How often to look again: what is being ended may have started something a moment ago.
const ROUNDS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// Ends all processes of which this is true, until there are none; returns their numbers and names.
///
/// It reads the environment of every process and waits: not for a thread that others need.
pub(super) fn end_all(is_ours: impl Fn(&Process) -> bool) -> BTreeMap<u32, String> {
    let mut ended = BTreeMap::new();
    for _ in 0..ROUNDS {
        let found = find(&is_ours);
        if found.is_empty() {
            break;
        }
        for (pid, (started, name)) in found {
            if end(pid, started) {
                ended.insert(pid, name);
            }
        }
        sleep(PAUSE);
    }
    ended
}

/// With the seconds since 1970 at which they started.
fn find(is_ours: impl Fn(&Process) -> bool) -> BTreeMap<u32, (u64, String)> {
    let mut system = System::new();
    let what = ProcessRefreshKind::nothing()
        .without_tasks()
        .with_environ(UpdateKind::Always);
    system.refresh_processes_specifics(ProcessesToUpdate::All, false, what);
    let ourselves = std::process::id();
    let alive = system.processes().values().filter(|process| {
        let has_ended = matches!(
            process.status(),
            ProcessStatus::Zombie | ProcessStatus::Dead
        );
        !has_ended && process.pid().as_u32() != ourselves
    });
    alive
        .filter(|process| is_ours(process))
        .map(|process| {
            let name = process.name().to_string_lossy().into_owned();
            (process.pid().as_u32(), (process.start_time(), name))
        })
        .collect()
}

/// Once more, since looking at all processes takes a while: only if it is still the same one.
fn end(pid: u32, started: u64) -> bool {
    let is_ended = |process: &Process| process.start_time() == started && process.kill();
    with_process(pid, is_ended) == Some(true)
}
