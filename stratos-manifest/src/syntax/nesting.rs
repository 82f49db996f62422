//! The nesting limit, which protects all recursive code from a stack overflow.

use crate::syntax::scanner::{Lexeme, lexemes};

/// The most levels of nested arrays and objects in a manifest; a real one needs four.
pub const MAX_DEPTH: usize = 64;

/// The offset of the first bracket that nests deeper than [`MAX_DEPTH`].
pub(super) fn first_too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for lexeme in lexemes(text) {
        match lexeme {
            Lexeme::Byte(at, b'[' | b'{') => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(at);
                }
            }
            Lexeme::Byte(_, b']' | b'}') => depth = depth.saturating_sub(1),
            Lexeme::Byte(..) | Lexeme::String(_) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_open_brackets_outside_of_strings_and_comments_count() {
        let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(first_too_deep(&nested(MAX_DEPTH)), None);
        assert_eq!(first_too_deep(&nested(MAX_DEPTH + 1)), Some(MAX_DEPTH));
        assert_eq!(first_too_deep(&"[]".repeat(1000)), None);
        assert_eq!(
            first_too_deep(&format!(r#""\"{}""#, "[".repeat(1000))),
            None
        );
        assert_eq!(first_too_deep(&"]".repeat(1000)), None);
        let deep = nested(MAX_DEPTH + 1);
        assert_eq!(first_too_deep(&format!("// {deep}\n/* {deep} */")), None);
        let comment = "// 5\" wide\n";
        let behind = first_too_deep(&format!("{comment}{deep}"));
        assert_eq!(behind, Some(comment.len() + MAX_DEPTH));
    }
}
