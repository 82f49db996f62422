//! Byte offsets as people count: lines and columns.

use std::fmt;

/// A place in a text, both numbers starting at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line; lines end with a line feed.
    pub line: usize,
    /// The column, counted in Unicode scalar values.
    pub column: usize,
}

/// Where the byte `offset` of `source` is.
///
/// An offset beyond the end means the end, and one inside a character means that character, so that a span of bytes
/// that are not UTF-8 can be looked up in the text that was decoded with replacement characters.
pub fn position(source: &str, offset: usize) -> Position {
    let mut offset = offset.min(source.len());
    while !source.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &source[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: before.bytes().filter(|&byte| byte == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters() {
        let source = "{\n  \"näme\": 🛩x\r\n}";
        for (offset, expected) in [
            (0, "1:1"),
            (1, "1:2"),
            (2, "2:1"),
            (source.find("me").unwrap(), "2:6"),
            (source.find("🛩").unwrap() + 2, "2:11"),
            (source.find('x').unwrap(), "2:12"),
            (source.len() - 1, "3:1"),
            (source.len() + 9, "3:2"),
        ] {
            assert_eq!(
                position(source, offset).to_string(),
                expected,
                "byte {offset}"
            );
        }
    }

    #[test]
    fn an_empty_text_has_a_first_place() {
        assert_eq!(position("", 7), Position { line: 1, column: 1 });
    }
}
