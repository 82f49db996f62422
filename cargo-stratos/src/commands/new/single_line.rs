//! Arguments that are a single line of text.

/// Parses a text for a manifest. It is trimmed, and must not be empty or have control characters.
pub(super) fn parse_single_line(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        Err("it is empty".to_owned())
    } else if text.contains(char::is_control) {
        Err("it has to be one line without control characters".to_owned())
    } else {
        Ok(text.to_owned())
    }
}
