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

impl Notification for Log {
    const METHOD: &'static str = "log";
}
