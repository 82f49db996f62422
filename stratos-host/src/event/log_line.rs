//! A line of a log.

use serde::{Deserialize, Serialize};
use stratos_protocol::logger::Level;

use crate::event::JsonText;

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// Id of the plugin that the line is from or about.
    pub plugin: String,
    /// Severity.
    pub level: Level,
    /// Tag given by the plugin; `stdout` and `stderr` for printed lines, `shell` for lines of the shell.
    pub tag: String,
    /// Message as the plugin wrote it: escape it before it is displayed.
    pub message: String,
    /// Structured data, if the plugin gave any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<JsonText>,
    /// Number of the plugin's lines that were dropped, in the shell's line about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<u64>,
    /// Milliseconds since the Unix epoch.
    pub time: u64,
}
