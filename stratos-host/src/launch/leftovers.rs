//! Cleans up after a shell that was killed.
//!
//! A process is one of its leftovers if it has the number and the start time of the record, or if it carries the run's
//! mark and has not left the shell's session. Nothing else is ever touched: a number may be another one's by now.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use stratos_transport::guard::Guard;
use sysinfo::{
    Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind,
};

use crate::launch::identity::with_process;
use crate::launch::process::RUN;
use crate::launch::record::{MARK, Recorded};
use crate::launch::sockets;

/// How often to look again: what is being ended may have started something a moment ago.
const ROUNDS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

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
        self.processes.extend(end_processes(recorded));
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

/// Ends what still lives, until there is nothing.
fn end_processes(recorded: &Recorded) -> BTreeSet<u32> {
    let mut ended = BTreeSet::new();
    for _ in 0..ROUNDS {
        let found = find(recorded);
        if found.is_empty() {
            break;
        }
        for (pid, started) in found {
            if end(pid, started) {
                ended.insert(pid);
            }
        }
        sleep(PAUSE);
    }
    ended
}

fn find(recorded: &Recorded) -> BTreeMap<u32, u64> {
    let mut system = System::new();
    let what = ProcessRefreshKind::nothing()
        .without_tasks()
        .with_environ(UpdateKind::Always);
    system.refresh_processes_specifics(ProcessesToUpdate::All, false, what);
    let ours = std::process::id();
    let alive = system.processes().values().filter(|process| {
        let has_ended = matches!(
            process.status(),
            ProcessStatus::Zombie | ProcessStatus::Dead
        );
        !has_ended && process.pid().as_u32() != ours
    });
    alive
        .filter(|process| is_recorded(process, recorded) || is_marked(process, recorded))
        .map(|process| (process.pid().as_u32(), process.start_time()))
        .collect()
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

/// Once more, since looking at all processes takes a while: only if it is still the same one.
fn end(pid: u32, started: u64) -> bool {
    let is_ended = |process: &Process| process.start_time() == started && process.kill();
    with_process(pid, is_ended) == Some(true)
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
