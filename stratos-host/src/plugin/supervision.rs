//! How soon a plugin that crashed is started again, and when it is not any more.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long the first wait is; each one after it is twice as long.
pub(super) const FIRST_DELAY: Duration = Duration::from_millis(250);
/// Waits grow up to this.
pub(super) const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// This many crashes within [`WINDOW`] are too many.
pub(super) const CRASHES: usize = 5;
/// See [`CRASHES`].
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// Who has run for so long starts with a clean slate.
const HEALTHY: Duration = Duration::from_secs(60);
/// A wait is this much shorter or longer, so that plugins that fell together do not rise together.
const JITTER: f64 = 0.2;

/// What is remembered of a plugin's crashes.
#[derive(Debug, Default)]
pub(super) struct Supervision {
    crashes: VecDeque<Instant>,
    delays: u32,
    up_since: Option<Instant>,
    /// There is a program that started well, whatever was forgotten since.
    was_up: bool,
}

impl Supervision {
    /// It runs from now on.
    pub(super) fn up(&mut self, now: Instant) {
        self.up_since = Some(now);
        self.was_up = true;
    }

    /// The crashes so far do not count any more.
    pub(super) fn reset(&mut self) {
        self.crashes.clear();
        self.delays = 0;
    }

    /// Nothing that was before counts any more: somebody starts it, or it was given up.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Whether a start that fails is one more crash: something of it ran before.
    pub(super) fn was_up(&self) -> bool {
        self.was_up
    }

    /// How long to wait before the next start; `None` when it crashed too often.
    ///
    /// `chance` lies between 0 and 1.
    pub(super) fn crashed(&mut self, now: Instant, chance: f64) -> Option<Duration> {
        let up = self.up_since.take();
        if up.is_some_and(|up| now.saturating_duration_since(up) >= HEALTHY) {
            self.reset();
        }
        self.crashes
            .retain(|crash| now.saturating_duration_since(*crash) < WINDOW);
        self.crashes.push_back(now);
        if self.crashes.len() >= CRASHES {
            return None;
        }
        let factor = 1_u32.checked_shl(self.delays).unwrap_or(u32::MAX);
        let delay = FIRST_DELAY.saturating_mul(factor).min(LONGEST_DELAY);
        // The longest wait is reached long before the shift is at its end.
        self.delays = self.delays.saturating_add(1).min(16);
        Some(delay.mul_f64(1.0 + JITTER * (2.0 * chance - 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute() {
        let mut supervision = Supervision::default();
        let mut now = Instant::now();
        let mut delays = Vec::new();
        for _ in 0..10 {
            supervision.up(now);
            // Never five within a minute, and never healthy.
            now += Duration::from_secs(20);
            delays.push(supervision.crashed(now, 0.5).unwrap().as_millis());
        }
        let expected = [
            250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
        ];
        assert_eq!(delays, expected);
    }

    #[test]
    fn the_fifth_crash_within_a_minute_is_the_last() {
        let mut supervision = Supervision::default();
        let begin = Instant::now();
        for second in 0..4 {
            let now = begin + Duration::from_secs(second * 14);
            assert!(supervision.crashed(now, 0.5).is_some(), "{second}");
        }
        let fifth = begin + Duration::from_secs(59);
        assert_eq!(supervision.crashed(fifth, 0.5), None);
        supervision.reset();
        assert_eq!(supervision.crashed(fifth, 0.5), Some(FIRST_DELAY));
    }

    #[test]
    fn a_minute_of_health_is_a_clean_slate() {
        let mut supervision = Supervision::default();
        let begin = Instant::now();
        supervision.crashed(begin, 0.5);
        supervision.up(begin);
        let healthy = begin + HEALTHY;
        assert_eq!(supervision.crashed(healthy, 0.5), Some(FIRST_DELAY));
    }

    #[test]
    fn chance_moves_a_wait_by_a_fifth() {
        let wait = |chance| Supervision::default().crashed(Instant::now(), chance);
        assert_eq!(wait(0.0), Some(FIRST_DELAY.mul_f64(0.8)));
        assert_eq!(wait(1.0), Some(FIRST_DELAY.mul_f64(1.2)));
    }
}
