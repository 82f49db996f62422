//! Size limits and timeouts of the protocol.
//!
//! The constants are the defaults; a host announces the sizes that it accepts in
//! [`Welcome`](crate::handshake::Welcome).

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest frame without its line end: 1 MiB.
pub const FRAME_BYTES: usize = 1024 * 1024;
/// The largest config value as JSON text: 256 KiB.
pub const CONFIG_VALUE_BYTES: usize = 256 * 1024;
/// The longest config key: 1 KiB.
pub const CONFIG_KEY_BYTES: usize = 1024;
/// The deepest nesting of arrays and objects in a config value.
///
/// Below serde_json's limit of 128, so that an export can nest the values a few levels deeper.
pub const CONFIG_DEPTH: usize = 100;
/// The longest text of a log line; longer ones are truncated: 8 KiB.
pub const LOG_LINE_BYTES: usize = 8 * 1024;
/// The most requests that one side handles concurrently; further requests fail with
/// [`Busy`](crate::ErrorCode::Busy).
pub const REQUESTS_IN_FLIGHT: usize = 256;

/// The longest body of an answer of the airline's API: 512 KiB.
pub const AIRLINE_BODY_BYTES: usize = 512 * 1024;

/// Timeout of both sides for the handshake: of the host for [`Hello`](crate::handshake::Hello), of the plugin for
/// [`Welcome`](crate::handshake::Welcome).
pub const HELLO_TIMEOUT: Duration = Duration::from_secs(5);
/// Timeout of a host for the answer to [`Start`](crate::lifecycle::Start) and
/// [`Resume`](crate::lifecycle::Resume).
pub const START_TIMEOUT: Duration = Duration::from_secs(30);
/// Timeout of a host for the answer to [`Stop`](crate::lifecycle::Stop) and
/// [`Retire`](crate::lifecycle::Retire).
pub const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// Timeout of a stopping or retiring plugin for its requests in flight.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);
/// Timeout for the requests in flight of a replaced plugin, counted from the replacement.
///
/// The host sends [`Retire`](crate::lifecycle::Retire) once none is left, at the latest [`DRAIN_TIMEOUT`] before the
/// end of this time.
pub const RETIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// Timeout of a host for the answer of a plugin's start guards (V3).
pub const START_GUARD_TIMEOUT: Duration = Duration::from_secs(5);
/// Timeout of either side for the answer to any other request. [Dialogs](crate::dialog) and [prompts](crate::prompt) have
/// none.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The sizes that a host accepts from a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The longest frame in bytes, without its line end.
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
