//! The logger service: log lines of a plugin.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ProtocolVersion;
use crate::method::methods;

/// `log`, from the plugin (V1): one call of its logger.
///
/// The host turns the lines of the process's stdout and stderr into log lines as well; those need no message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Log {
    /// The severity of the line.
    pub level: Level,
    /// The component of the plugin, the first argument of the logger.
    pub tag: String,
    /// The text, the second argument of the logger.
    pub message: String,
    /// The data, the optional third argument of the logger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// `log/dropped`, from the plugin, since protocol 1.1: lines that came faster than the connection could take them.
///
/// Sent before the next line that is not dropped. The host adds the number to that of the lines that it drops itself. A
/// host with protocol 1.0 gets a [`Log`] with the number instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogDropped {
    /// The number of lines since the last `log/dropped`.
    pub lines: u64,
}

impl LogDropped {
    /// The first protocol version with this message.
    pub const SINCE: ProtocolVersion = ProtocolVersion { major: 1, minor: 1 };
}

/// The severity of a log line (V1), in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Details for the plugin's author.
    Debug,
    /// Normal operation.
    Info,
    /// A problem that the plugin could handle.
    Warn,
    /// A failure.
    Error,
}

methods! {
    notification Log = "log";
    notification LogDropped = "log/dropped";
}

/// Truncates a text to at most `bytes` bytes and appends how many are missing; `None` if the text is short enough.
///
/// ```
/// use stratos_protocol::logger::truncate;
///
/// assert_eq!(truncate("short", 5), None);
/// assert_eq!(truncate("longer", 4).unwrap(), "long... (2 more bytes)");
/// ```
#[must_use]
pub fn truncate(text: &str, bytes: usize) -> Option<String> {
    if text.len() <= bytes {
        return None;
    }
    let mut ends = (0..=bytes).rev();
    let end = ends.find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let mark = truncation_mark(text.len() - end);
    // `format!` would take twice the memory, which queues of truncated texts would hold.
    Some([&text[..end], &mark].concat())
}

/// The suffix of a truncated text, which says how many bytes were removed.
#[must_use]
pub fn truncation_mark(removed_bytes: usize) -> String {
    format!("... ({removed_bytes} more bytes)")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        let log = |data| Log {
            level: Level::Info,
            tag: "MyPlugin".to_owned(),
            message: "Server ready".to_owned(),
            data,
        };
        vec![
            golden::notification(
                &log(None),
                r#"{"jsonrpc":"2.0","method":"log","params":{"level":"info","tag":"MyPlugin","message":"Server ready"}}"#,
            ),
            golden::notification(
                &log(Some(json!({ "interval": 30 }))),
                r#"{"jsonrpc":"2.0","method":"log","params":{"level":"info","tag":"MyPlugin","message":"Server ready","data":{"interval":30}}}"#,
            ),
            golden::notification(
                &LogDropped { lines: 7 },
                r#"{"jsonrpc":"2.0","method":"log/dropped","params":{"lines":7}}"#,
            ),
        ]
    }

    #[test]
    fn a_truncated_text_takes_no_more_memory_than_its_bytes() {
        let cut = truncate(&"x".repeat(100_000), 8192).unwrap();
        assert_eq!(cut.capacity(), cut.len());
    }
}
