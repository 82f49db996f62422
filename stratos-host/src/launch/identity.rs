//! Which process is which: a number alone may be another one's by now.

#[cfg(feature = "reload")]
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// When a process started, in seconds since 1970.
#[cfg(feature = "reload")]
pub(super) fn start_time(pid: u32) -> Option<u64> {
    with_process(pid, sysinfo::Process::start_time)
}

/// The session of this process.
#[cfg(feature = "reload")]
pub(super) fn session() -> Option<u32> {
    with_process(std::process::id(), sysinfo::Process::session_id)
        .flatten()
        .map(Pid::as_u32)
}

/// Only `cargo stratos run` looks at processes.
#[cfg(not(feature = "reload"))]
pub(super) fn start_time(_: u32) -> Option<u64> {
    None
}

/// Only `cargo stratos run` looks at processes.
#[cfg(not(feature = "reload"))]
pub(super) fn session() -> Option<u32> {
    None
}

/// Looks at one process as it is now.
#[cfg(feature = "reload")]
pub(super) fn with_process<T>(pid: u32, look: impl FnOnce(&sysinfo::Process) -> T) -> Option<T> {
    let (mut system, pid) = (System::new(), Pid::from_u32(pid));
    let what = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, what);
    system.process(pid).map(look)
}
