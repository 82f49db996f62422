//! Rate limit of the events that plugins cause, such as requests and toasts: under load, they are counted instead.

use crate::event::Event;
use crate::event::rate_limiter::{Excess, RateLimiter};

/// Rate limits of all plugins for events.
pub(super) type EventLimiter = RateLimiter<Suppressed>;

/// The kinds of events that are limited together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LimitedEvent {
    /// An HTTP request.
    Request,
    /// An IPC call.
    Call,
    /// A config value that the plugin itself changed.
    ConfigChange,
    /// A toast.
    Toast,
    /// A sound.
    Sound,
    /// A change of the indicator.
    Indicator,
    /// A dialog or prompt that was opened or closed.
    Modal,
    /// A request to the airline.
    Airline,
    /// A change of the flight log.
    FlightLog,
}

/// Numbers of events that were suppressed since the last report.
#[derive(Debug, Default)]
pub(super) struct Suppressed {
    requests: u64,
    calls: u64,
    config_changes: u64,
    toasts: u64,
    sounds: u64,
    indicators: u64,
    modals: u64,
    airline: u64,
    flight_log: u64,
}

impl Excess for Suppressed {
    /// More than a person can read, and little work beside the requests themselves.
    const PER_SECOND: f64 = 100.0;
    const BURST: f64 = 500.0;

    type Item = LimitedEvent;

    fn add(&mut self, event: LimitedEvent) {
        match event {
            LimitedEvent::Request => self.requests += 1,
            LimitedEvent::Call => self.calls += 1,
            LimitedEvent::ConfigChange => self.config_changes += 1,
            LimitedEvent::Toast => self.toasts += 1,
            LimitedEvent::Sound => self.sounds += 1,
            LimitedEvent::Indicator => self.indicators += 1,
            LimitedEvent::Modal => self.modals += 1,
            LimitedEvent::Airline => self.airline += 1,
            LimitedEvent::FlightLog => self.flight_log += 1,
        }
    }
}

impl Suppressed {
    /// The event with these numbers of a plugin.
    pub(super) fn into_event(self, plugin: &str) -> Event {
        let Self {
            requests,
            calls,
            config_changes,
            toasts,
            sounds,
            indicators,
            modals,
            airline,
            flight_log,
        } = self;
        Event::Suppressed {
            plugin: plugin.to_owned(),
            requests,
            calls,
            config_changes,
            toasts,
            sounds,
            indicators,
            modals,
            airline,
            flight_log,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::event::{Entry, EventBus, Journal};

    fn call(events: &EventBus, plugin: &str) {
        events.emit_limited(plugin, LimitedEvent::Call, || Event::Call {
            plugin: plugin.to_owned(),
            channel: "c".to_owned(),
            error: None,
            ms: 1.0,
        });
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_one_plugin_is_limited_and_counted() {
        let events = EventBus::default();
        let mut subscriber = events.subscribe();
        for _ in 0..10_000 {
            call(&events, "loud");
        }
        call(&events, "quiet");
        tokio::time::sleep(Duration::from_millis(1500)).await;
        call(&events, "loud");
        drop(events);
        let (mut loud, mut seen) = (0, Vec::new());
        while let Some(event) = subscriber.next().await {
            match &*event {
                Event::Call { plugin, .. } if plugin == "loud" => loud += 1,
                _ => seen.push((*event).clone()),
            }
        }
        assert_eq!(loud, 501, "the burst, and one after it");
        let [Event::Call { plugin, .. }, suppressed] = &seen[..] else {
            panic!("{seen:?}");
        };
        assert_eq!(plugin, "quiet");
        let expected = Event::Suppressed {
            plugin: "loud".to_owned(),
            requests: 0,
            calls: 9500,
            config_changes: 0,
            toasts: 0,
            sounds: 0,
            indicators: 0,
            modals: 0,
            airline: 0,
            flight_log: 0,
        };
        assert_eq!(*suppressed, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn config_changes_of_a_plugin_are_limited_but_all_are_in_the_journal() {
        let journal = Journal::default();
        let events = EventBus::with_journal(journal.clone());
        let mut subscriber = events.subscribe();
        for number in 0..600 {
            let change = Event::Config {
                plugin: "p".to_owned(),
                key: "k".to_owned(),
                value: Some(number.into()),
                by_plugin: true,
            };
            events.emit_journaled(LimitedEvent::ConfigChange, change);
        }
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let is_change = |entry: &Entry| matches!(entry, Entry::Event(event) if matches!(**event, Event::Config { .. }));
        let recorded =
            journal.read(|entries| entries.iter().filter(|entry| is_change(entry)).count());
        assert_eq!(recorded, 600);
        drop(events);
        let mut seen = 0;
        while let Some(event) = subscriber.next().await {
            match &*event {
                Event::Config { .. } => seen += 1,
                Event::Suppressed { config_changes, .. } => assert_eq!(*config_changes, 100),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(seen, 500);
    }

    #[test]
    fn without_a_subscriber_no_event_is_made() {
        let events = EventBus::default();
        let emit = || events.emit_limited("p", LimitedEvent::Request, || panic!("it is made"));
        emit();
        let pushes_only = events.subscribe_to_pushes("p");
        emit();
        drop((events.subscribe(), pushes_only));
        emit();
    }
}
