//! The run record: a file that lists what a shell has started, for the cleanup after a shell that was killed.
//!
//! The first lines are synced to the disk before anything is started. A line for each process follows as soon as it
//! runs; before and after that, the process is recognised by the run id in its environment. Lines are only appended,
//! so an incomplete last line belongs to a process that has just started.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::process::process_info::{session_id, start_time};
use crate::token::random_hex;

/// Prefix of the names of run folders, which hold the run record and the copies of programs.
pub(super) const RUN_PREFIX: &str = "run-";
/// Environment variable with the run id, which all processes of a run inherit.
pub(super) const RUN_ID_VARIABLE: &str = "STRATOS_RUN";
const FILE_NAME: &str = "started.jsonl";

/// The open record of the current run.
#[derive(Debug)]
pub(super) struct RunRecord {
    run_id: String,
    path: PathBuf,
    file: Mutex<File>,
}

/// The content of a run record.
#[derive(Debug, Default)]
pub(super) struct RecordedRun {
    pub(super) run_id: String,
    /// Session id of the shell. A process in another session has left on purpose, such as a compiler's cache server.
    pub(super) session: Option<u32>,
    pub(super) sockets: Option<PathBuf>,
    /// Process ids with start times in seconds since 1970.
    pub(super) processes: Vec<(u32, u64)>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Run {
        #[serde(rename = "mark")]
        run_id: String,
        session: Option<u32>,
    },
    Sockets(PathBuf),
    Process {
        pid: u32,
        started: u64,
    },
}

impl RunRecord {
    /// Creates the record in a run folder and syncs its first lines to the disk.
    pub(super) fn create(run_dir: &Path, sockets: &Path) -> io::Result<Self> {
        let path = run_dir.join(FILE_NAME);
        let mut options = OpenOptions::new();
        let file = options.append(true).create_new(true).open(&path)?;
        let record = Self {
            run_id: random_hex(32),
            path,
            file: Mutex::new(file),
        };
        record.append(&Line::Run {
            run_id: record.run_id.clone(),
            session: session_id(),
        })?;
        record.append(&Line::Sockets(sockets.to_owned()))?;
        record.file().sync_all()?;
        Ok(record)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds the run id to the environment of a command that is about to be spawned.
    pub(super) fn mark(&self, command: &mut Command) {
        command.env(RUN_ID_VARIABLE, &self.run_id);
    }

    /// Appends a process that was just spawned.
    pub(super) fn add_process(&self, pid: Option<u32>) {
        let process = pid.and_then(|pid| Some((pid, start_time(pid)?)));
        if let Some((pid, started)) = process {
            // An error, for example a full disk, does not stop the plugin: its environment has the run id. There is no
            // sync, because a power cut ends the process as well.
            let _ = self.append(&Line::Process { pid, started });
        }
    }

    /// Appends a line in one write, so that a kill of this process leaves no partial line.
    fn append(&self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        self.file().write_all(text.as_bytes())
    }

    fn file(&self) -> std::sync::MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecordedRun {
    /// Reads the record of a run folder; empty if it is missing or unreadable.
    pub(super) fn read(run_dir: &Path) -> Self {
        let text = fs::read(run_dir.join(FILE_NAME)).unwrap_or_default();
        Self::parse(&String::from_utf8_lossy(&text))
    }

    pub(super) fn parse(text: &str) -> Self {
        let mut run = Self::default();
        for line in text.lines() {
            match serde_json::from_str(line) {
                Ok(Line::Run { run_id, session }) => (run.run_id, run.session) = (run_id, session),
                Ok(Line::Sockets(folder)) => run.sockets = Some(folder),
                Ok(Line::Process { pid, started }) => run.processes.push((pid, started)),
                // Incomplete, or written by another version.
                Err(_) => {}
            }
        }
        run
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_record_is_read_back_without_its_incomplete_last_line() {
        let run_dir = tempfile::tempdir().unwrap();
        let record = RunRecord::create(run_dir.path(), Path::new("/sockets")).unwrap();
        record.add_process(Some(std::process::id()));
        let partial = b"{\"process\":{\"pid\":1,";
        record.file().write_all(partial).unwrap();
        let read = RecordedRun::read(run_dir.path());
        assert_eq!(read.run_id, record.run_id);
        assert_eq!(read.sockets.as_deref(), Some(Path::new("/sockets")));
        let this_process = std::process::id();
        assert!(read.processes.iter().all(|(pid, _)| *pid == this_process));
        assert_eq!(read.processes.len(), usize::from(cfg!(feature = "reload")));
        assert!(RecordedRun::read(Path::new("nowhere")).processes.is_empty());
    }
}
