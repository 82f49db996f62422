//! Command-line arguments in JSON.

use serde_json::Value;

/// Parses an argument. The error shows how to write a string, whose quotes the user's shell removes.
pub(super) fn parse_json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| {
        match text.trim_start().starts_with(['{', '[', '"']) {
            true => error.to_string(),
            false => {
                let quoted = Value::String(text.to_owned());
                format!("{error}; for a string, keep the quotes: '{quoted}'")
            }
        }
    })
}
