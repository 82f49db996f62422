//! JSON output with escaped control characters and CI commands.

use std::fmt::Write as _;

use serde::Serialize;
use stratos_manifest::is_invisible;

use crate::output::escape::ci_commands;

/// Serializes to one line of JSON. Characters that [`escape`](fn@crate::output::escape) escapes are written as `\uXXXX`,
/// which is the same text to a JSON parser.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    escape_json(&serde_json::to_string(value).expect("output types serialize without errors"))
}

/// Serializes to indented JSON, otherwise as [`to_json`].
pub(crate) fn to_pretty_json(value: &impl Serialize) -> String {
    escape_json(
        &serde_json::to_string_pretty(value).expect("output types serialize without errors"),
    )
}

/// Escapes characters of a JSON text. Outside of strings it has no control characters except for line breaks.
fn escape_json(json: &str) -> String {
    let commands = ci_commands(json);
    let mut text = String::with_capacity(json.len());
    for (at, character) in json.char_indices() {
        let is_line_break = character == '\n';
        if !is_line_break && is_invisible(character) || commands.binary_search(&at).is_ok() {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(text, "\\u{unit:04x}").expect("writing to a string does not fail");
            }
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_json_parses_to_the_same_value() {
        let text = "a\u{9b}b\u{202e}\u{2028}\u{7f}\0\n\"##vso[x]###[é## 🛩\u{e0041}";
        let json = to_json(&[text]);
        assert_eq!(
            json,
            r##"["a\u009bb\u202e\u2028\u007f\u0000\n\"#\u0023vso[x]##\u0023[é## 🛩\udb40\udc41"]"##
        );
        for json in [json, to_pretty_json(&[text])] {
            assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap(), [text]);
            assert!(!json.contains(['\u{9b}', '\u{202e}']), "{json}");
        }
    }
}
