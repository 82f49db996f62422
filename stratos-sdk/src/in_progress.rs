//! Items in progress.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// List of items in progress, in the order in which they began. Cheap to clone.
#[derive(Debug)]
pub(crate) struct InProgress<T>(Arc<Mutex<Items<T>>>);

#[derive(Debug)]
struct Items<T> {
    last_id: u64,
    by_id: BTreeMap<u64, T>,
}

/// Guard of an item, which is removed when the guard is dropped.
#[derive(Debug)]
pub(crate) struct InProgressGuard<T> {
    items: InProgress<T>,
    id: u64,
}

impl<T> InProgress<T> {
    pub(crate) fn add(&self, item: T) -> InProgressGuard<T> {
        let mut items = self.lock();
        items.last_id += 1;
        let id = items.last_id;
        items.by_id.insert(id, item);
        InProgressGuard {
            items: self.clone(),
            id,
        }
    }

    /// Calls `read` with the items.
    pub(crate) fn read<R>(&self, read: impl FnOnce(&BTreeMap<u64, T>) -> R) -> R {
        read(&self.lock().by_id)
    }

    /// Calls `update` with each item, in the order in which they began.
    pub(crate) fn update(&self, update: impl FnMut(&mut T)) {
        self.lock().by_id.values_mut().for_each(update);
    }

    fn lock(&self) -> MutexGuard<'_, Items<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for InProgress<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for InProgress<T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Items {
            last_id: 0,
            by_id: BTreeMap::new(),
        })))
    }
}

impl<T> Drop for InProgressGuard<T> {
    fn drop(&mut self) {
        self.items.lock().by_id.remove(&self.id);
    }
}
