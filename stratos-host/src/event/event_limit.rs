//! Rate limit of the events that plugins cause, such as requests and toasts: under load, they are counted instead.

use serde::{Deserialize, Serialize};

use crate::event::rate_limiter::{Excess, RateLimiter};

/// Rate limits of all plugins for events.
pub(super) type EventLimiter = RateLimiter<SuppressedCounts>;

/// Defines [`LimitedEvent`] and [`SuppressedCounts`]: a variant, its number, and the name of its events for people.
macro_rules! limited_events {
    ($($(#[$doc:meta])+ $event:ident = $count:ident, $name:literal;)+) => {
        /// The kinds of events that are limited together.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum LimitedEvent {
            $($(#[$doc])+ $event,)+
        }

        /// Numbers of events that were suppressed since the last report.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct SuppressedCounts {
            $(
                #[doc = concat!("Number of ", $name, ".")]
                pub $count: u64,
            )+
        }

        impl SuppressedCounts {
            /// The numbers with the names of their events, such as `IPC calls`.
            pub fn named(&self) -> impl Iterator<Item = (u64, &'static str)> {
                [$((self.$count, $name)),+].into_iter()
            }

            fn of_kind(&mut self, event: LimitedEvent) -> &mut u64 {
                match event {
                    $(LimitedEvent::$event => &mut self.$count,)+
                }
            }
        }
    };
}

limited_events! {
    /// An HTTP request.
    Request = requests, "requests";
    /// An IPC call.
    Call = calls, "IPC calls";
    /// A config value that the plugin itself changed.
    ConfigChange = config_changes, "config changes";
    /// A toast.
    Toast = toasts, "toasts";
    /// A sound.
    Sound = sounds, "sounds";
    /// A change of the indicator.
    Indicator = indicators, "changes of the indicator";
    /// A dialog or prompt that was opened or closed.
    Modal = modals, "dialogs and prompts";
    /// A request to the airline.
    Airline = airline, "requests to the airline";
    /// A change of the flight log.
    FlightLog = flight_log, "changes of the flight log";
}

impl Excess for SuppressedCounts {
    /// More than a person can read, and little work beside the requests themselves.
    const PER_SECOND: f64 = 100.0;
    const BURST: f64 = 500.0;

    type Item = LimitedEvent;

    fn add(&mut self, event: LimitedEvent) {
        *self.of_kind(event) += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::event::{Entry, Event, EventBus, Journal};

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
            counts: SuppressedCounts {
                calls: 9500,
                ..SuppressedCounts::default()
            },
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
                Event::Suppressed { counts, .. } => assert_eq!(counts.config_changes, 100),
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
