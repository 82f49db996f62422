//! Many events at once count as one.

use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

/// Nothing happened for so long: whoever saves is done.
const QUIET: Duration = Duration::from_millis(30);
/// Events that never stop must not hide the changes among them.
const LONGEST: Duration = Duration::from_millis(500);

/// Waits for an event, and for the end of the burst that it begins.
pub(super) async fn burst(event: &Notify) {
    event.notified().await;
    let end = Instant::now() + LONGEST;
    loop {
        tokio::select! {
            () = event.notified() => {}
            () = sleep(QUIET) => return,
            () = sleep_until(end) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// How long a burst of events takes, one every so many milliseconds.
    async fn time(events: u32, every: u64) -> u128 {
        let event = Arc::new(Notify::new());
        let sender = Arc::clone(&event);
        tokio::spawn(async move {
            for _ in 0..events {
                sender.notify_one();
                sleep(Duration::from_millis(every)).await;
            }
        });
        let begin = Instant::now();
        burst(&event).await;
        begin.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_ends_with_silence_or_in_time() {
        assert_eq!(time(1, 0).await, 30);
        assert_eq!(time(10, 5).await, 45 + 30);
        assert_eq!(time(u32::MAX, 5).await, 500);
    }
}
