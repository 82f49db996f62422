//! Observation of plugins while a scenario is played.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use crate::control::Control;
use crate::event::Event;
use crate::scenario::duration::format_duration;
use crate::scenario::expectation::Expectation;
use crate::scenario::json_subset::is_subset;

/// Bounds of the recorded events, in number and in bytes; the oldest events are dropped.
const MAX_EVENTS: usize = 10_000;
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Interval at which a config value is read.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// Number of recorded events that a failure message contains.
const MAX_REPORTED: usize = 3;

/// Records all events since its creation, and waits for expectations.
#[derive(Debug)]
pub(super) struct Observer {
    control: Control,
    /// Recorded events, the latest first.
    events: watch::Receiver<VecDeque<Arc<Event>>>,
    _task: AbortOnDropHandle<()>,
}

impl Observer {
    pub(super) fn new(control: &Control) -> Self {
        let mut subscriber = control.subscribe();
        let (sender, events) = watch::channel(VecDeque::new());
        let mut bytes = 0;
        let task = tokio::spawn(async move {
            while let Some(event) = subscriber.next().await {
                bytes += event.bytes();
                sender.send_modify(|events| {
                    events.push_front(event);
                    while events.len() > MAX_EVENTS || bytes > MAX_BYTES {
                        let oldest = events.pop_back().expect("an event was added");
                        bytes -= oldest.bytes();
                    }
                });
            }
        });
        Self {
            control: control.clone(),
            events,
            _task: AbortOnDropHandle::new(task),
        }
    }

    /// Waits until an expectation of a plugin is fulfilled. An error describes what was observed instead.
    pub(super) async fn expect(
        &self,
        plugin: &str,
        expectation: &Expectation,
        within: Duration,
    ) -> Result<(), String> {
        let fulfilled = async {
            match expectation {
                Expectation::State(state) => self.control.wait_for_state(plugin, state).await,
                Expectation::Config { key, value } => {
                    self.wait_for_config(plugin, key, value.as_ref()).await;
                }
                Expectation::Log(_) | Expectation::Push { .. } => {
                    let mut events = self.events.clone();
                    let is_match = |event: &Arc<Event>| expectation.matches(event, plugin);
                    let wait = events.wait_for(|events| events.iter().any(is_match));
                    if wait.await.is_err() {
                        // The event bus is closed: no more events follow.
                        std::future::pending::<()>().await;
                    }
                }
            }
        };
        match timeout(within, fulfilled).await {
            Ok(()) => Ok(()),
            Err(_) => {
                let observed = self.describe(plugin, expectation).await;
                Err(format!(
                    "not within {}: {observed}",
                    format_duration(within)
                ))
            }
        }
    }

    async fn wait_for_config(&self, plugin: &str, key: &str, expected: Option<&Value>) {
        loop {
            match self.control.config_get(plugin, key).await {
                Ok(value) if expected.is_none_or(|expected| is_subset(expected, &value)) => return,
                // An error that remains is part of the failure message.
                Ok(_) | Err(_) => sleep(POLL_INTERVAL).await,
            }
        }
    }

    /// Describes what was observed in place of an expectation.
    async fn describe(&self, id: &str, expectation: &Expectation) -> String {
        match expectation {
            Expectation::State(_) => {
                let plugins = self.control.plugins();
                let info = plugins.iter().find(|info| info.id == id);
                let state = info.map_or("gone", |info| info.state.as_str());
                format!("the plugin is {state}")
            }
            Expectation::Config { key, value } => {
                match (self.control.config_get(id, key).await, value) {
                    (Ok(value), Some(expected)) => format!("the value is {value}, not {expected}"),
                    (Ok(_), None) => "the value was stored too late".to_owned(),
                    (Err(error), _) => error.to_string(),
                }
            }
            Expectation::Log(_) => self.list("logged", |event| match event {
                Event::Log(line) if line.plugin == id => Some(format!("{:?}", line.message)),
                _ => None,
            }),
            Expectation::Push {
                channel: expected_channel,
                payload: expected,
            } => {
                let observed = self.list("pushed", |event| match event {
                    Event::Push {
                        plugin,
                        channel,
                        payload,
                    } if plugin == id && channel == expected_channel => Some(payload.to_string()),
                    _ => None,
                });
                match expected {
                    Some(expected) => format!("expected {expected}, but {observed}"),
                    None => observed,
                }
            }
        }
    }

    /// The latest events that `format` selects, in the order of time.
    fn list(&self, verb: &str, format: impl Fn(&Event) -> Option<String>) -> String {
        let events = self.events.borrow();
        let latest = events.iter().filter_map(|event| format(event));
        let mut latest: Vec<_> = latest.take(MAX_REPORTED).collect();
        latest.reverse();
        match latest.is_empty() {
            true => format!("nothing was {verb}"),
            false => format!("the plugin {verb} {}", latest.join(", ")),
        }
    }
}
