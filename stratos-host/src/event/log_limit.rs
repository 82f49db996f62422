//! Rate limit and size limits of the log lines of a plugin.

use std::collections::VecDeque;

use stratos_protocol::logger;
use tokio::time::Instant;

use crate::event::LogLine;
use crate::event::rate_limiter::{Excess, RateLimiter};

/// Longest tag that is not truncated, in bytes.
const TAG_BYTES: usize = 256;
/// Number of most recent dropped lines that are kept: the last lines of a plugin often tell why it ended.
const LAST_LINES: usize = 10;

/// Rate limits of all plugins for log lines.
pub(super) type LogLimiter = RateLimiter<Dropped>;

/// Lines dropped since the last notice.
#[derive(Debug)]
pub(super) struct Dropped {
    count: u64,
    since: Instant,
    /// The most recent dropped lines; empty if a later line was admitted.
    pub(super) last: VecDeque<LogLine>,
}

impl Default for Dropped {
    fn default() -> Self {
        Self {
            count: 0,
            since: Instant::now(),
            last: VecDeque::new(),
        }
    }
}

impl Excess for Dropped {
    const PER_SECOND: f64 = 1000.0;
    const BURST: f64 = 2000.0;

    type Item = LogLine;

    fn add(&mut self, line: LogLine) {
        self.count(1);
        if self.last.len() == LAST_LINES {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }

    fn admitted_later(&mut self) {
        // Emitting them now would break the order of lines.
        self.last.clear();
    }
}

impl Dropped {
    /// Adds to the number of dropped lines.
    pub(super) fn count(&mut self, lines: u64) {
        self.count = self.count.saturating_add(lines);
    }

    /// Number of lines that are never shown.
    pub(super) fn unseen(&self) -> u64 {
        self.count.saturating_sub(self.last.len() as u64)
    }

    /// A sentence with the number of lines that are never shown.
    pub(super) fn notice(&self) -> String {
        let (unseen, seconds) = (self.unseen(), self.since.elapsed().as_secs_f64());
        let (rate, burst) = (Self::PER_SECOND, Self::BURST);
        format!(
            "{unseen} log lines were dropped within {seconds:.1} s: a plugin may log {rate} lines a second, \
             and {burst} at once"
        )
    }
}

/// Truncates a text to `bytes` and appends the number of bytes removed.
pub(crate) fn cut(text: String, bytes: usize) -> String {
    logger::truncate(&text, bytes).unwrap_or(text)
}

/// Truncates a tag to [`TAG_BYTES`].
pub(crate) fn cut_tag(tag: String) -> String {
    cut(tag, TAG_BYTES)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use stratos_protocol::logger::Level;

    use super::*;
    use crate::event::rate_limiter::Admission;
    use crate::event::{Event, EventBus};

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_limited_and_counted_and_its_last_lines_are_kept() {
        let events = EventBus::default();
        let mut subscriber = events.subscribe();
        let say = |n: u32| events.log("p", Level::Info, "t", n.to_string(), None);
        (0..10_000).for_each(say);
        events.log("quiet", Level::Info, "t", "heard".to_owned(), None);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        say(10_000);
        drop(events);
        let mut seen = Vec::new();
        while let Some(event) = subscriber.next().await {
            let Event::Log(line) = &*event else {
                panic!("{event:?}")
            };
            seen.push(line.message.clone());
        }
        assert_eq!(seen.len(), 2000 + 1 + 1 + LAST_LINES + 1);
        let notice = "7990 log lines were dropped within 1.0 s: a plugin may log 1000 lines a second, and 2000 at once";
        assert_eq!(&seen[1999..2003], ["1999", "heard", notice, "9990"]);
        assert_eq!(&seen[2011..], ["9999", "10000"]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_bucket_refills_with_time() {
        let limits = LogLimiter::default();
        let line = || LogLine {
            plugin: "p".to_owned(),
            level: Level::Info,
            tag: String::new(),
            message: String::new(),
            data: None,
            dropped: None,
            time: 0,
        };
        let shown = || {
            let lines = std::iter::repeat_with(|| limits.admit("p", line()));
            lines
                .take_while(|a| matches!(a, Admission::Admitted(_)))
                .count()
        };
        assert_eq!(shown(), 2000);
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(shown(), 500);
        tokio::time::advance(Duration::from_secs(3600)).await;
        assert_eq!(shown(), 2000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_that_loses_no_line_has_no_notice() {
        let events = EventBus::default();
        let mut subscriber = events.subscribe();
        for n in 0..2005 {
            events.log("p", Level::Info, "t", n.to_string(), None);
        }
        tokio::time::sleep(Duration::from_millis(1500)).await;
        drop(events);
        let mut seen = 0;
        while let Some(event) = subscriber.next().await {
            assert!(matches!(&*event, Event::Log(line) if line.message == seen.to_string()));
            seen += 1;
        }
        assert_eq!(seen, 2005);
    }

    #[test]
    fn long_tags_are_truncated() {
        assert_eq!(cut("aä".to_owned(), 2), "a... (2 more bytes)");
        assert_eq!(cut_tag("tag".to_owned()), "tag");
        let long = cut_tag("x".repeat(TAG_BYTES + 1));
        assert_eq!(long, format!("{}... (1 more bytes)", "x".repeat(TAG_BYTES)));
    }
}
