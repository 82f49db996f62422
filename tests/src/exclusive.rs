//! A lock for tests that load the machine or measure time.

use std::sync::{Mutex, MutexGuard, PoisonError};

static LOCK: Mutex<()> = Mutex::new(());

/// The lock, released on drop.
#[derive(Debug)]
#[must_use]
pub struct Exclusive {
    _guard: MutexGuard<'static, ()>,
}

/// Waits until no other test of this program holds the lock.
pub fn exclusive() -> Exclusive {
    // The lock is poisoned when a test fails, which concerns no other test.
    let guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    Exclusive { _guard: guard }
}
