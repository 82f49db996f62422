//! The texts of a JSON file and what is between them, found without a parser.

use std::{iter, ops::Range};

/// A part of a file that is no comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A text with its quotes; what has no second quote goes on to the end of the file.
    Text(Range<usize>),
    /// A byte that is in no text, with its place.
    Byte(usize, u8),
}

/// The pieces, in the order of the file. Where comments and texts end is what the parser says, too.
///
/// This is a loop over bytes, so that no input can exhaust the stack.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece> {
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
                [b'"', text @ ..] => {
                    at = start + 1 + text_len(text);
                    return Some(Piece::Text(start..at));
                }
                [byte, ..] => {
                    at += 1;
                    return Some(Piece::Byte(start, *byte));
                }
            }
        }
    })
}

/// How many bytes there are to the end of the text, its second quote included.
fn text_len(text: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = text.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_no_comments_and_comments_have_no_texts() {
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
            let texts = pieces(text).filter_map(|piece| match piece {
                Piece::Text(span) => Some(&text[span]),
                Piece::Byte(..) => None,
            });
            assert_eq!(texts.collect::<Vec<_>>(), expected, "{text}");
        }
        let bytes = pieces("[/**/\"x\"]").filter(|piece| matches!(piece, Piece::Byte(..)));
        assert!(bytes.eq([Piece::Byte(0, b'['), Piece::Byte(8, b']')]));
    }
}
