//! Forwards the output of a plugin as log lines.

use stratos_protocol::limits::LOG_LINE_BYTES;
use stratos_protocol::logger::{self, Level};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

use crate::event::EventBus;
use crate::process::exit::LastLines;

/// Emits each line of `output` as a log event until the stream ends, and adds it to `last_lines` if there are some.
///
/// Always reads on, so that a plugin never blocks on its output. The part of a line beyond `LOG_LINE_BYTES` is
/// discarded, which bounds the memory.
pub(super) async fn forward_lines(
    output: impl AsyncRead + Unpin,
    events: EventBus,
    plugin: String,
    level: Level,
    tag: &str,
    last_lines: Option<LastLines>,
) {
    let emit = |line: String| {
        if let Some(last_lines) = &last_lines {
            last_lines.push(&line);
        }
        events.log(&plugin, level, tag, line, None);
    };
    let mut reader = BufReader::new(output);
    let mut line = Line::default();
    loop {
        let chunk = match reader.fill_buf().await {
            Ok(chunk) if !chunk.is_empty() => chunk,
            // The end of the stream, or an error of the pipe.
            _ => break,
        };
        let newline = chunk.iter().position(|byte| *byte == b'\n');
        line.push(&chunk[..newline.unwrap_or(chunk.len())]);
        let used = newline.map_or(chunk.len(), |at| at + 1);
        reader.consume(used);
        if newline.is_some() {
            emit(line.take());
        }
    }
    if !line.kept.is_empty() {
        emit(line.take());
    }
}

/// A line that is being read.
#[derive(Default)]
struct Line {
    /// The first bytes of the line, at most `LOG_LINE_BYTES`.
    kept: Vec<u8>,
    /// Number of bytes that were discarded.
    cut: usize,
}

impl Line {
    fn push(&mut self, bytes: &[u8]) {
        let room = LOG_LINE_BYTES.saturating_sub(self.kept.len());
        let room = room.min(bytes.len());
        self.kept.extend_from_slice(&bytes[..room]);
        self.cut += bytes.len() - room;
    }

    fn take(&mut self) -> String {
        let mut text = String::from_utf8_lossy(&self.kept)
            .trim_end_matches('\r')
            .to_owned();
        if self.cut > 0 {
            text.push_str(&logger::truncation_mark(self.cut));
        }
        *self = Self::default();
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    #[tokio::test]
    async fn output_is_split_into_lines_of_limited_length_and_decoded_lossily() {
        let events = EventBus::default();
        let mut watcher = events.subscribe();
        let long = "x".repeat(LOG_LINE_BYTES + 5);
        let mut output = format!("one\r\n\ntwo\n{long}\n").into_bytes();
        output.extend(b"\xff\nlast");
        let (bus, plugin) = (events.clone(), "p".to_owned());
        forward_lines(&output[..], bus, plugin, Level::Info, "stdout", None).await;
        drop(events);
        let mut messages = Vec::new();
        while let Some(event) = watcher.next().await {
            let Event::Log(line) = &*event else {
                panic!("{event:?}")
            };
            messages.push(line.message.clone());
        }
        let cut = format!("{}... (5 more bytes)", "x".repeat(LOG_LINE_BYTES));
        assert_eq!(messages, ["one", "", "two", &cut, "\u{fffd}", "last"]);
    }
}
