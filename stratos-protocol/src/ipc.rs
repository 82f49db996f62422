//! The IPC service: messages between a plugin and its UI.
//!
//! On the wire, channel names lack the prefix `plugin:{id}:`; the host adds it (V1).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::method::{Empty, methods};

/// The longest channel name in bytes.
const CHANNEL_BYTES: usize = 256;

/// `ipc/handle`, from the plugin (V1): registers a handler, so the host sends [`Invoke`] for the channel from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handle {
    /// The channel name, which must pass [`check_channel`].
    pub channel: String,
    /// Whether the handler takes no payload, so that a call without one succeeds; for lists that people read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_payload: bool,
}

/// `ipc/remove_handler`, from the plugin (V3): undoes [`Handle`].
///
/// Removing a handler that does not exist is no error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveHandler {
    /// The channel name as registered with [`Handle`].
    pub channel: String,
}

/// `ipc/send`, from the plugin (V1): pushes a message to the UI.
///
/// Delivered to the UIs that are mounted now; a UI that mounts later does not receive it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Send {
    /// The channel name, which must pass [`check_channel`].
    pub channel: String,
    /// The message, any JSON value.
    pub payload: Value,
}

/// `ipc/invoke`, from the host: calls the handler that the plugin registered for a channel.
///
/// Answered with the value that the handler returned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invoke {
    /// The channel name as registered with [`Handle`].
    pub channel: String,
    /// The UI's argument, `null` if it passed none.
    pub payload: Value,
}

methods! {
    request Handle = "ipc/handle" -> Empty;
    request RemoveHandler = "ipc/remove_handler" -> Empty;
    notification Send = "ipc/send";
    request Invoke = "ipc/invoke" -> Value;
}

/// The error of [`check_channel`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChannelError {
    /// The name is empty.
    #[error("the channel name is empty: give it a short name such as `status-update`")]
    Empty,
    /// The name starts with the prefix that the host adds.
    #[error(
        "channel `{channel}` carries the prefix `plugin:...:`, which the shell adds by itself: write `{bare}`"
    )]
    Prefixed {
        /// The rejected name.
        channel: String,
        /// The name without the prefix.
        bare: String,
    },
    /// The name contains control characters.
    #[error("channel `{}` contains control characters", channel.escape_debug())]
    ControlCharacter {
        /// The rejected name.
        channel: String,
    },
    /// The name is longer than 256 bytes.
    #[error("the channel name is {length} bytes long, at most {CHANNEL_BYTES} are allowed")]
    TooLong {
        /// The length of the rejected name in bytes.
        length: usize,
    },
}

/// Validates a channel name: not empty, not too long, no control characters, and without the host's prefix.
///
/// # Errors
///
/// The rule that the name breaks, with a suggestion.
///
/// ```
/// use stratos_protocol::ipc::check_channel;
///
/// assert!(check_channel("get-status").is_ok());
/// let error = check_channel("plugin:my-plugin:get-status").unwrap_err();
/// assert!(error.to_string().ends_with("write `get-status`"));
/// ```
pub fn check_channel(channel: &str) -> Result<(), ChannelError> {
    if channel.is_empty() {
        return Err(ChannelError::Empty);
    }
    if channel.len() > CHANNEL_BYTES {
        return Err(ChannelError::TooLong {
            length: channel.len(),
        });
    }
    if channel.chars().any(char::is_control) {
        return Err(ChannelError::ControlCharacter {
            channel: channel.to_owned(),
        });
    }
    if let Some((_, bare)) = channel
        .strip_prefix("plugin:")
        .and_then(|rest| rest.split_once(':'))
    {
        return Err(ChannelError::Prefixed {
            channel: channel.to_owned(),
            bare: bare.to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        let channel = || "get-status".to_owned();
        vec![
            golden::request(
                &Handle {
                    channel: channel(),
                    without_payload: false,
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"ipc/handle","params":{"channel":"get-status"}}"#,
            ),
            golden::request(
                &Handle {
                    channel: channel(),
                    without_payload: true,
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"ipc/handle","params":{"channel":"get-status","without_payload":true}}"#,
            ),
            golden::request(
                &RemoveHandler { channel: channel() },
                r#"{"jsonrpc":"2.0","id":1,"method":"ipc/remove_handler","params":{"channel":"get-status"}}"#,
            ),
            golden::notification(
                &Send {
                    channel: channel(),
                    payload: json!({ "pilots": 42 }),
                },
                r#"{"jsonrpc":"2.0","method":"ipc/send","params":{"channel":"get-status","payload":{"pilots":42}}}"#,
            ),
            golden::request(
                &Invoke {
                    channel: channel(),
                    payload: json!(null),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"ipc/invoke","params":{"channel":"get-status","payload":null}}"#,
            ),
            golden::response::<Invoke>(
                &json!({ "online": true }),
                r#"{"jsonrpc":"2.0","id":1,"result":{"online":true}}"#,
            ),
        ]
    }

    #[test]
    fn check_channel_accepts_names_and_rejects_prefixes_control_characters_and_long_names() {
        for valid in ["a", "get-status", "plugin:x", "näh", "a:b"] {
            assert_eq!(check_channel(valid), Ok(()), "{valid}");
        }
        for invalid in ["", "plugin:x:y", "a\nb", &"x".repeat(257)] {
            assert!(check_channel(invalid).is_err(), "{invalid}");
        }
    }
}
