//! Repetition of an upload that the platform has certainly not taken.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// Attempts of one upload, with the first one.
pub(super) const MAX_ATTEMPTS: u32 = 5;

/// Longest time that all pauses of one upload take together.
pub(super) const MAX_PAUSES: Duration = Duration::from_secs(5 * 60);

/// Pause after the first failure to connect. Each further one takes twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Attempts and pauses that one upload has used.
#[derive(Debug)]
pub(super) struct RetryBudget {
    /// Number of the current attempt, from 1.
    pub(super) attempt: u32,
    paused: Duration,
}

impl RetryBudget {
    /// The budget of the first attempt.
    pub(super) const fn new() -> Self {
        Self {
            attempt: 1,
            paused: Duration::ZERO,
        }
    }

    /// Begins the next attempt. Returns the pause before it: `asked`, or one that grows. `None` if the budget is used up.
    pub(super) fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let pause = asked.unwrap_or(FIRST_PAUSE * 2_u32.pow(self.attempt - 1));
        let paused = self.paused.checked_add(pause)?;
        if self.attempt == MAX_ATTEMPTS || paused > MAX_PAUSES {
            return None;
        }
        self.attempt += 1;
        self.paused = paused;
        Some(pause)
    }
}

/// The pause in the header `Retry-After`, which has seconds or a date.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match value.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let date = httpdate::parse_http_date(value).ok()?;
            // A date in the past is a pause of no length.
            Some(date.duration_since(now).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn pauses_are_bounded_in_number_and_time() {
        let mut budget = RetryBudget::new();
        let pauses: Vec<_> = std::iter::from_fn(|| budget.next(None)).collect();
        let millis: Vec<_> = pauses.iter().map(Duration::as_millis).collect();
        assert_eq!(millis, [500, 1000, 2000, 4000]);

        let mut budget = RetryBudget::new();
        let asked = Duration::from_secs(200);
        assert_eq!(budget.next(Some(asked)), Some(asked));
        assert_eq!(budget.next(Some(asked)), None);
        assert_eq!(RetryBudget::new().next(Some(Duration::MAX)), None);
    }

    #[test]
    fn the_header_has_seconds_or_a_date() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        for (value, expected) in [
            ("120", Some(120)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("99999999999999999999999", None),
        ] {
            let value = HeaderValue::from_static(value);
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value)]);
            let pause = retry_after(&headers, now).map(|pause| pause.as_secs());
            assert_eq!(pause, expected, "{headers:?}");
        }
    }
}
