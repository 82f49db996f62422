//! Restart policy of supervised plugins: exponential backoff, and a limit of crashes.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Delay before the first restart; each later one is twice as long.
pub(super) const FIRST_DELAY: Duration = Duration::from_millis(250);
/// Upper bound of the delay.
pub(super) const MAX_DELAY: Duration = Duration::from_secs(30);
/// Number of crashes within [`WINDOW`] after which a plugin is not restarted.
pub(super) const MAX_CRASHES: usize = 5;
/// Period in which crashes are counted.
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// Uptime after which earlier crashes no longer count.
const HEALTHY_UPTIME: Duration = Duration::from_secs(60);
/// Random spread of a delay, so that plugins that crashed together do not restart together.
const JITTER: f64 = 0.2;

/// Crash history of one plugin.
#[derive(Debug, Default)]
pub(super) struct RestartBackoff {
    /// Times of the crashes within [`WINDOW`].
    crashes: VecDeque<Instant>,
    /// Number of delays since the last reset.
    delays: u32,
    up_since: Option<Instant>,
    /// Whether some program started successfully since [`clear`](Self::clear).
    has_started: bool,
}

impl RestartBackoff {
    /// Records that the plugin runs from now on.
    pub(super) fn record_start(&mut self, now: Instant) {
        self.up_since = Some(now);
        self.has_started = true;
    }

    /// Forgets the crashes so far.
    pub(super) fn reset(&mut self) {
        self.crashes.clear();
        self.delays = 0;
    }

    /// Forgets everything: the plugin is started on request, or is errored for good.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether a failed start counts as a crash, since an earlier start succeeded.
    pub(super) fn has_started(&self) -> bool {
        self.has_started
    }

    /// Records a crash. Returns the delay before the restart, or `None` after too many crashes.
    ///
    /// `random`, between 0 and 1, chooses the jitter.
    pub(super) fn record_crash(&mut self, now: Instant, random: f64) -> Option<Duration> {
        let up = self.up_since.take();
        if up.is_some_and(|up| now.saturating_duration_since(up) >= HEALTHY_UPTIME) {
            self.reset();
        }
        self.crashes
            .retain(|crash| now.saturating_duration_since(*crash) < WINDOW);
        self.crashes.push_back(now);
        if self.crashes.len() >= MAX_CRASHES {
            return None;
        }
        let factor = 1_u32.checked_shl(self.delays).unwrap_or(u32::MAX);
        let delay = FIRST_DELAY.saturating_mul(factor).min(MAX_DELAY);
        // `MAX_DELAY` is reached long before the shift overflows.
        self.delays = self.delays.saturating_add(1).min(16);
        Some(delay.mul_f64(1.0 + JITTER * (2.0 * random - 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_thirty_seconds() {
        let mut backoff = RestartBackoff::default();
        let mut now = Instant::now();
        let mut delays = Vec::new();
        for _ in 0..10 {
            backoff.record_start(now);
            // Fewer than five crashes within a minute, and no healthy uptime.
            now += Duration::from_secs(20);
            delays.push(backoff.record_crash(now, 0.5).unwrap().as_millis());
        }
        let expected = [
            250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
        ];
        assert_eq!(delays, expected);
    }

    #[test]
    fn the_fifth_crash_within_a_minute_ends_the_restarts() {
        let mut backoff = RestartBackoff::default();
        let begin = Instant::now();
        for second in 0..4 {
            let now = begin + Duration::from_secs(second * 14);
            assert!(backoff.record_crash(now, 0.5).is_some(), "{second}");
        }
        let fifth = begin + Duration::from_secs(59);
        assert_eq!(backoff.record_crash(fifth, 0.5), None);
        backoff.reset();
        assert_eq!(backoff.record_crash(fifth, 0.5), Some(FIRST_DELAY));
    }

    #[test]
    fn a_minute_of_uptime_resets_the_delay() {
        let mut backoff = RestartBackoff::default();
        let begin = Instant::now();
        backoff.record_crash(begin, 0.5);
        backoff.record_start(begin);
        let healthy = begin + HEALTHY_UPTIME;
        assert_eq!(backoff.record_crash(healthy, 0.5), Some(FIRST_DELAY));
    }

    #[test]
    fn jitter_changes_a_delay_by_at_most_a_fifth() {
        let delay = |random| RestartBackoff::default().record_crash(Instant::now(), random);
        assert_eq!(delay(0.0), Some(FIRST_DELAY.mul_f64(0.8)));
        assert_eq!(delay(1.0), Some(FIRST_DELAY.mul_f64(1.2)));
    }
}
