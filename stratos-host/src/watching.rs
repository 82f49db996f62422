//! Who watches, and what each watcher has not seen yet.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use stratos_transport::guard::Guard;
use tokio::sync::Notify;

use crate::events::Event;

/// How much may wait for one watcher, before it misses some: 16 MiB.
const BACKLOG_BYTES: usize = 16 * 1024 * 1024;
/// What the smallest event counts for, which makes at most 4,096 of them.
const LEAST_BYTES: usize = 4096;

/// All watchers. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watchers(Arc<List>);

#[derive(Debug, Default)]
struct List(Mutex<Numbered>);

#[derive(Debug, Default)]
struct Numbered {
    /// The number of the next event.
    next: u64,
    watched: Vec<Arc<Watched>>,
}

/// Sees every event since it was made; see [`Events::watch`](crate::events::Events::watch).
#[derive(Debug)]
pub struct Watcher {
    watched: Arc<Watched>,
    list: Weak<List>,
}

/// Where a watcher finds what is for it.
#[derive(Debug)]
struct Watched {
    /// The plugin whose pushes are all that it wants to see.
    pushes_of: Option<String>,
    backlog: Mutex<Backlog>,
    news: Notify,
}

/// What waits for one watcher.
#[derive(Debug, Default)]
struct Backlog {
    is_closed: bool,
    waiting: BTreeMap<u64, Arc<Event>>,
    shares: HashMap<String, Share>,
    bytes: usize,
    missed: u64,
}

/// How much of a backlog is one plugin's.
#[derive(Debug, Default)]
struct Share {
    numbers: VecDeque<u64>,
    bytes: usize,
}

impl Watchers {
    pub(crate) fn watch(&self, pushes_of: Option<String>) -> Watcher {
        let watched = Arc::new(Watched {
            pushes_of,
            backlog: Mutex::default(),
            news: Notify::new(),
        });
        self.0.lock().watched.push(Arc::clone(&watched));
        Watcher {
            watched,
            list: Arc::downgrade(&self.0),
        }
    }

    /// Never waits: a watcher that is too slow misses something.
    pub(crate) fn emit(&self, event: &Arc<Event>) {
        let mut list = self.0.lock();
        let number = list.next;
        list.next += 1;
        for watched in &list.watched {
            if watched.wants(event) {
                watched.lock().push(number, Arc::clone(event));
                watched.news.notify_one();
            }
        }
    }
}

impl List {
    fn lock(&self) -> MutexGuard<'_, Numbered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher {
    /// Waits for the next event; `None` once the shell is gone.
    pub async fn next(&mut self) -> Option<Arc<Event>> {
        // A watcher of a flood lets others work, too.
        tokio::task::coop::consume_budget().await;
        loop {
            let news = self.watched.news.notified();
            {
                let mut backlog = self.watched.lock();
                match backlog.pop(u64::MAX) {
                    None if backlog.is_closed => return None,
                    None => {}
                    found => return found,
                }
            }
            news.await;
        }
    }

    /// The next event of those that happened before a [`moment`](Moments::now), if there is one left.
    pub(crate) fn next_before(&mut self, moment: u64) -> Option<Arc<Event>> {
        self.watched.lock().pop(moment)
    }

    /// Tells moments, to those that do not watch themselves.
    pub(crate) fn moments(&self) -> Moments {
        Moments(Weak::clone(&self.list))
    }
}

/// Tells which events have happened already.
#[derive(Debug, Clone)]
pub(crate) struct Moments(Weak<List>);

impl Moments {
    /// Every event until now is before it.
    pub(crate) fn now(&self) -> u64 {
        self.0.upgrade().map_or(u64::MAX, |list| list.lock().next)
    }
}

