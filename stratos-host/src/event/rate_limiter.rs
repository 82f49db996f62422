//! Rate limits of plugins: a token bucket for each of them, and a summary of what exceeded it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::event::token_bucket::TokenBucket;

/// The limit of one kind of items of a plugin, and the summary of those that exceeded it since the last report.
pub(super) trait Excess: Default {
    /// Sustained rate of one plugin.
    const PER_SECOND: f64;
    /// Capacity of one plugin's token bucket.
    const BURST: f64;

    type Item;

    /// Adds an item that is not admitted.
    fn add(&mut self, item: Self::Item);

    /// Notes that an item was admitted after those in the summary.
    fn admitted_later(&mut self) {}
}

/// The limits of all plugins for one kind of items.
#[derive(Debug, Default)]
pub(super) struct RateLimiter<E>(Mutex<HashMap<String, Limit<E>>>);

/// The limit of one plugin.
#[derive(Debug)]
struct Limit<E> {
    tokens: TokenBucket,
    excess: Option<E>,
}

/// Decision about one item.
#[derive(Debug)]
pub(super) enum Admission<T> {
    Admitted(T),
    /// The first one refused since the last report.
    FirstRefused,
    Refused,
}

impl<E: Excess> RateLimiter<E> {
    pub(super) fn admit(&self, plugin: &str, item: E::Item) -> Admission<E::Item> {
        self.with_limit(plugin, |limit| {
            if limit.tokens.take(Instant::now()) {
                if let Some(excess) = &mut limit.excess {
                    excess.admitted_later();
                }
                return Admission::Admitted(item);
            }
            match limit.add_excess(|excess| excess.add(item)) {
                true => Admission::FirstRefused,
                false => Admission::Refused,
            }
        })
    }

    /// Adds to a plugin's summary. Returns whether it is the first addition since the last report.
    pub(super) fn add_excess(&self, plugin: &str, add: impl FnOnce(&mut E)) -> bool {
        self.with_limit(plugin, |limit| limit.add_excess(add))
    }

    /// The summary of what exceeded a plugin's limit since the last call; `None` if nothing did.
    pub(super) fn take_excess(&self, plugin: &str) -> Option<E> {
        self.lock().get_mut(plugin)?.excess.take()
    }

    /// Plugins that have had items.
    pub(super) fn plugins(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    fn with_limit<T>(&self, plugin: &str, apply: impl FnOnce(&mut Limit<E>) -> T) -> T {
        let mut limits = self.lock();
        // The key is copied for the first item only.
        match limits.get_mut(plugin) {
            Some(limit) => apply(limit),
            None => apply(limits.entry(plugin.to_owned()).or_insert_with(Limit::new)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Limit<E>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E: Excess> Limit<E> {
    fn new() -> Self {
        Self {
            tokens: TokenBucket::new(E::PER_SECOND, E::BURST, Instant::now()),
            excess: None,
        }
    }

    fn add_excess(&mut self, add: impl FnOnce(&mut E)) -> bool {
        let is_first = self.excess.is_none();
        add(self.excess.get_or_insert_default());
        is_first
    }
}
