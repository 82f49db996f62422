//! What a plugin prints becomes log lines.

use stratos_protocol::limits::LOG_LINE_BYTES;
use stratos_protocol::log::{self, Level};
use stratos_transport::guard::Guard;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

use crate::events::Events;

/// Forwards lines until the stream ends. Memory does not grow with what is printed, and whoever prints never waits:
/// what is too much is read and dropped.
pub(super) async fn forward(
    output: impl AsyncRead + Unpin,
    events: Events,
    plugin: String,
    level: Level,
    tag: &str,
) {
    let mut reader = BufReader::new(output);
    let mut line = Line::default();
    loop {
        let chunk = match reader.fill_buf().await {
            Ok(chunk) if !chunk.is_empty() => chunk,
            // The end, or a pipe that broke, which is the same to us.
            _ => break,
        };
        let newline = chunk.iter().position(|byte| *byte == b'\n');
        line.push(&chunk[..newline.unwrap_or(chunk.len())]);
        let used = newline.map_or(chunk.len(), |at| at + 1);
        reader.consume(used);
        if newline.is_some() {
            events.log(&plugin, level, tag, line.take(), None);
        }
    }
    if !line.kept.is_empty() {
        events.log(&plugin, level, tag, line.take(), None);
    }
}

#[derive(Default)]
struct Line {
    kept: Vec<u8>,
    cut: usize,
}

impl Line {
    fn push(&mut self, bytes: &[u8]) {
        let limit = if Guard::LogLine.is_on() {
            LOG_LINE_BYTES
        } else {
            usize::MAX
        };
        let room = limit.saturating_sub(self.kept.len()).min(bytes.len());
        self.kept.extend_from_slice(&bytes[..room]);
        self.cut += bytes.len() - room;
    }

    fn take(&mut self) -> String {
        let mut text = String::from_utf8_lossy(&self.kept)
            .trim_end_matches('\r')
            .to_owned();
        if self.cut > 0 {
            text.push_str(&log::mark(self.cut));
        }
        *self = Self::default();
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Event;

    #[tokio::test]
    async fn lines_are_split_cut_and_made_text() {
        let events = Events::default();
        let mut watcher = events.watch();
        let long = "x".repeat(LOG_LINE_BYTES + 5);
        let output = format!("one\r\n\ntwo\n{long}\nlast");
        forward(
            output.as_bytes(),
            events.clone(),
            "p".to_owned(),
            Level::Info,
            "stdout",
        )
        .await;
        forward(
            &b"\xff\n"[..],
            events.clone(),
            "p".to_owned(),
            Level::Info,
            "stdout",
        )
        .await;
        drop(events);
        let mut messages = Vec::new();
        while let Some(event) = watcher.next().await {
            let Event::Log(line) = &*event else {
                panic!("{event:?}")
            };
            messages.push(line.message.clone());
        }
        let cut = format!("{}... (5 more bytes)", "x".repeat(LOG_LINE_BYTES));
        assert_eq!(messages, ["one", "", "two", &cut, "last", "\u{fffd}"]);
    }
}