impl Watched {
    fn wants(&self, event: &Event) -> bool {
        match &self.pushes_of {
            None => true,
            Some(ours) => matches!(event, Event::Push { plugin, .. } if plugin == ours),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backlog {
    fn push(&mut self, number: u64, event: Arc<Event>) {
        let bytes = weight(&event);
        if !self.shares.contains_key(event.plugin()) {
            let plugin = event.plugin().to_owned();
            self.shares.insert(plugin, Share::default());
        }
        if let Some(share) = self.shares.get_mut(event.plugin()) {
            share.numbers.push_back(number);
            share.bytes += bytes;
        }
        self.bytes += bytes;
        self.waiting.insert(number, event);
        while self.bytes > BACKLOG_BYTES && Guard::Backlog.is_on() {
            self.drop_one();
        }
    }

    /// The first event, if it is before this number. What was missed comes first.
    fn pop(&mut self, before: u64) -> Option<Arc<Event>> {
        let count = std::mem::take(&mut self.missed);
        if count > 0 {
            return Some(Arc::new(Event::Missed { count }));
        }
        let number = *self.waiting.first_key_value()?.0;
        (number < before).then(|| self.remove(number))
    }

    /// The oldest event of the plugin that has most of it: it does not push its neighbours' out.
    fn drop_one(&mut self) {
        let mut oldest = self.waiting.first_key_value().map(|(number, _)| *number);
        if Guard::FairBacklog.is_on() {
            let most = self.shares.values().max_by_key(|share| share.bytes);
            oldest = most.and_then(|share| share.numbers.front().copied());
        }
        self.remove(oldest.expect("what is empty is not too much"));
        self.missed += 1;
    }

    /// Always the first one of its plugin.
    fn remove(&mut self, number: u64) -> Arc<Event> {
        let event = self.waiting.remove(&number).expect("it waits");
        let bytes = weight(&event);
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

fn weight(event: &Event) -> usize {
    event.bytes().max(LEAST_BYTES)
}

impl Drop for Watcher {
    fn drop(&mut self) {
        if let Some(list) = self.list.upgrade() {
            let is_other = |other: &Arc<Watched>| !Arc::ptr_eq(other, &self.watched);
            list.lock().watched.retain(is_other);
        }
    }
}

impl Drop for List {
    fn drop(&mut self) {
        for watched in &self.lock().watched {
            watched.lock().is_closed = true;
            watched.news.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Events;

    fn log(events: &Events, plugin: &str, text: &str) {
        let level = stratos_protocol::logger::Level::Info;
        events.note(plugin, level, text);
    }

    async fn rest(mut watcher: Watcher) -> (u64, Vec<Arc<Event>>) {
        let (mut missed, mut seen) = (0, Vec::new());
        while let Some(event) = watcher.next().await {
            match &*event {
                Event::Missed { count } => missed += count,
                _ => seen.push(event),
            }
        }
        (missed, seen)
    }

    #[tokio::test]
    async fn a_slow_watcher_misses_what_is_too_much_and_is_told_how_much() {
        let events = Events::default();
        let (few_large, many_small) = (events.watch(), events.watch());
        let large = "x".repeat(1024 * 1024);
        for _ in 0..40 {
            log(&events, "p", &large);
        }
        let (missed, seen) = {
            let other = Events::default();
            let watcher = other.watch();
            for _ in 0..10_000 {
                log(&other, "p", "x");
            }
            drop(other);
            rest(watcher).await
        };
        assert_eq!((missed, seen.len()), (10_000 - 4096, 4096));
        drop(many_small);
        drop(events);
        let (missed, seen) = rest(few_large).await;
        assert!((10..16).contains(&seen.len()), "{}", seen.len());
        assert_eq!(missed + seen.len() as u64, 40);
    }

    #[tokio::test]
    async fn a_flood_does_not_push_out_what_neighbours_say() {
        let events = Events::default();
        let watcher = events.watch();
        for n in 0..100 {
            log(&events, "quiet", &n.to_string());
            for _ in 0..1000 {
                log(&events, "loud", "x");
            }
        }
        drop(events);
        let (missed, seen) = rest(watcher).await;
        let quiet = seen.iter().filter(|event| event.plugin() == "quiet");
        assert_eq!(quiet.count(), 100);
        assert_eq!(missed + seen.len() as u64, 100_100);
    }
}
