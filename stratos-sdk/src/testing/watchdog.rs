//! Watchdog that aborts a test when a plugin blocks its thread.
//!
//! Blocked code can be neither dropped nor timed out, so the test would hang. Therefore a separate thread measures how
//! long each poll of the plugin's futures takes, and aborts the process after a while.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::instrument::PollObserver;

/// Polls in progress of the futures of all plugins. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct ActivePolls(Arc<Mutex<Polls>>);

#[derive(Debug, Default)]
struct Polls {
    last_id: u64,
    by_id: BTreeMap<u64, Poll>,
}

#[derive(Debug)]
struct Poll {
    plugin: Arc<str>,
    future: Arc<str>,
    started: Instant,
}

/// Records the polls of one plugin's futures in [`ActivePolls`].
#[derive(Debug)]
struct PluginObserver {
    polls: ActivePolls,
    plugin: Arc<str>,
}

/// Handle to the watchdog thread, which ends when the handle is dropped.
#[derive(Debug)]
pub(crate) struct Watchdog {
    _stop: Sender<()>,
}

impl ActivePolls {
    pub(crate) fn observer(&self, plugin: &str) -> Arc<dyn PollObserver> {
        Arc::new(PluginObserver {
            polls: self.clone(),
            plugin: plugin.into(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Polls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PollObserver for PluginObserver {
    fn poll_started(&self, name: &Arc<str>) -> u64 {
        let mut polls = self.polls.lock();
        polls.last_id += 1;
        let id = polls.last_id;
        let poll = Poll {
            plugin: Arc::clone(&self.plugin),
            future: Arc::clone(name),
            started: Instant::now(),
        };
        polls.by_id.insert(id, poll);
        id
    }

    fn poll_ended(&self, id: u64) {
        self.polls.lock().by_id.remove(&id);
    }
}

impl Watchdog {
    /// Starts a thread that aborts the process when a poll takes longer than `limit`.
    pub(crate) fn start(polls: ActivePolls, limit: Duration) -> Self {
        let (stop, stopped) = channel();
        thread::Builder::new()
            .name("stratos-watchdog".to_owned())
            .spawn(move || watch(&polls, limit, &stopped))
            .expect("the operating system can start a thread");
        Self { _stop: stop }
    }
}

fn watch(polls: &ActivePolls, limit: Duration, stopped: &Receiver<()>) {
    let interval = (limit / 10).clamp(Duration::from_millis(10), Duration::from_millis(500));
    while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
        let polls = polls.lock();
        let longest = polls.by_id.values().min_by_key(|poll| poll.started);
        if let Some(poll) = longest.filter(|poll| poll.started.elapsed() > limit) {
            abort(poll, limit);
        }
    }
}

fn abort(Poll { plugin, future, .. }: &Poll, limit: Duration) {
    let message = format!(
        "\nerror: plugin `{plugin}` blocks its thread: {future} has not reached an `.await` for {limit:?}
       The blocked thread cannot be interrupted and the test would hang, so this process is aborted.
 help: wait with `stratos::tokio::time::sleep`, and do long work in `stratos::tokio::task::spawn_blocking`;
       `TestShellBuilder::watchdog` sets another limit\n"
    );
    // The test harness captures `eprintln!`. An error of the write cannot be reported anywhere.
    let _ = std::io::stderr().write_all(message.as_bytes());
    std::process::abort();
}
