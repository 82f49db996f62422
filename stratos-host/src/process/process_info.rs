//! Start time and session of processes. A process id alone identifies no process, because ids are reused.

#[cfg(feature = "reload")]
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// Start time of a process, in seconds since 1970.
#[cfg(feature = "reload")]
pub(super) fn start_time(pid: u32) -> Option<u64> {
    with_process(pid, sysinfo::Process::start_time)
}

/// Session id of this process.
#[cfg(feature = "reload")]
pub(super) fn session_id() -> Option<u32> {
    with_process(std::process::id(), sysinfo::Process::session_id)
        .flatten()
        .map(Pid::as_u32)
}

/// Unknown without the feature `reload`, which only `cargo stratos run` needs.
#[cfg(not(feature = "reload"))]
pub(super) fn start_time(_: u32) -> Option<u64> {
    None
}

/// Unknown without the feature `reload`, which only `cargo stratos run` needs.
#[cfg(not(feature = "reload"))]
pub(super) fn session_id() -> Option<u32> {
    None
}

/// Calls `inspect` with the current data of one process, if it exists.
#[cfg(feature = "reload")]
pub(super) fn with_process<T>(pid: u32, inspect: impl FnOnce(&sysinfo::Process) -> T) -> Option<T> {
    let (mut system, pid) = (System::new(), Pid::from_u32(pid));
    let refresh = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, refresh);
    system.process(pid).map(inspect)
}
