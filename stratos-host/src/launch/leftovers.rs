//! Cleans up after a shell that was killed.
//!
//! A process is one of its leftovers if it has the number and the start time of the record, if it carries the run's
//! mark and has not left the shell's session, or if a plugin's socket in its environment says that a plugin started it.
//! Nothing else is ever touched: a number may be another one's by now.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use stratos_protocol::environment::SOCKET;
use stratos_transport::guard::Guard;
use sysinfo::{Pid, Process};

use crate::launch::ending::end_all;
use crate::launch::process::RUN;
use crate::launch::record::{MARK, Recorded};
use crate::launch::sockets;

/// What killed shells had left behind.
#[derive(Debug, Default)]
pub struct Cleaned {
    processes: BTreeSet<u32>,
    sockets: usize,
    programs: usize,
}

impl Cleaned {
    /// Whether there was nothing.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.processes.is_empty() && self.sockets == 0 && self.programs == 0
    }

    fn after(&mut self, recorded: &Recorded) {
        let is_ours = |process: &Process| {
            is_recorded(process, recorded)
                || is_marked(process, recorded)
                || is_of_plugin(process, recorded)
        };
        self.processes.extend(end_all(is_ours).into_keys());
        if let Some(folder) = &recorded.sockets {
            self.sockets += usize::from(sockets::remove_dead(folder));
        }
    }
}

/// Ends and removes what earlier runs left, where this process owns the folder of their programs.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn clean_up(programs: &Path) -> io::Result<Cleaned> {
    let mut cleaned = Cleaned::default();
    let runs = match fs::read_dir(programs) {
        Ok(runs) => runs,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(cleaned),
        Err(error) => return Err(error),
    };
    for run in runs {
        let run = run?;
        if !run.file_name().to_string_lossy().starts_with(RUN) {
            continue;
        }
        if Guard::Leftovers.is_on() {
            cleaned.after(&Recorded::of_run(&run.path()));
        }
        // On Windows a program that still runs stays, and with it the record.
        cleaned.programs += usize::from(fs::remove_dir_all(run.path()).is_ok());
    }
    Ok(cleaned)
}

/// Waits for the end of a shell, however it comes, and cleans up after it: the end of `lifeline` is the shell's.
///
/// A record is opened at once: a shell that ends in order removes it, and may still leave something behind.
///
/// # Errors
///
/// When the record cannot be read.
pub fn outlive(record: &Path, mut lifeline: impl Read) -> io::Result<()> {
    let file = File::open(record)?;
    io::copy(&mut lifeline, &mut io::sink())?;
    let text = io::read_to_string(file)?;
    Cleaned::default().after(&Recorded::parse(&text));
    if let Some(run) = record.parent() {
        // The copies of programs. Where the shell ended in order, they are gone.
        let _ = fs::remove_dir_all(run);
    }
    Ok(())
}

fn is_recorded(process: &Process, recorded: &Recorded) -> bool {
    let (pid, started) = (process.pid().as_u32(), process.start_time());
    recorded
        .processes
        .iter()
        .any(|(recorded, at)| *recorded == pid && (*at == started || !Guard::StartTime.is_on()))
}

/// Also what a plugin or cargo started, and what was started a moment before the kill.
fn is_marked(process: &Process, recorded: &Recorded) -> bool {
    let mark = OsString::from(format!("{MARK}={}", recorded.mark));
    !recorded.mark.is_empty()
        && process.environ().contains(&mark)
        && process.session_id().map(Pid::as_u32) == recorded.session
}

/// What a plugin started, wherever it has gone.
fn is_of_plugin(process: &Process, recorded: &Recorded) -> bool {
    let Some(sockets) = &recorded.sockets else {
        return false;
    };
    let mut variables = process
        .environ()
        .iter()
        .filter_map(|variable| variable.to_str());
    variables.any(|variable| {
        let socket = variable
            .strip_prefix(SOCKET)
            .and_then(|rest| rest.strip_prefix('='));
        socket.is_some_and(|socket| Path::new(socket).starts_with(sockets))
            && Guard::Escaped.is_on()
    })
}

impl fmt::Display for Cleaned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.processes.is_empty() {
            let pids: Vec<_> = self.processes.iter().map(u32::to_string).collect();
            parts.push(format!(
                "ended what still ran (process {})",
                pids.join(", ")
            ));
        }
        if self.sockets > 0 {
            parts.push("removed its sockets".to_owned());
        }
        if self.programs > 0 {
            parts.push("removed its copies of programs".to_owned());
        }
        write!(
            f,
            "cleaned up after a shell that was killed: {}",
            parts.join(", ")
        )
    }
}
