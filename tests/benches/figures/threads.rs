//! Counters of the threads of a process, from Linux's `/proc`. Other systems have none, so all counts are zero there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Counters of a thread.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    pub(crate) wake_ups: u64,
    /// Processor time in hundredths of a second.
    pub(crate) ticks: u64,
}

/// The threads of a process.
pub(crate) fn threads(pid: u64) -> BTreeMap<PathBuf, Usage> {
    let threads = fs::read_dir(format!("/proc/{pid}/task"));
    let threads = threads.into_iter().flatten().filter_map(Result::ok);
    threads
        .map(|thread| (thread.path(), usage(&thread.path())))
        .collect()
}

/// The wake-ups so far of all threads of a process and of its children.
pub(crate) fn wake_ups_of_tree(pid: u32) -> f64 {
    let threads = with_children(pid).into_iter().flat_map(threads);
    threads.map(|(_, usage)| usage.wake_ups as f64).sum()
}

/// The resident memory of a process and of its children in kilobytes.
pub(crate) fn resident_memory_of_tree(pid: u32) -> f64 {
    with_children(pid).into_iter().map(resident_memory).sum()
}

/// The resident memory of a process in kilobytes.
pub(crate) fn resident_memory(pid: u64) -> f64 {
    let status = Path::new("/proc").join(pid.to_string()).join("status");
    let status = fs::read_to_string(status).unwrap_or_default();
    field(&status, "VmRSS:") as f64
}

/// A process and its children.
fn with_children(pid: u32) -> Vec<u64> {
    let threads = fs::read_dir(format!("/proc/{pid}/task"));
    let threads = threads.into_iter().flatten().filter_map(Result::ok);
    let children = threads.flat_map(|thread| {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        let children = children
            .split_whitespace()
            .map(|pid| pid.parse().expect("a pid"));
        children.collect::<Vec<u64>>()
    });
    children.chain([u64::from(pid)]).collect()
}

fn usage(thread: &Path) -> Usage {
    let status = fs::read_to_string(thread.join("status")).unwrap_or_default();
    let stat = fs::read_to_string(thread.join("stat")).unwrap_or_default();
    // The name in parentheses may contain spaces; user and system time are the 12th and 13th fields after it.
    let times = stat.rsplit(") ").next().unwrap_or_default().split(' ');
    let times = times.skip(11).take(2);
    Usage {
        wake_ups: field(&status, "voluntary_ctxt_switches:"),
        ticks: times.filter_map(|time| time.parse::<u64>().ok()).sum(),
    }
}

/// The number at the beginning of a field of `/proc/*/status`.
fn field(status: &str, name: &str) -> u64 {
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    let number = value.and_then(|value| value.split_whitespace().next());
    number.map_or(0, |number| number.parse().expect("a number"))
}
