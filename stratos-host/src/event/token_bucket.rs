//! Token bucket: a sustained rate with bursts.

use tokio::time::Instant;

/// Tokens that are refilled at a constant rate up to a capacity; a token is the right to one event.
#[derive(Debug)]
pub(super) struct TokenBucket {
    tokens: f64,
    refilled: Instant,
    per_second: f64,
    capacity: f64,
}

impl TokenBucket {
    /// A full bucket.
    pub(super) const fn new(per_second: f64, capacity: f64, now: Instant) -> Self {
        Self {
            tokens: capacity,
            refilled: now,
            per_second,
            capacity,
        }
    }

    /// Takes a token, if there is one.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let elapsed = now.duration_since(self.refilled).as_secs_f64();
        self.tokens = (self.tokens + elapsed * self.per_second).min(self.capacity);
        self.refilled = now;
        let is_admitted = self.tokens >= 1.0;
        if is_admitted {
            self.tokens -= 1.0;
        }
        is_admitted
    }
}
