//! Messages between a plugin and its UI.
//!
//! Channel names travel without the prefix `plugin:{id}:`; the host adds it (V1).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::lifecycle::Done;
use crate::method::{Notification, Request};

/// `ipc/handle`, from the plugin (V1): it answers [`Invoke`] on this channel from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handle {
    /// The channel, see [`check_channel`].
    pub channel: String,
}

/// `ipc/remove_handler`, from the plugin (V3): undoes [`Handle`].
///
/// Removing a handler that is not there is no error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveHandler {
    /// The channel.
    pub channel: String,
}

/// `ipc/send`, from the plugin (V1): a push to the UI, which a UI that mounts later has missed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Send {
    /// The channel, see [`check_channel`].
    pub channel: String,
    /// Anything.
    pub payload: Value,
}

/// `ipc/invoke`, from the host: the UI asks on one of the plugin's channels.
///
/// Answered with whatever the handler returned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invoke {
    /// The channel.
    pub channel: String,
    /// What the UI sent, `null` where it sent nothing.
    pub payload: Value,
}

/// A channel name that would not work.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChannelError {
    /// The name is empty.
    #[error("the channel name is empty: give it a short name such as `status-update`")]
    Empty,
    /// The name has the prefix that the host adds.
    #[error(
        "channel `{channel}` carries the prefix `plugin:...:`, which the shell adds by itself: write `{bare}`"
    )]
    Prefixed {
        /// The name as given.
        channel: String,
        /// The name without the prefix.
        bare: String,
    },
    /// The name has control characters.
    #[error("channel `{}` contains control characters", channel.escape_debug())]
    ControlCharacter {
        /// The name as given.
        channel: String,
    },
    /// The name is longer than 256 bytes.
    #[error("the channel name is {length} bytes long, at most 256 are allowed")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
}

/// Refuses channel names that could not work, above all one that has its prefix already.
///
/// # Errors
///
/// The reason, with the way out.
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
    if channel.len() > 256 {
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

impl Request for Handle {
    const METHOD: &'static str = "ipc/handle";
    type Answer = Done;
}

impl Request for RemoveHandler {
    const METHOD: &'static str = "ipc/remove_handler";
    type Answer = Done;
}

impl Notification for Send {
    const METHOD: &'static str = "ipc/send";
}

impl Request for Invoke {
    const METHOD: &'static str = "ipc/invoke";
    type Answer = Value;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channel_names() {
        for good in ["a", "get-status", "plugin:x", "näh", "a:b"] {
            assert_eq!(check_channel(good), Ok(()), "{good}");
        }
        for bad in ["", "plugin:x:y", "a\nb", &"x".repeat(257)] {
            assert!(check_channel(bad).is_err(), "{bad}");
        }
    }
}
