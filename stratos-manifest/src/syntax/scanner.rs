//! A scanner that splits any text into strings and single bytes, without recursion.

use std::{iter, ops::Range};

/// A part of a file outside of comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lexeme {
    /// The span of a string with its quotes. A string without a closing quote goes on to the end of the file.
    String(Range<usize>),
    /// The offset and value of a byte outside of strings.
    Byte(usize, u8),
}

/// The lexemes of `text`, in their order. Comments and strings end where the parser ends them.
pub(super) fn lexemes(text: &str) -> impl Iterator<Item = Lexeme> {
    let bytes = text.as_bytes();
    let mut at = 0;
    iter::from_fn(move || {
        loop {
            let start = at;
            match &bytes[at..] {
                [] => return None,
                [b'/', b'/', comment @ ..] => {
                    let end = comment.iter().position(|byte| b"\n\r".contains(byte));
                    at = end.map_or(bytes.len(), |end| start + 2 + end);
                }
                [b'/', b'*', comment @ ..] => {
                    let end = comment.windows(2).position(|pair| pair == b"*/");
                    at = end.map_or(bytes.len(), |end| start + 2 + end + 2);
                }
                [b'"', string @ ..] => {
                    at = start + 1 + string_len(string);
                    return Some(Lexeme::String(start..at));
                }
                [byte, ..] => {
                    at += 1;
                    return Some(Lexeme::Byte(start, *byte));
                }
            }
        }
    })
}

/// The length of a string without its opening quote, in bytes.
fn string_len(string: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = string.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(string.len(), |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_hold_no_comments_and_comments_hold_no_strings() {
        for (text, expected) in [
            (
                r#""a" "b\"c" "\\""#,
                &[r#""a""#, r#""b\"c""#, r#""\\""#][..],
            ),
            ("// 5\" wide\n\"a\"", &["\"a\""]),
            ("// \"\r\"a\" // \"", &["\"a\""]),
            ("/*/ \" */\"a\"/* \" ", &["\"a\""]),
            (r#""/* // """#, &[r#""/* // ""#, "\""]),
            ("1/\"a\n", &["\"a\n"]),
        ] {
            let strings = lexemes(text).filter_map(|lexeme| match lexeme {
                Lexeme::String(span) => Some(&text[span]),
                Lexeme::Byte(..) => None,
            });
            assert_eq!(strings.collect::<Vec<_>>(), expected, "{text}");
        }
        let bytes = lexemes("[/**/\"x\"]").filter(|lexeme| matches!(lexeme, Lexeme::Byte(..)));
        assert!(bytes.eq([Lexeme::Byte(0, b'['), Lexeme::Byte(8, b']')]));
    }
}
