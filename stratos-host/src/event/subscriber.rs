//! Subscribers of the event bus, each with a bounded queue that is shared fairly between plugins.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

use crate::event::Event;

/// Bound of one subscriber's queue; beyond it, events are dropped.
const QUEUE_BYTES: usize = 16 * 1024 * 1024;
/// Least size that an event counts for, so that a queue holds at most 4,096 events.
const MIN_EVENT_BYTES: usize = 4096;

/// The subscribers of one event bus. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subscribers(Arc<Registry>);

#[derive(Debug, Default)]
struct Registry {
    subscriptions: Mutex<Subscriptions>,
    /// Number of subscriptions to all events, to be read without the lock.
    unrestricted: AtomicUsize,
}

#[derive(Debug, Default)]
struct Subscriptions {
    /// Sequence number of the next event.
    next: u64,
    list: Vec<Arc<Subscription>>,
}

/// Receives every event since its creation; see [`EventBus::subscribe`](crate::event::EventBus::subscribe).
#[derive(Debug)]
pub struct Subscriber {
    subscription: Arc<Subscription>,
    registry: Weak<Registry>,
}

/// The part of a subscriber that the bus writes to.
#[derive(Debug)]
struct Subscription {
    /// Restricts the subscription to the pushes of this plugin.
    pushes_of: Option<String>,
    queue: Mutex<Queue>,
    changed: Notify,
}

/// Events that a subscriber has not received yet.
#[derive(Debug, Default)]
struct Queue {
    is_closed: bool,
    events: BTreeMap<u64, Arc<Event>>,
    shares: HashMap<String, Share>,
    bytes: usize,
    missed: u64,
}

/// One plugin's share of a queue.
#[derive(Debug, Default)]
struct Share {
    /// Sequence numbers of the plugin's events, in order.
    numbers: VecDeque<u64>,
    bytes: usize,
}

impl Subscribers {
    pub(crate) fn subscribe(&self, pushes_of: Option<String>) -> Subscriber {
        let subscription = Arc::new(Subscription {
            pushes_of,
            queue: Mutex::default(),
            changed: Notify::new(),
        });
        if subscription.pushes_of.is_none() {
            self.0.unrestricted.fetch_add(1, Ordering::Relaxed);
        }
        self.0.lock().list.push(Arc::clone(&subscription));
        Subscriber {
            subscription,
            registry: Arc::downgrade(&self.0),
        }
    }

    /// Whether there is a subscription to all events.
    pub(crate) fn is_any_unrestricted(&self) -> bool {
        self.0.unrestricted.load(Ordering::Relaxed) > 0
    }

    /// Queues an event for every subscriber. Never waits: a queue that is full drops events.
    pub(crate) fn emit(&self, event: &Arc<Event>) {
        let mut subscriptions = self.0.lock();
        let number = subscriptions.next;
        subscriptions.next += 1;
        for subscription in &subscriptions.list {
            if subscription.wants(event) {
                subscription.lock().push(number, Arc::clone(event));
                subscription.changed.notify_one();
            }
        }
    }
}

