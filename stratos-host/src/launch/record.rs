//! What a run has started and made, written down while it does so, for whoever cleans up after a shell that was killed.
//!
//! The first lines are on the disk before anything is started. A process is a line more as soon as it runs; until then
//! and ever after, the run's mark in its environment says whose it is. Lines are only added: a torn last one is a
//! process that has just begun.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::launch::identity::{session, start_time};
use crate::secret::random_hex;

/// Carries a run's mark to all that it starts, and to all that they start.
pub(super) const MARK: &str = "STRATOS_RUN";
const FILE: &str = "started.jsonl";

/// The record of this run.
#[derive(Debug)]
pub(super) struct Record {
    mark: String,
    path: PathBuf,
    file: Mutex<File>,
}

/// What a record says.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    pub(super) mark: String,
    /// What has left the shell's session has done so on purpose, such as a compiler's cache server.
    pub(super) session: Option<u32>,
    pub(super) sockets: Option<PathBuf>,
    /// With the seconds since 1970 at which they started.
    pub(super) processes: Vec<(u32, u64)>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Run { mark: String, session: Option<u32> },
    Sockets(PathBuf),
    Process { pid: u32, started: u64 },
}

impl Record {
    /// Begins a record in the run's folder.
    pub(super) fn begin(run: &Path, sockets: &Path) -> io::Result<Self> {
        let (mark, path) = (random_hex(32), run.join(FILE));
        let mut options = OpenOptions::new();
        let file = options.append(true).create_new(true).open(&path)?;
        let record = Self {
            mark: mark.clone(),
            path,
            file: Mutex::new(file),
        };
        let session = session();
        record.add(&Line::Run { mark, session })?;
        record.add(&Line::Sockets(sockets.to_owned()))?;
        record.file().sync_all()?;
        Ok(record)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Marks what is about to be started.
    pub(super) fn mark(&self, command: &mut Command) {
        command.env(MARK, &self.mark);
    }

    /// Writes down what has just been started.
    pub(super) fn add_process(&self, pid: Option<u32>) {
        let process = pid.and_then(|pid| Some((pid, start_time(pid)?)));
        if let Some((pid, started)) = process {
            // A full disk must not keep a plugin from running, and its mark is there all the same. A power cut ends
            // the process as well, so nothing waits for the disk.
            let _ = self.add(&Line::Process { pid, started });
        }
    }

    /// In one write, so that a kill leaves no half of it.
    fn add(&self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        self.file().write_all(text.as_bytes())
    }

    fn file(&self) -> std::sync::MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorded {
    /// Reads the record of a run's folder; what is not there or not readable says nothing.
    pub(super) fn of_run(run: &Path) -> Self {
        let text = fs::read(run.join(FILE)).unwrap_or_default();
        Self::parse(&String::from_utf8_lossy(&text))
    }

    pub(super) fn parse(text: &str) -> Self {
        let mut recorded = Self::default();
        for line in text.lines() {
            match serde_json::from_str(line) {
                Ok(Line::Run { mark, session }) => {
                    (recorded.mark, recorded.session) = (mark, session);
                }
                Ok(Line::Sockets(folder)) => recorded.sockets = Some(folder),
                Ok(Line::Process { pid, started }) => recorded.processes.push((pid, started)),
                // Torn, or of another version.
                Err(_) => {}
            }
        }
        recorded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_written_is_read_and_a_torn_line_says_nothing() {
        let run = tempfile::tempdir().unwrap();
        let record = Record::begin(run.path(), Path::new("/sockets")).unwrap();
        record.add_process(Some(std::process::id()));
        record
            .file()
            .write_all(b"{\"process\":{\"pid\":1,")
            .unwrap();
        let read = Recorded::of_run(run.path());
        assert_eq!(read.mark, record.mark);
        assert_eq!(read.sockets.as_deref(), Some(Path::new("/sockets")));
        let ours = std::process::id();
        assert!(read.processes.iter().all(|(pid, _)| *pid == ours));
        assert_eq!(read.processes.len(), usize::from(cfg!(feature = "reload")));
        assert!(Recorded::of_run(Path::new("nowhere")).processes.is_empty());
    }
}
