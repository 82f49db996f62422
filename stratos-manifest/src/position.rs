//! Conversion of byte offsets to lines and columns.

use std::fmt;

/// A line and a column, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, where lines end with a line feed.
    pub line: usize,
    /// The column, in Unicode scalar values.
    pub column: usize,
}

/// The position of a byte offset in `source`.
///
/// An offset beyond the end is that of the end, and one inside a character is that of the character. So the span of
/// invalid UTF-8 can be converted with the text that replacement characters make of it.
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
    fn columns_count_characters_and_not_bytes() {
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
    fn the_position_in_an_empty_text_is_its_start() {
        assert_eq!(position("", 7), Position { line: 1, column: 1 });
    }
}
