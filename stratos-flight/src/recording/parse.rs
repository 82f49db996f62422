//! Parses a recording.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use stratos_protocol::flight_data::SimDataSnapshot;
use stratos_protocol::flight_state::Phase;
use thiserror::Error;

use crate::recording::playback::Playback;
use crate::recording::recorded_frame::RecordedFrame;

/// Milliseconds from one frame to the next where a line has no time: 20 frames a second.
const FRAME_MILLIS: u64 = 50;
/// Time in milliseconds between two frames above which it is a gap.
const GAP_MILLIS: u64 = 10_000;

/// A recorded flight.
///
/// Each line is a [`RecordedFrame`] in JSON, or a snapshot alone, which is 50 ms after the frame before. Blank lines are
/// skipped.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    frames: Vec<RecordedFrame>,
    gaps: Vec<Gap>,
}

/// A span of more than 10 s between two frames, in which the aircraft stays as in the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Number of the line of the frame after the gap, counted from 1.
    pub line: usize,
    /// Time of the frame before the gap.
    pub from: Duration,
    /// Time of the frame after the gap.
    pub to: Duration,
}

/// Error of a recording that cannot be played.
#[derive(Debug, Error)]
#[error("{file}:{line}:{column}: {problem}")]
pub struct RecordingError {
    /// The file, as the caller named it.
    pub file: String,
    /// Number of the line, counted from 1.
    pub line: usize,
    /// Number of the character in the line, counted from 1.
    pub column: usize,
    /// The problem.
    pub problem: RecordingProblem,
}

/// Problem of a line of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordingProblem {
    /// The line is no JSON, or a value has the wrong type.
    Json(String),
    /// The line is JSON, but has no simulator data.
    NoSnapshot,
    /// The time is before that of the frame before; both in milliseconds.
    Backwards {
        /// Time of the frame before.
        before: u64,
        /// Time of this frame.
        now: u64,
    },
    /// The file has no frame.
    Empty,
    /// The file has too many bytes or frames.
    TooLarge(String),
}

impl fmt::Display for RecordingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(reason) => write!(f, "{reason}"),
            Self::NoSnapshot => f.write_str(
                "the line has no simulator data: write {\"elapsedMs\": 0, \"snapshot\": {\"isConnected\": true, \
                 \"data\": {..}}}, or the snapshot alone",
            ),
            Self::Backwards { before, now } => write!(
                f,
                "the time goes backwards, from {before} to {now} ms: sort the lines by `elapsedMs`"
            ),
            Self::Empty => f.write_str("the recording has no frame"),
            Self::TooLarge(reason) => f.write_str(reason),
        }
    }
}

impl Recording {
    /// Largest size of a recording in bytes. Threat: a wrong file that fills the memory.
    pub const MAX_BYTES: usize = 64 * 1024 * 1024;
    /// Largest number of frames. Threat: short lines, since a frame takes about a kilobyte of memory.
    pub const MAX_FRAMES: usize = 250_000;

    /// Parses a recording; the name of its file is for errors.
    ///
    /// # Errors
    ///
    /// If a line is wrong, or the recording is empty or too large.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, RecordingError> {
        let error = |line, column, problem| RecordingError {
            file: file_name.to_owned(),
            line,
            column,
            problem,
        };
        if text.len() > Self::MAX_BYTES {
            let reason = format!(
                "the file has {} bytes, more than 64 MiB: cut it, or record fewer frames a second",
                text.len()
            );
            return Err(error(1, 1, RecordingProblem::TooLarge(reason)));
        }
        let (mut frames, mut gaps) = (Vec::<RecordedFrame>::new(), Vec::new());
        // Editors of Windows write a mark at the start.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line));
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            if frames.len() == Self::MAX_FRAMES {
                let reason = format!(
                    "the recording has more than {} frames: cut it, or record fewer frames a second",
                    Self::MAX_FRAMES
                );
                return Err(error(number, 1, RecordingProblem::TooLarge(reason)));
            }
            let before = frames.last().map(|frame| frame.elapsed_ms);
            let frame = parse_line(line, before)
                .map_err(|(column, problem)| error(number, column, problem))?;
            let from = before.unwrap_or(frame.elapsed_ms);
            if frame.elapsed_ms - from > GAP_MILLIS {
                gaps.push(Gap {
                    line: number,
                    from: Duration::from_millis(from),
                    to: Duration::from_millis(frame.elapsed_ms),
                });
            }
            frames.push(frame);
        }
        match frames.is_empty() {
            true => Err(error(1, 1, RecordingProblem::Empty)),
            false => Ok(Self { frames, gaps }),
        }
    }

    /// The frames, in order; at least one.
    #[must_use]
    pub fn frames(&self) -> &[RecordedFrame] {
        &self.frames
    }

    /// The gaps, in order.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Time from the first to the last frame.
    #[must_use]
    pub fn duration(&self) -> Duration {
        let time = |frame: Option<&RecordedFrame>| frame.map_or(0, |frame| frame.elapsed_ms);
        Duration::from_millis(time(self.frames.last()) - time(self.frames.first()))
    }

    /// Plays the recording from its first frame. The start is the time that landing events count from.
    #[must_use]
    pub fn play(self, started_at: SystemTime) -> Playback {
        Playback::new(self.frames, started_at)
    }
}

/// The parts of a line, of either form.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    elapsed_ms: Option<u64>,
    phase: Option<Phase>,
    #[serde(borrow)]
    snapshot: Option<&'a RawValue>,
    #[serde(borrow)]
    is_connected: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// Parses a line that comes after a frame at a time in milliseconds. An error has its column.
