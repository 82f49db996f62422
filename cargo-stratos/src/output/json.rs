//! JSON that is safe to print.

use std::fmt::Write as _;

use serde::Serialize;

use crate::output::escape::{is_harmful, log_commands};

/// One line of JSON. What a terminal or a CI service would obey is written as `\uXXXX`, which means the same text.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    harmless(&serde_json::to_string(value).expect("results have a JSON form"))
}

/// The same in lines that people read.
pub(crate) fn to_pretty_json(value: &impl Serialize) -> String {
    harmless(&serde_json::to_string_pretty(value).expect("results have a JSON form"))
}

/// All that is harmful in a JSON text is within strings, but for the breaks between its lines.
fn harmless(json: &str) -> String {
    let commands = log_commands(json);
    let mut text = String::with_capacity(json.len());
    for (at, character) in json.char_indices() {
        let is_break = character == '\n';
        if !is_break && is_harmful(character) || commands.binary_search(&at).is_ok() {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Infallible for a string.
                let _ = write!(text, "\\u{unit:04x}");
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
    fn says_the_same_without_what_would_be_obeyed() {
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
