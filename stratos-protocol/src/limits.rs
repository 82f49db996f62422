//! How large things may be, and how long each side waits.
//!
//! The sizes are announced in [`Welcome`](crate::hello::Welcome); a host may announce others.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest line, its line end not counted: 1 MiB.
pub const FRAME_BYTES: usize = 1024 * 1024;
/// The largest value of one config key, as JSON text: 256 KiB.
pub const CONFIG_VALUE_BYTES: usize = 256 * 1024;
/// The longest config key: 1 KiB.
pub const CONFIG_KEY_BYTES: usize = 1024;
/// How deep arrays and objects may be nested in a config value; an export has room for a few levels around it.
pub const CONFIG_DEPTH: usize = 100;
/// The longest text of a log line that is kept whole: 8 KiB.
pub const LOG_LINE_BYTES: usize = 8 * 1024;
/// How many of the other side's requests are worked on at once; more are answered
/// [`Busy`](crate::ErrorCode::Busy).
pub const REQUESTS_IN_FLIGHT: usize = 256;

/// How long a host waits for a plugin's [`Hello`](crate::hello::Hello).
pub const HELLO_DEADLINE: Duration = Duration::from_secs(5);
/// How long a host waits for [`Start`](crate::lifecycle::Start) and
/// [`Resume`](crate::lifecycle::Resume).
pub const START_DEADLINE: Duration = Duration::from_secs(30);
/// How long a host waits for [`Stop`](crate::lifecycle::Stop) and
/// [`Retire`](crate::lifecycle::Retire).
pub const STOP_DEADLINE: Duration = Duration::from_secs(5);
/// How long a plugin that was told to stop or to retire lets what it is answering go on.
pub const DRAIN_DEADLINE: Duration = Duration::from_secs(2);
/// How long what a replaced plugin is answering may go on in all, from the moment at which it was replaced: the host
/// sends [`Retire`](crate::lifecycle::Retire) when nothing is left, or [`DRAIN_DEADLINE`] before the end.
pub const RETIRE_DEADLINE: Duration = Duration::from_secs(10);
/// How long either side waits for any other answer.
pub const ANSWER_DEADLINE: Duration = Duration::from_secs(30);

/// The sizes that a host grants a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The longest line in bytes, its line end not counted.
    pub frame_bytes: usize,
    /// The largest config value in bytes, as JSON text.
    pub config_value_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: FRAME_BYTES,
            config_value_bytes: CONFIG_VALUE_BYTES,
        }
    }
}