fn parse_line(text: &str, before: Option<u64>) -> Result<RecordedFrame, (usize, RecordingProblem)> {
    let json = |error: serde_json::Error, from: &str| {
        // The parser counts bytes of the part that it was given.
        let offset = from.as_ptr() as usize - text.as_ptr() as usize;
        (
            column(text, offset + error.column().saturating_sub(1)),
            RecordingProblem::Json(reason(&error)),
        )
    };
    if !text.trim_start().starts_with('{') {
        // The parser would take an array for a list of the fields.
        let any = serde_json::from_str::<IgnoredAny>(text);
        any.map_err(|error| json(error, text))?;
        return Err((1, RecordingProblem::NoSnapshot));
    }
    let line: Line<'_> = serde_json::from_str(text).map_err(|error| json(error, text))?;
    let is_bare = line.is_connected.is_some() || line.data.is_some();
    let snapshot = match line.snapshot {
        Some(snapshot) if snapshot.get() != "null" => snapshot.get(),
        None if is_bare => text,
        _ => return Err((1, RecordingProblem::NoSnapshot)),
    };
    let now = match (line.snapshot.and(line.elapsed_ms), before) {
        (Some(now), _) => now,
        (None, Some(before)) => before.saturating_add(FRAME_MILLIS),
        (None, None) => 0,
    };
    if let Some(before) = before.filter(|before| now < *before) {
        let offset = text.find("\"elapsedMs\"").unwrap_or(0);
        let problem = RecordingProblem::Backwards { before, now };
        return Err((column(text, offset), problem));
    }
    let snapshot: SimDataSnapshot =
        serde_json::from_str(snapshot).map_err(|error| json(error, snapshot))?;
    Ok(RecordedFrame {
        elapsed_ms: now,
        phase: line.snapshot.and(line.phase),
        snapshot,
    })
}

/// Number of the character at an offset in bytes, counted from 1.
fn column(text: &str, offset: usize) -> usize {
    let before = text.char_indices().take_while(|(at, _)| *at < offset);
    before.count() + 1
}

/// The parser's message without the place, which is relative to a part of the file.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = text.rfind(" at line ");
    text[..place.unwrap_or(text.len())].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_lines_are_named_with_line_and_column() {
        let frame = r#"{"elapsedMs":500,"snapshot":{"isConnected":true}}"#;
        for (text, expected) in [
            ("", "1:1: the recording has no frame"),
            ("\n \r\n", "1:1: the recording has no frame"),
            ("{", "1:1: EOF while parsing an object"),
            ("{\"isConnected\": tru}", "1:20: expected ident"),
            ("\n{\"é\": 1, x}", "2:10: key must be a string"),
            (
                "{\"isConnected\": 1}",
                "1:17: invalid type: integer `1`, expected a boolean",
            ),
            (
                "{\"snapshot\": {\"isConnected\": 1}}",
                "1:30: invalid type: integer `1`, expected a boolean",
            ),
            (
                "{\"elapsedMs\": -1, \"snapshot\": {}}",
                "1:16: invalid value: integer `-1`, expected u64",
            ),
            ("[]", "1:1: the line has no simulator data: write"),
            ("7", "1:1: the line has no simulator data: write"),
            ("x", "1:1: expected value"),
            (
                "{\"altitude\": 7}",
                "1:1: the line has no simulator data: write",
            ),
            (
                "{\"elapsedMs\": 7, \"snapshot\": null}",
                "1:1: the line has no simulator data",
            ),
        ] {
            let error = Recording::parse("a.jsonl", text).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("a.jsonl:{expected}")),
                "{text}: {error}"
            );
        }
        let backwards = r#"{"phase":"taxi","elapsedMs":400,"snapshot":{}}"#;
        let error = Recording::parse("a.jsonl", &format!("{frame}\n\n{backwards}")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.jsonl:3:17: the time goes backwards, from 500 to 400 ms: sort the lines by `elapsedMs`"
        );
    }

    #[test]
    fn bare_snapshots_and_gaps_are_known() {
        let text = "\u{feff}{\"elapsedMs\":500,\"snapshot\":{}}\r\n{\"isConnected\":true}\n\n\
                    {\"elapsedMs\":10551,\"snapshot\":{}}\n{\"elapsedMs\":20551,\"snapshot\":{}}";
        let recording = Recording::parse("a.jsonl", text).unwrap();
        let times: Vec<_> = recording
            .frames()
            .iter()
            .map(|frame| frame.elapsed_ms)
            .collect();
        assert_eq!(times, [500, 550, 10_551, 20_551]);
        assert!(recording.frames()[1].snapshot.is_connected);
        let gap = Gap {
            line: 4,
            from: Duration::from_millis(550),
            to: Duration::from_millis(10_551),
        };
        assert_eq!(recording.gaps(), [gap]);
        assert_eq!(recording.duration(), Duration::from_millis(20_051));
    }

    #[test]
    fn large_recordings_are_refused() {
        let text = "{\"data\":{}}\n".repeat(Recording::MAX_FRAMES + 1);
        let error = Recording::parse("a.jsonl", &text).unwrap_err().to_string();
        assert!(
            error.starts_with("a.jsonl:250001:1: the recording has more than 250000 frames"),
            "{error}"
        );
        let text = " ".repeat(Recording::MAX_BYTES + 1);
        let error = Recording::parse("a.jsonl", &text).unwrap_err().to_string();
        assert!(
            error.starts_with("a.jsonl:1:1: the file has 67108865 bytes"),
            "{error}"
        );
    }
}
