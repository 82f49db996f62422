//! How much a plugin may log.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use serde_json::value::RawValue;
use stratos_protocol::limits::LOG_LINE_BYTES;
use stratos_protocol::logger;
use stratos_transport::guard::Guard;
use tokio::time::Instant;

use crate::events::LogLine;

/// The longest tag that is shown whole.
const TAG_BYTES: usize = 256;
/// How many lines of a plugin are shown in a second, in the long run.
const LINES_PER_SECOND: f64 = 1000.0;
/// How many are shown at once.
const BURST: f64 = 2000.0;
/// How many of the last ones are shown nevertheless: a plugin's last words say why it ended.
const LAST_LINES: usize = 10;
/// How often a plugin's dropped lines are counted out loud.
pub(crate) const NOTICE_EVERY: Duration = Duration::from_secs(1);

/// Counts the lines of all plugins. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogLimits(Arc<Mutex<HashMap<String, Bucket>>>);

#[derive(Debug)]
struct Bucket {
    room: f64,
    filled: Instant,
    dropped: Option<Dropped>,
}

/// What is not shown.
#[derive(Debug)]
pub(crate) struct Dropped {
    count: u64,
    since: Instant,
    /// The last lines, if none was shown after them.
    pub(crate) last: VecDeque<LogLine>,
}

/// What becomes of a line.
#[derive(Debug)]
pub(crate) enum Admitted {
    /// It is shown.
    Shown(LogLine),
    /// It is dropped, and the first one since the last notice.
    FirstDropped,
    /// It is dropped.
    Dropped,
}

impl LogLimits {
    pub(crate) fn admit(&self, line: LogLine) -> Admitted {
        let now = Instant::now();
        let mut buckets = self.lock();
        if !buckets.contains_key(&line.plugin) {
            buckets.insert(line.plugin.clone(), Bucket::new(now));
        }
        match buckets.get_mut(&line.plugin) {
            Some(bucket) if Guard::LogRate.is_on() => bucket.admit(line, now),
            _ => Admitted::Shown(line),
        }
    }

    /// What was dropped since the last time.
    pub(crate) fn take_dropped(&self, plugin: &str) -> Option<Dropped> {
        self.lock().get_mut(plugin)?.dropped.take()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Bucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    fn new(now: Instant) -> Self {
        Self {
            room: BURST,
            filled: now,
            dropped: None,
        }
    }

    fn admit(&mut self, line: LogLine, now: Instant) -> Admitted {
        let passed = now.duration_since(self.filled).as_secs_f64();
        self.room = (self.room + passed * LINES_PER_SECOND).min(BURST);
        self.filled = now;
        if self.room >= 1.0 {
            self.room -= 1.0;
            if let Some(dropped) = &mut self.dropped {
                // They would appear after what came later.
                dropped.last.clear();
            }
            return Admitted::Shown(line);
        }
        let is_first = self.dropped.is_none();
        let dropped = self.dropped.get_or_insert_with(|| Dropped {
            count: 0,
            since: now,
            last: VecDeque::new(),
        });
        dropped.count += 1;
        if dropped.last.len() == LAST_LINES {
            dropped.last.pop_front();
        }
        dropped.last.push_back(line);
        match is_first {
            true => Admitted::FirstDropped,
            false => Admitted::Dropped,
        }
    }
}

impl Dropped {
    /// Says how many are not shown; `None` where all of them are the last ones.
    pub(crate) fn notice(&self) -> Option<String> {
        let unseen = self.count.saturating_sub(self.last.len() as u64);
        let seconds = self.since.elapsed().as_secs_f64();
        (unseen > 0).then(|| {
            format!(
                "{unseen} log lines were dropped within {seconds:.1} s: a plugin may log {LINES_PER_SECOND} lines a \
                 second, and {BURST} at once"
            )
        })
    }
}

/// At most this many bytes of a text, and how many more there are.
pub(crate) fn cut(text: String, bytes: usize) -> String {
    match Guard::LogLine.is_on() {
        true => logger::truncate(&text, bytes).unwrap_or(text),
        false => text,
    }
}

pub(crate) fn cut_tag(tag: String) -> String {
    cut(tag, TAG_BYTES)
}

/// A line's data; what is too large or too deep becomes the beginning of its text.
pub(crate) fn cut_data(data: &RawValue) -> Value {
    let text = data.get();
    let is_short = text.len() <= LOG_LINE_BYTES || !Guard::LogLine.is_on();
    let value = is_short.then(|| serde_json::from_str(text).ok()).flatten();
    value.unwrap_or_else(|| Value::String(cut(text.to_owned(), LOG_LINE_BYTES)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stratos_protocol::logger::Level;

    use super::*;
    use crate::events::{Event, Events};

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_thinned_out_and_counted_and_its_last_words_are_heard() {
        let events = Events::default();
        let mut watcher = events.watch();
        let say = |n: u32| events.log("p", Level::Info, "t", n.to_string(), None);
        (0..10_000).for_each(say);
        events.log("quiet", Level::Info, "t", "heard".to_owned(), None);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        say(10_000);
        drop(events);
        let mut seen = Vec::new();
        while let Some(event) = watcher.next().await {
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
    async fn after_a_while_there_is_room_again() {
        let limits = LogLimits::default();
        let line = || LogLine {
            plugin: "p".to_owned(),
            level: Level::Info,
            tag: String::new(),
            message: String::new(),
            data: None,
            time: 0,
        };
        let shown = || {
            let lines = std::iter::repeat_with(|| limits.admit(line()));
            lines
                .take_while(|a| matches!(a, Admitted::Shown(_)))
                .count()
        };
        assert_eq!(shown(), 2000);
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(shown(), 500);
        tokio::time::advance(Duration::from_secs(3600)).await;
        assert_eq!(shown(), 2000);
    }

    #[test]
    fn what_is_too_long_or_too_deep_is_cut() {
        assert_eq!(cut("aä".to_owned(), 2), "a... (2 more bytes)");
        let raw = |text: String| RawValue::from_string(text).unwrap();
        assert_eq!(
            cut_data(&raw("{\"a\":[1]}".to_owned())),
            json!({ "a": [1] })
        );
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert_eq!(cut_data(&raw(deep.clone())), Value::String(deep));
        let long = cut_data(&raw(format!("\"{}\"", "x".repeat(LOG_LINE_BYTES))));
        let expected = format!("\"{}... (2 more bytes)", "x".repeat(LOG_LINE_BYTES - 1));
        assert_eq!(long, Value::String(expected));
    }
}
