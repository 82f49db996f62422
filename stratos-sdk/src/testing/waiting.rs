//! Waits that end: with what was waited for, or with words about what came instead.

use std::collections::BTreeMap;
use std::panic::Location;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use stratos_host::journal::{Entry, Journal};

use crate::testing::host::{Host, clock_is_paused};
use crate::testing::transcript::transcript;

/// How long a test waits in real time.
const REAL_DEADLINE: Duration = Duration::from_secs(10);
/// How long a test waits in virtual time, where an hour passes in no time.
const VIRTUAL_DEADLINE: Duration = Duration::from_secs(60 * 60);
/// How many lines about what came instead are worth reading.
const LINES: usize = 40;

/// Looks through the journal, and waits for what is not in it yet.
#[derive(Debug)]
pub(crate) struct Waiting {
    journal: Journal,
    pub(crate) host: Host,
    deadline: Duration,
    folders: Vec<PathBuf>,
    /// How far each kind of wait has come, so that the next one finds the next thing.
    seen: Mutex<BTreeMap<String, usize>>,
}

impl Waiting {
    pub(crate) fn new(
        journal: Journal,
        host: Host,
        deadline: Option<Duration>,
        folders: Vec<PathBuf>,
    ) -> Self {
        let default = match clock_is_paused() {
            true => VIRTUAL_DEADLINE,
            false => REAL_DEADLINE,
        };
        Self {
            journal,
            host,
            deadline: deadline.unwrap_or(default),
            folders,
            seen: Mutex::default(),
        }
    }

    /// The next entry that fits; `what` says in words what is waited for, and tells kinds of waits apart.
    pub(crate) async fn next<T>(
        &self,
        what: String,
        at: &Location<'_>,
        fits: impl Fn(&Entry) -> Option<T>,
    ) -> T {
        let find = |entries: &[Entry]| {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let seen = seen.entry(what.clone()).or_default();
            let mut new = entries.iter().enumerate().skip(*seen);
            let (index, found) = new.find_map(|(index, entry)| Some((index, fits(entry)?)))?;
            *seen = index + 1;
            Some(found)
        };
        self.within(&what, at, self.journal.find(find)).await
    }

    /// Waits for something within the deadline, which is one of the real clock where the plugin is a process.
    pub(crate) async fn within<T>(
        &self,
        what: &str,
        at: &Location<'_>,
        wait: impl Future<Output = T>,
    ) -> T {
        if self.host == Host::Process && clock_is_paused() {
            panic!(
                "{what}: virtual time (`tokio::time::pause`) exists in memory only, and this plugin is a process: \
                 say `.in_memory()`, or let the time be real; waited for at {at}"
            );
        }
        match tokio::time::timeout(self.deadline, wait).await {
            Ok(found) => found,
            Err(_) => panic!(
                "{what}: not within {:?}, waited for at {at}{}",
                self.deadline,
                self.so_far()
            ),
        }
    }

    /// The last lines of the transcript, for a message.
    pub(crate) fn so_far(&self) -> String {
        let text = self.transcript();
        let lines: Vec<_> = text.lines().collect();
        let cut = lines.len().saturating_sub(LINES);
        let head = match cut {
            _ if lines.is_empty() => return "\nnothing has happened so far".to_owned(),
            0 => "\nwhat happened so far:".to_owned(),
            cut => format!("\nwhat happened so far, without the first {cut} lines:"),
        };
        let lines = lines[cut..].iter().map(|line| format!("\n  {line}"));
        head + &lines.collect::<String>()
    }

    pub(crate) fn transcript(&self) -> String {
        let folders: Vec<_> = self.folders.iter().map(PathBuf::as_path).collect();
        self.journal.read(|entries| transcript(entries, &folders))
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }
}
