//! Validation of IPC channel names.
//!
//! A copy of `stratos_protocol::ipc::check_channel`, because authors should not compile the protocol for the macro; a
//! test compares the two.

/// The longest channel name in bytes.
const CHANNEL_BYTES: usize = 256;

/// Validates a channel name; the error says which rule it breaks, with a suggestion.
pub(super) fn check_channel(channel: &str) -> Result<(), String> {
    if channel.is_empty() {
        return Err(
            "the channel name is empty: give it a short name such as `status-update`".to_owned(),
        );
    }
    let length = channel.len();
    if length > CHANNEL_BYTES {
        return Err(format!(
            "the channel name is {length} bytes long, at most {CHANNEL_BYTES} are allowed"
        ));
    }
    if channel.chars().any(char::is_control) {
        let shown = channel.escape_debug();
        return Err(format!("channel `{shown}` contains control characters"));
    }
    let prefixed = channel.strip_prefix("plugin:");
    match prefixed.and_then(|rest| rest.split_once(':')) {
        None => Ok(()),
        Some((_, bare)) => Err(format!(
            "channel `{channel}` carries the prefix `plugin:...:`, which the shell adds by itself: write `{bare}`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_channel_agrees_with_the_protocol() {
        let long = "x".repeat(257);
        for channel in [
            "a",
            "get-status",
            "plugin:x",
            "näh",
            "",
            "plugin:x:y",
            "a\nb",
            &long,
        ] {
            let protocol = stratos_protocol::ipc::check_channel(channel);
            let protocol = protocol.map_err(|error| error.to_string());
            assert_eq!(check_channel(channel), protocol, "{channel}");
        }
    }
}
