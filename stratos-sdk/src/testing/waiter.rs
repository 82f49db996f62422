//! Waits of a test, with timeouts and readable failures.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::panic::Location;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use stratos_host::event::{Entry, Journal};

use crate::testing::host_kind::{HostKind, clock_is_paused};
use crate::testing::transcript::transcript;

/// Default timeout in real time.
const REAL_TIMEOUT: Duration = Duration::from_secs(10);
/// Default timeout in virtual time, where a day passes at once: a flight may take half of it.
const VIRTUAL_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
/// Length of the transcript in a failure message, in lines.
const MESSAGE_LINES: usize = 40;

/// Waits for journal entries and for operations of the shell.
#[derive(Debug)]
pub(crate) struct Waiter {
    journal: Journal,
    pub(crate) host: HostKind,
    timeout: Duration,
    /// Folders to redact in transcripts.
    folders: Vec<PathBuf>,
    /// Number of journal entries that each kind of wait has consumed, by its description.
    consumed: Mutex<BTreeMap<String, usize>>,
}

impl Waiter {
    /// `timeout` limits each wait. The default depends on the clock: 10 s of real or one day of virtual time.
    pub(crate) fn new(
        journal: Journal,
        host: HostKind,
        timeout: Option<Duration>,
        folders: Vec<PathBuf>,
    ) -> Self {
        let default = match clock_is_paused() {
            true => VIRTUAL_TIMEOUT,
            false => REAL_TIMEOUT,
        };
        Self {
            journal,
            host,
            timeout: timeout.unwrap_or(default),
            folders,
            consumed: Mutex::default(),
        }
    }

    /// Waits for the next journal entry for which `select` returns a value.
    ///
    /// `what` describes the wait in the failure message. Waits with the same description consume the journal together,
    /// so that each entry is returned once.
    pub(crate) async fn next<T>(
        &self,
        what: String,
        at: &Location<'_>,
        select: impl Fn(&Entry) -> Option<T>,
    ) -> T {
        self.next_from(0, what, at, select).await
    }

    /// Like [`next`](Self::next), for an entry that is not before the one with the index `begin`.
    pub(crate) async fn next_from<T>(
        &self,
        begin: usize,
        what: String,
        at: &Location<'_>,
        select: impl Fn(&Entry) -> Option<T>,
    ) -> T {
        let find = |entries: &[Entry]| {
            let mut consumed = self.consumed.lock().unwrap_or_else(PoisonError::into_inner);
            let consumed = consumed.entry(what.clone()).or_default();
            *consumed = begin.max(*consumed);
            let mut new = entries.iter().enumerate().skip(*consumed);
            let (index, found) = new.find_map(|(index, entry)| Some((index, select(entry)?)))?;
            *consumed = index + 1;
            Some(found)
        };
        self.within(&what, at, self.journal.find(find)).await
    }

    /// Awaits a future with the timeout. `what` and `at` tell in the failure message what was awaited where.
    ///
    /// # Panics
    ///
    /// After the timeout, and if the clock is paused although the plugins are processes.
    pub(crate) async fn within<T>(
        &self,
        what: &str,
        at: &Location<'_>,
        future: impl Future<Output = T>,
    ) -> T {
        if self.host == HostKind::Process && clock_is_paused() {
            panic!(
                "{what}: virtual time (`tokio::time::pause`) works in memory only, and this plugin is a process: \
                 call `.in_memory()`, or use real time; waited for at {at}"
            );
        }
        let Ok(output) = tokio::time::timeout(self.timeout, future).await else {
            let is_real_time = self.host == HostKind::Memory && !clock_is_paused();
            let hint = match is_real_time {
                true => {
                    " of real time (`#[tokio::test(start_paused = true)]` skips times of waiting)"
                }
                false => "",
            };
            let (timeout, transcript) = (self.timeout, self.recent_transcript());
            panic!("{what}: not within {timeout:?}{hint}, waited for at {at}{transcript}");
        };
        output
    }

    /// Like [`within`](Self::within), for an operation whose error fails the test.
    pub(crate) async fn success_within<T, E: Display>(
        &self,
        what: &str,
        at: &Location<'_>,
        operation: impl Future<Output = Result<T, E>>,
    ) -> T {
        let outcome = self.within(what, at, operation).await;
        outcome.unwrap_or_else(|error| panic!("{error}, at {at}"))
    }

    /// Last lines of the transcript, as an appendix to a failure message.
    pub(crate) fn recent_transcript(&self) -> String {
        let transcript = self.transcript();
        let lines: Vec<_> = transcript.lines().collect();
        let omitted = lines.len().saturating_sub(MESSAGE_LINES);
        let heading = match omitted {
            _ if lines.is_empty() => return "\ntranscript so far: empty".to_owned(),
            0 => "\ntranscript so far:".to_owned(),
            omitted => format!("\ntranscript so far, without the first {omitted} lines:"),
        };
        let lines = lines[omitted..].iter().map(|line| format!("\n  {line}"));
        heading + &lines.collect::<String>()
    }

    pub(crate) fn transcript(&self) -> String {
        let folders: Vec<_> = self.folders.iter().map(PathBuf::as_path).collect();
        self.journal.read(|entries| transcript(entries, &folders))
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }
}
