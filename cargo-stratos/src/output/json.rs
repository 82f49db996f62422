//! JSON that is safe to print.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::output::escape::{is_harmful, log_commands};

/// One line of JSON. What a terminal or a CI service would obey is written as `\uXXXX`, which means the same text.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    let mut text = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut text, Harmless))
        .expect("results have a JSON form");
    String::from_utf8(text).expect("JSON is UTF-8")
}

struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        let commands = log_commands(fragment);
        let mut written = 0;
        for (at, character) in fragment.char_indices() {
            if is_harmful(character) || commands.binary_search(&at).is_ok() {
                writer.write_all(&fragment.as_bytes()[written..at])?;
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                written = at + character.len_utf8();
            }
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }
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
        assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap(), [text]);
    }
}
