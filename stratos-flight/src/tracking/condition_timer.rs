//! A timer of a condition.

use std::time::Duration;

/// A timer of a condition, which starts anew whenever the condition does not hold.
#[derive(Debug, Clone, Default)]
pub(super) struct ConditionTimer {
    since: Option<Duration>,
}

impl ConditionTimer {
    /// The time for which the condition has held without a break; `None` if it does not hold.
    pub(super) fn update(&mut self, now: Duration, holds: bool) -> Option<Duration> {
        match holds {
            true => {
                let since = *self.since.get_or_insert(now);
                Some(now.saturating_sub(since))
            }
            false => {
                self.since = None;
                None
            }
        }
    }
}
