//! Watchdog that aborts a test when a plugin blocks its thread.
//!
//! Blocked code can be neither dropped nor timed out, so the test would hang. Therefore a separate thread measures how
//! long each poll of the plugin's futures takes, and aborts the process after a while.

use std::io::Write as _;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::active_polls::{ActivePolls, Poll};

/// Handle to the watchdog thread, which ends when the handle is dropped.
#[derive(Debug)]
pub(crate) struct Watchdog {
    _stop: Sender<()>,
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
        // The poll that began first has been in progress for the longest time.
        let longest = polls.read(|polls| polls.values().next().cloned());
        if let Some(poll) = longest.filter(|poll| poll.started.elapsed() > limit) {
            abort(&poll, limit);
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
