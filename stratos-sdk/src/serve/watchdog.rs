//! Watchdog that reports the handlers, hooks and tasks which block a thread of the plugin.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use crate::active_polls::{ActivePolls, PluginPolls, Poll};

/// Time after which a poll is reported. Half a second is noticed by a person who waits for another answer.
const LIMIT: Duration = Duration::from_millis(500);
/// Interval of the looks at the polls in progress. Without any, the watchdog sleeps.
const INTERVAL: Duration = Duration::from_millis(100);

/// Starts the watchdog's thread; returns the record of polls that it watches.
pub(super) fn start(plugin: &str) -> std::io::Result<PluginPolls> {
    let (sender, woken) = sync_channel(1);
    let polls = ActivePolls::default();
    thread::Builder::new()
        .name("stratos-watchdog".to_owned())
        .spawn({
            let polls = polls.clone();
            move || watch(&polls, &woken)
        })?;
    Ok(PluginPolls {
        polls,
        plugin: plugin.into(),
        watchdog: Some(sender),
    })
}

fn watch(polls: &ActivePolls, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        let mut reported = None;
        loop {
            thread::sleep(INTERVAL);
            let Some((id, poll)) = longest(polls) else {
                break;
            };
            if poll.started.elapsed() >= LIMIT && reported != Some(id) {
                report(&poll);
                reported = Some(id);
            }
        }
    }
}

/// The poll that has been in progress for the longest time, which is the one that began first.
fn longest(polls: &ActivePolls) -> Option<(u64, Poll)> {
    polls.read(|polls| {
        let mut polls = polls.iter();
        let first = polls.find(|(_, poll)| !poll.has_panicked);
        first.map(|(id, poll)| (*id, poll.clone()))
    })
}

/// Reports on standard error, which the shell logs, because the connection may be blocked too.
#[expect(clippy::print_stderr, reason = "the shell logs it")]
fn report(Poll { future, .. }: &Poll) {
    eprintln!(
        "{future} has blocked its thread for {} s, and everything else on it waits: sleep with `stratos::tokio::time::sleep`, do long work in `stratos::tokio::task::spawn_blocking`, or serve with more threads (`stratos::ServeOptions`)",
        LIMIT.as_secs_f32()
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poll_that_panics_does_not_block_while_its_backtrace_is_resolved() {
        let polls = PluginPolls {
            polls: ActivePolls::default(),
            plugin: "fleet".into(),
            watchdog: None,
        };
        let _outer = polls.start(&"the route GET /a".into());
        let _inner = polls.start(&"the task `sync`".into());
        let longest = || longest(&polls.polls).map(|(_, poll)| poll.future);
        assert_eq!(longest().as_deref(), Some("the route GET /a"));
        let panicked = polls.panic_on_this_thread();
        assert_eq!(panicked.as_deref(), Some("the task `sync`"));
        assert_eq!(longest(), None);
    }
}
