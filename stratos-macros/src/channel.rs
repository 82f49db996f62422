//! Names of IPC channels, as the shell wants them; a test compares the two.

/// What is wrong with a channel's name, and the way out.
pub(crate) fn check_channel(channel: &str) -> Result<(), String> {
    if channel.is_empty() {
        return Err(
            "the channel name is empty: give it a short name such as `status-update`".to_owned(),
        );
    }
    if channel.len() > 256 {
        let length = channel.len();
        return Err(format!(
            "the channel name is {length} bytes long, at most 256 are allowed"
        ));
    }
    let shown = channel.escape_debug();
    if channel.chars().any(char::is_control) {
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
    fn the_shell_says_the_same() {
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
            let theirs = stratos_protocol::ipc::check_channel(channel);
            let theirs = theirs.map_err(|error| error.to_string());
            assert_eq!(check_channel(channel), theirs, "{channel}");
        }
    }
}
