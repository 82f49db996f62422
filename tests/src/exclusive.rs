//! A lock for tests that load the machine or measure time.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Waits until no other test of this program holds the lock. The lock is released on drop.
pub fn exclusive() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    // A test that failed with the lock held has said so itself.
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}