impl Registry {
    fn lock(&self) -> MutexGuard<'_, Subscriptions> {
        self.subscriptions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscriber {
    /// Waits for the next event; `None` once the bus is dropped.
    pub async fn next(&mut self) -> Option<Arc<Event>> {
        // Yields to other tasks during a flood of events.
        tokio::task::coop::consume_budget().await;
        loop {
            let changed = self.subscription.changed.notified();
            {
                let mut queue = self.subscription.lock();
                match queue.pop(u64::MAX) {
                    None if queue.is_closed => return None,
                    None => {}
                    found => return found,
                }
            }
            changed.await;
        }
    }

    /// Returns the next queued event whose sequence number is below `number`. Does not wait.
    pub(crate) fn next_before(&mut self, number: u64) -> Option<Arc<Event>> {
        self.subscription.lock().pop(number)
    }

    /// A handle that reads the current sequence number.
    pub(crate) fn sequence_clock(&self) -> SequenceClock {
        SequenceClock(Weak::clone(&self.registry))
    }
}

/// Reads the sequence number that the next event will get.
#[derive(Debug, Clone)]
pub(crate) struct SequenceClock(Weak<Registry>);

impl SequenceClock {
    /// The next event's sequence number: all events emitted so far are below it.
    pub(crate) fn now(&self) -> u64 {
        self.0
            .upgrade()
            .map_or(u64::MAX, |registry| registry.lock().next)
    }
}

impl Subscription {
    fn wants(&self, event: &Event) -> bool {
        match &self.pushes_of {
            None => true,
            Some(id) => matches!(event, Event::Push { plugin, .. } if plugin == id),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn push(&mut self, number: u64, event: Arc<Event>) {
        let bytes = event_bytes(&event);
        let share = self.shares.entry(event.plugin().to_owned()).or_default();
        share.numbers.push_back(number);
        share.bytes += bytes;
        self.bytes += bytes;
        self.events.insert(number, event);
        while self.bytes > QUEUE_BYTES {
            self.drop_oldest();
        }
    }

    /// Removes the first event, if its number is below `before`. A pending [`Event::Missed`] comes first.
    fn pop(&mut self, before: u64) -> Option<Arc<Event>> {
        let count = std::mem::take(&mut self.missed);
        if count > 0 {
            return Some(Arc::new(Event::Missed { count }));
        }
        let number = *self.events.first_key_value()?.0;
        (number < before).then(|| self.remove(number))
    }

    /// Drops the oldest event of the plugin with the largest share, so that a flood does not displace the events of
    /// other plugins.
    fn drop_oldest(&mut self) {
        let largest = self.shares.values().max_by_key(|share| share.bytes);
        let oldest = largest.and_then(|share| share.numbers.front().copied());
        let event = self.remove(oldest.expect("a queue over its bound has events"));
        // In place of a line about dropped lines, those lines are reported as missed.
        let count = match &*event {
            Event::Log(line) => line.dropped.unwrap_or(1),
            _ => 1,
        };
        self.missed = self.missed.saturating_add(count);
    }

    /// Removes an event, which must be the first one of its plugin.
    fn remove(&mut self, number: u64) -> Arc<Event> {
        let event = self.events.remove(&number).expect("the event is queued");
        let bytes = event_bytes(&event);
        self.bytes -= bytes;
        if let Some(share) = self.shares.get_mut(event.plugin()) {
            share.numbers.pop_front();
            share.bytes -= bytes;
            if share.numbers.is_empty() {
                self.shares.remove(event.plugin());
            }
        }
        event
    }
}

fn event_bytes(event: &Event) -> usize {
    event.bytes().max(MIN_EVENT_BYTES)
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        if let Some(registry) = self.registry.upgrade() {
            let is_other = |other: &Arc<Subscription>| !Arc::ptr_eq(other, &self.subscription);
            registry.lock().list.retain(is_other);
            if self.subscription.pushes_of.is_none() {
                registry.unrestricted.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        for subscription in &self.lock().list {
            subscription.lock().is_closed = true;
            subscription.changed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventBus;

    fn log(events: &EventBus, plugin: &str, text: &str) {
        let level = stratos_protocol::logger::Level::Info;
        events.log_from_shell(plugin, level, text);
    }

    async fn drain(mut subscriber: Subscriber) -> (u64, Vec<Arc<Event>>) {
        let (mut missed, mut seen) = (0, Vec::new());
        while let Some(event) = subscriber.next().await {
            match &*event {
                Event::Missed { count } => missed += count,
                _ => seen.push(event),
            }
        }
        (missed, seen)
    }

    #[tokio::test]
    async fn a_full_queue_drops_events_and_reports_their_number() {
        let events = EventBus::default();
        let (few_large, many_small) = (events.subscribe(), events.subscribe());
        let large = "x".repeat(1024 * 1024);
        for _ in 0..40 {
            log(&events, "p", &large);
        }
        let (missed, seen) = {
            let other = EventBus::default();
            let subscriber = other.subscribe();
            for _ in 0..10_000 {
                log(&other, "p", "x");
            }
            drop(other);
            drain(subscriber).await
        };
        assert_eq!((missed, seen.len()), (10_000 - 4096, 4096));
        drop(many_small);
        drop(events);
        let (missed, seen) = drain(few_large).await;
        assert!((10..16).contains(&seen.len()), "{}", seen.len());
        assert_eq!(missed + seen.len() as u64, 40);
    }

    #[tokio::test]
    async fn a_flood_of_one_plugin_does_not_displace_events_of_others() {
        let events = EventBus::default();
        let subscriber = events.subscribe();
        for n in 0..100 {
            log(&events, "quiet", &n.to_string());
            for _ in 0..1000 {
                log(&events, "loud", "x");
            }
        }
        drop(events);
        let (missed, seen) = drain(subscriber).await;
        let quiet = seen.iter().filter(|event| event.plugin() == "quiet");
        assert_eq!(quiet.count(), 100);
        assert_eq!(missed + seen.len() as u64, 100_100);
    }

    #[tokio::test]
    async fn a_dropped_notice_counts_for_the_lines_that_it_is_about() {
        let events = EventBus::default();
        let subscriber = events.subscribe();
        events.count_dropped("p", 1_000_000);
        events.report_dropped("p");
        for _ in 0..4096 {
            log(&events, "p", "x");
        }
        drop(events);
        let (missed, seen) = drain(subscriber).await;
        assert_eq!((missed, seen.len()), (1_000_000, 4096));
    }

    #[test]
    fn next_before_returns_earlier_events_only() {
        let events = EventBus::default();
        let mut subscriber = events.subscribe();
        let clock = subscriber.sequence_clock();
        log(&events, "p", "earlier");
        let number = clock.now();
        log(&events, "p", "later");
        assert!(subscriber.next_before(number).is_some());
        assert!(subscriber.next_before(number).is_none());
        assert!(subscriber.next_before(clock.now()).is_some());
    }
}
