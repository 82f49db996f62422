//! The end of a plugin's process.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use stratos_protocol::excerpt::excerpt;

/// Number of the last lines on stderr that describe the end of a process.
const LAST_LINES: usize = 5;
/// Length of each of these lines, in characters.
const LAST_LINE_CHARS: usize = 200;

/// The end of a plugin's process. Its text is the status, such as `exited with code 101`.
#[derive(Debug, Clone)]
pub(crate) struct Exit {
    status: String,
    /// Last lines on stderr; empty if the process ended in order.
    last_lines: Vec<String>,
}

/// The last lines that a process has printed to stderr. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct LastLines(Arc<Mutex<VecDeque<String>>>);

impl Exit {
    /// Beginning of the status of a process that a signal has ended.
    pub(super) const BY_SIGNAL: &str = "was ended by signal";

    pub(crate) fn new(status: impl Into<String>) -> Self {
        Self {
            status: status.into(),
            last_lines: Vec::new(),
        }
    }

    pub(super) fn with_last_lines(self, lines: &LastLines) -> Self {
        let last_lines = lines.lock().iter().cloned().collect();
        Self { last_lines, ..self }
    }

    /// Whether a signal has ended the process.
    pub(crate) fn is_by_signal(&self) -> bool {
        self.status.starts_with(Self::BY_SIGNAL)
    }

    /// The last lines on stderr, to be appended to the status; empty if there are none.
    pub(crate) fn last_output(&self) -> String {
        match &self.last_lines[..] {
            [] => String::new(),
            lines => format!("; its last lines on stderr: {}", lines.join(" | ")),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.status)
    }
}

impl LastLines {
    /// Appends a line, with control characters escaped.
    pub(super) fn push(&self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        let mut shown = String::new();
        for character in excerpt(line, LAST_LINE_CHARS).chars() {
            match character.is_control() {
                true => shown.extend(character.escape_default()),
                false => shown.push(character),
            }
        }
        let mut lines = self.lock();
        if lines.len() == LAST_LINES {
            lines.pop_front();
        }
        lines.push_back(shown);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_few_short_and_escaped() {
        let lines = LastLines::default();
        let exit = Exit::new("exited with code 1");
        assert_eq!(exit.clone().with_last_lines(&lines).last_output(), "");
        (1..=5).for_each(|number| lines.push(&number.to_string()));
        lines.push("");
        lines.push("\u{1b}[31mno fuel\r");
        lines.push(&"x".repeat(LAST_LINE_CHARS + 1));
        let long = "x".repeat(LAST_LINE_CHARS);
        let expected =
            format!("; its last lines on stderr: 3 | 4 | 5 | \\u{{1b}}[31mno fuel\\r | {long}…");
        assert_eq!(exit.with_last_lines(&lines).last_output(), expected);
    }
}
