//! Rate limit of the events of requests, IPC calls and config changes of plugins: under load, they are counted instead.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::event::Event;
use crate::event::token_bucket::TokenBucket;

/// Sustained rate of one plugin: more than a person can read, and little work beside the requests themselves.
const EVENTS_PER_SECOND: f64 = 100.0;
/// Capacity of one plugin's token bucket, in events.
const BURST: f64 = 500.0;

/// Kinds of events that are limited together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestKind {
    Http,
    Ipc,
    /// A config value that the plugin itself changed.
    Config,
}

/// Token buckets of all plugins. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct RequestLimiter(Arc<Mutex<HashMap<String, Bucket>>>);

#[derive(Debug)]
struct Bucket {
    tokens: TokenBucket,
    suppressed: Option<Suppressed>,
}

/// Numbers of events that were suppressed since the last report.
#[derive(Debug, Default)]
struct Suppressed {
    requests: u64,
    calls: u64,
    config_changes: u64,
}

/// Decision about one event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Admitted,
    /// The first event suppressed since the last report.
    FirstSuppressed,
    Suppressed,
}

impl RequestLimiter {
    pub(super) fn admit(&self, plugin: &str, kind: RequestKind) -> Admission {
        let mut buckets = self.lock();
        if !buckets.contains_key(plugin) {
            buckets.insert(plugin.to_owned(), Bucket::new());
        }
        let bucket = buckets.get_mut(plugin).expect("it was inserted");
        bucket.admit(kind)
    }

    /// The event with the numbers of one plugin since the last report; `None` if no event was suppressed.
    pub(super) fn take_suppressed(&self, plugin: &str) -> Option<Event> {
        let Suppressed {
            requests,
            calls,
            config_changes,
        } = self.lock().get_mut(plugin)?.suppressed.take()?;
        Some(Event::Suppressed {
            plugin: plugin.to_owned(),
            requests,
            calls,
            config_changes,
        })
    }

    /// Plugins that have had events.
    pub(super) fn plugins(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Bucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    fn new() -> Self {
        Self {
            tokens: TokenBucket::new(EVENTS_PER_SECOND, BURST, Instant::now()),
            suppressed: None,
        }
    }

    fn admit(&mut self, kind: RequestKind) -> Admission {
        if self.tokens.take(Instant::now()) {
            return Admission::Admitted;
        }
        let is_first = self.suppressed.is_none();
        let suppressed = self.suppressed.get_or_insert_default();
        match kind {
            RequestKind::Http => suppressed.requests += 1,
            RequestKind::Ipc => suppressed.calls += 1,
            RequestKind::Config => suppressed.config_changes += 1,
        }
        match is_first {
            true => Admission::FirstSuppressed,
            false => Admission::Suppressed,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::event::{Entry, EventBus, Journal};

    fn call(events: &EventBus, plugin: &str) {
        events.emit_request(plugin, RequestKind::Ipc, || Event::Call {
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
        };
        assert_eq!(*suppressed, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn config_changes_of_a_plugin_are_limited_but_all_are_in_the_journal() {
        let journal = Journal::default();
        let events = EventBus::with_journal(journal.clone());
        let mut subscriber = events.subscribe();
        for number in 0..600 {
            events.emit_config_change(Event::Config {
                plugin: "p".to_owned(),
                key: "k".to_owned(),
                value: Some(number.into()),
                by_plugin: true,
            });
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
        let emit = || events.emit_request("p", RequestKind::Http, || panic!("it is made"));
        emit();
        let pushes_only = events.subscribe_to_pushes("p");
        emit();
        drop((events.subscribe(), pushes_only));
        emit();
    }
}
