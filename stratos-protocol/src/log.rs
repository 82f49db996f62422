//! What a plugin logs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::method::Notification;

/// `log`, from the plugin (V1): one line of its logger.
///
/// What the process prints to stdout or stderr becomes log lines too, without this message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Log {
    /// How serious.
    pub level: Level,
    /// The part of the plugin that speaks, the logger's first argument.
    pub tag: String,
    /// The text.
    pub message: String,
    /// The optional third argument, as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// The levels of the contract's logger (V1), least serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For the author.
    Debug,
    /// Normal events.
    Info,
    /// Something to look at.
    Warn,
    /// Something failed.
    Error,
}

/// The beginning of a text, at most this long, and a mark that says how much more there was.
///
/// ```
/// use stratos_protocol::log::cut;
///
/// assert_eq!(cut("short", 5), None);
/// assert_eq!(cut("longer", 4).unwrap(), "long... (2 more bytes)");
/// ```
#[must_use]
pub fn cut(text: &str, bytes: usize) -> Option<String> {
    if text.len() <= bytes {
        return None;
    }
    let mut ends = (0..=bytes).rev();
    let end = ends.find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    Some(format!("{}{}", &text[..end], mark(text.len() - end)))
}

/// What stands at the end of a line that was cut.
#[must_use]
pub fn mark(more: usize) -> String {
    format!("... ({more} more bytes)")
}

impl Notification for Log {
    const METHOD: &'static str = "log";
}
