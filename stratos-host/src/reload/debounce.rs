//! Debouncing of file events.

use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

/// Time without events after which a burst of events has ended.
const QUIET_PERIOD: Duration = Duration::from_millis(30);
/// Maximum length of a burst: continuous events must not delay reloads forever.
const MAX_BURST: Duration = Duration::from_millis(500);

/// Waits for an event, and for the end of the burst of events that begins with it.
pub(super) async fn debounce(events: &Notify) {
    events.notified().await;
    let deadline = Instant::now() + MAX_BURST;
    loop {
        tokio::select! {
            () = events.notified() => {}
            () = sleep(QUIET_PERIOD) => return,
            () = sleep_until(deadline) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Duration in milliseconds of a burst of `count` events at intervals of `interval` milliseconds.
    async fn burst_duration(count: u32, interval: u64) -> u128 {
        let events = Arc::new(Notify::new());
        let sender = Arc::clone(&events);
        tokio::spawn(async move {
            for _ in 0..count {
                sender.notify_one();
                sleep(Duration::from_millis(interval)).await;
            }
        });
        let start = Instant::now();
        debounce(&events).await;
        start.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_ends_after_a_quiet_period_or_at_its_maximum_length() {
        assert_eq!(burst_duration(1, 0).await, 30);
        assert_eq!(burst_duration(10, 5).await, 45 + 30);
        assert_eq!(burst_duration(u32::MAX, 5).await, 500);
    }
}
