//! Cleanup after a shell that was killed: its processes, sockets and copies of programs.
//!
//! A process belongs to a killed shell if one of these holds: its id and its start time are in the run record; it has
//! the run id in its environment and is in the shell's session; or the socket in its environment is one of the run,
//! so that a plugin has started it. No other process is killed, because process ids are reused.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use stratos_protocol::environment::SOCKET;
use sysinfo::{Pid, Process};

use crate::process::kill::kill_all;
use crate::process::run_record::{RUN_ID_VARIABLE, RUN_PREFIX, RecordedRun};
use crate::process::sockets;

/// Report of a cleanup after killed shells: the killed processes and the removed folders.
#[derive(Debug, Default)]
pub struct CleanupReport {
    /// Process ids.
    killed: BTreeSet<u32>,
    /// Number of removed socket folders.
    socket_dirs: usize,
    /// Number of removed run folders.
    run_dirs: usize,
}

impl CleanupReport {
    /// Whether there was nothing to clean up.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.killed.is_empty() && self.socket_dirs == 0 && self.run_dirs == 0
    }
}

/// Cleans up after the runs whose folders are in `programs_dir`.
///
/// The caller must own the state folder, so that no other shell uses `programs_dir`.
///
/// # Errors
///
/// When `programs_dir` cannot be read.
pub fn clean_up_stale_runs(programs_dir: &Path) -> io::Result<CleanupReport> {
    let mut report = CleanupReport::default();
    let entries = match fs::read_dir(programs_dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(report),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(RUN_PREFIX) {
            continue;
        }
        clean_up(&RecordedRun::read(&entry.path()), &mut report);
        // On Windows a program that still runs cannot be removed, and its run record stays with it.
        report.run_dirs += usize::from(fs::remove_dir_all(entry.path()).is_ok());
    }
    Ok(report)
}

/// Waits until the shell has ended and cleans up after it. The shell holds the other end of `lifeline` open.
///
/// # Errors
///
/// When the run record cannot be read.
pub fn run_guardian(run_record: &Path, mut lifeline: impl Read) -> io::Result<()> {
    // Opened first: a shell that ends in order removes the file, and may still leave processes.
    let file = File::open(run_record)?;
    io::copy(&mut lifeline, &mut io::sink())?;
    let text = io::read_to_string(file)?;
    clean_up(&RecordedRun::parse(&text), &mut CleanupReport::default());
    if let Some(run_dir) = run_record.parent() {
        // A shell that ended in order has removed it.
        let _ = fs::remove_dir_all(run_dir);
    }
    Ok(())
}

fn clean_up(run: &RecordedRun, report: &mut CleanupReport) {
    let killed = kill_all(|process| {
        is_recorded(process, run) || has_run_id(process, run) || has_plugin_socket(process, run)
    });
    report.killed.extend(killed.into_keys());
    if let Some(folder) = &run.sockets {
        report.socket_dirs += usize::from(sockets::remove_stale(folder));
    }
}

fn is_recorded(process: &Process, run: &RecordedRun) -> bool {
    let process = (process.pid().as_u32(), process.start_time());
    run.processes.contains(&process)
}

/// Whether a process has the id of a recorded run in its environment, which the processes that a plugin or cargo starts
/// inherit.
fn has_run_id(process: &Process, run: &RecordedRun) -> bool {
    let variable = OsString::from(format!("{RUN_ID_VARIABLE}={}", run.run_id));
    !run.run_id.is_empty()
        && process.environ().contains(&variable)
        && process.session_id().map(Pid::as_u32) == run.session
}

/// True for all processes that a plugin has started, in any session.
fn has_plugin_socket(process: &Process, run: &RecordedRun) -> bool {
    let Some(sockets) = &run.sockets else {
        return false;
    };
    let mut variables = process.environ().iter().filter_map(|text| text.to_str());
    variables.any(|variable| match variable.split_once('=') {
        Some((SOCKET, path)) => Path::new(path).starts_with(sockets),
        _ => false,
    })
}

impl fmt::Display for CleanupReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.killed.is_empty() {
            let pids: Vec<_> = self.killed.iter().map(u32::to_string).collect();
            parts.push(format!("ended its processes ({})", pids.join(", ")));
        }
        if self.socket_dirs > 0 {
            parts.push("removed its sockets".to_owned());
        }
        if self.run_dirs > 0 {
            parts.push("removed its copies of programs".to_owned());
        }
        write!(
            f,
            "cleaned up after a shell that was killed: {}",
            parts.join(", ")
        )
    }
}
