//! Waiting for a condition.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// Time after which a wait fails the test.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// Waits until a condition is true.
///
/// # Panics
///
/// After [`TIMEOUT`], with the text, which names what was expected.
pub fn wait_until(expected: &str, mut condition: impl FnMut() -> bool) {
    assert!(
        wait_at_most(TIMEOUT, &mut condition),
        "not in time: {expected}"
    );
}

/// Waits until a condition is true. Returns false after the timeout.
#[must_use]
pub fn wait_at_most(timeout: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + timeout;
    while !condition() {
        if Instant::now() > deadline {
            return false;
        }
        sleep(Duration::from_millis(5));
    }
    true
}
