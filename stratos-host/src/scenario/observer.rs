//! Observation of plugins while a scenario is played.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use stratos_protocol::flight_state::Phase;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use crate::control::Control;
use crate::event::{Event, FlightChange, Modal};
use crate::scenario::duration::format_duration;
use crate::scenario::expectation::{Expectation, sound_name};
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
                _ => {
                    self.wait_until(|events| {
                        let mut events = events.iter();
                        self.holds(expectation, plugin)
                            || events.any(|event| expectation.matches(event, plugin))
                    })
                    .await;
                }
            }
        };
        match timeout(within, fulfilled).await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.not_within(within, expectation, plugin).await),
        }
    }

    /// Waits until a condition holds, which is checked at each event.
    async fn wait_until(&self, condition: impl Fn(&VecDeque<Arc<Event>>) -> bool) {
        let mut events = self.events.clone();
        if events.wait_for(condition).await.is_err() {
            // The event bus is closed: no more events follow.
            std::future::pending::<()>().await;
        }
    }

    /// Whether an expectation of a state holds now, whatever the events are.
    fn holds(&self, expectation: &Expectation, id: &str) -> bool {
        match expectation {
            Expectation::Phase(phase) => self.control.flight().phase == *phase,
            Expectation::Indicator(kind) => self.indicator(id) == *kind,
            Expectation::Dialog(text) => {
                let shown = self.shown_now(id);
                shown.is_some_and(|modal| modal.title.contains(text) || modal.text.contains(text))
            }
            _ => false,
        }
    }

    /// Waits until the flight is or has been in a phase, while there is a flight.
    pub(super) async fn reach(&self, phase: &Phase, within: Duration) -> Result<(), String> {
        let expected = Expectation::Phase(phase.clone());
        let is_reached = |events: &VecDeque<Arc<Event>>| {
            self.holds(&expected, "") || events.iter().any(|event| expected.matches(event, ""))
        };
        let is_over = || self.control.flight().state.flight.is_none();
        let waited = self.wait_until(|events| is_reached(events) || is_over());
        match timeout(within, waited).await {
            Ok(()) if is_reached(&self.events.borrow()) => Ok(()),
            Ok(()) => Err("there is no flight that could reach it".to_owned()),
            Err(_) => Err(self.not_within(within, &expected, "").await),
        }
    }

    /// Waits until a dialog or prompt of a plugin is shown.
    pub(super) async fn shown_modal(&self, id: &str, within: Duration) -> Result<Modal, String> {
        let shown = timeout(within, self.control.shown_modal(Some(id))).await;
        shown.map_err(|_| {
            let within = format_duration(within);
            format!("not within {within}: {}", self.describe_shown(id))
        })
    }

    /// The dialog or prompt that is shown, if it is of this plugin.
    fn shown_now(&self, id: &str) -> Option<Modal> {
        let first = self.control.modals().into_iter().next();
        first.filter(|modal| modal.plugin == id)
    }

    fn describe_shown(&self, id: &str) -> String {
        match self.control.modals().first() {
            Some(modal) if modal.plugin == id => {
                format!("the plugin shows {:?}: {:?}", modal.title, modal.text)
            }
            Some(modal) => format!("plugin `{}` shows {:?}", modal.plugin, modal.title),
            None => "no dialog or prompt is shown".to_owned(),
        }
    }

    /// Kind of the plugin's indicator.
    fn indicator(&self, id: &str) -> Option<&'static str> {
        let mut plugins = self.control.plugins().into_iter();
        let indicator = plugins.find(|info| info.id == id)?.indicator?;
        Some(indicator.kind.as_str())
    }

    async fn not_within(&self, within: Duration, expectation: &Expectation, id: &str) -> String {
        let observed = self.describe(id, expectation).await;
        format!("not within {}: {observed}", format_duration(within))
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
            Expectation::Log(_) => {
                self.list(
                    "nothing was logged",
                    "the plugin logged",
                    |event| match event {
                        Event::Log(line) if line.plugin == id => {
                            Some(format!("{:?}", line.message))
                        }
                        _ => None,
                    },
                )
            }
            Expectation::Push {
                channel: expected_channel,
                payload: expected,
            } => {
                let observed =
                    self.list(
                        "nothing was pushed",
                        "the plugin pushed",
                        |event| match event {
                            Event::Push {
                                plugin,
                                channel,
                                payload,
                            } if plugin == id && channel == expected_channel => {
                                Some(payload.to_string())
                            }
                            _ => None,
                        },
                    );
                match expected {
                    Some(expected) => format!("expected {expected}, but {observed}"),
                    None => observed,
                }
            }
            Expectation::Phase(_) => match self.control.flight() {
                flight if flight.state.flight.is_none() => "there is no flight".to_owned(),
                flight => format!("the flight is in {}", flight.phase),
            },
            Expectation::Landing { .. } => self.list(
                "there was no event of a landing",
                "there was",
                |event| match event {
                    Event::Flight {
                        change: change @ FlightChange::Landing { .. },
                    } => Some(change.to_string()),
                    _ => None,
                },
            ),
            Expectation::Toast { .. } => self.list(
                "no toast was shown",
                "the plugin showed",
                |event| match event {
                    Event::Toast {
                        plugin,
                        kind,
                        message,
                    } if plugin == id => Some(format!("{kind} {message:?}")),
                    _ => None,
                },
            ),
            Expectation::Sound(_) => self.list(
                "no sound was played",
                "the plugin played",
                |event| match event {
                    Event::Sound { plugin, sound, .. } if plugin == id => {
                        Some(sound_name(sound.as_deref()).to_owned())
                    }
                    _ => None,
                },
            ),
            Expectation::Indicator(_) => match self.indicator(id) {
                Some(kind) => format!("the plugin has the indicator {kind}"),
                None => "the plugin has no indicator".to_owned(),
            },
            Expectation::Dialog(_) => self.describe_shown(id),
            Expectation::LogEntry { .. } => self.list(
                "the flight log has no new entry of the plugin",
                "the plugin",
                |event| match event {
                    Event::FlightLog { plugin, change } if plugin == id => Some(change.to_string()),
                    _ => None,
                },
            ),
        }
    }

    /// The latest events that `format` selects, in the order of time after `some`; `none` if there is none.
    fn list(&self, none: &str, some: &str, format: impl Fn(&Event) -> Option<String>) -> String {
        let events = self.events.borrow();
        let latest = events.iter().filter_map(|event| format(event));
        let mut latest: Vec<_> = latest.take(MAX_REPORTED).collect();
        latest.reverse();
        match latest.is_empty() {
            true => none.to_owned(),
            false => format!("{some} {}", latest.join(", ")),
        }
    }
}
