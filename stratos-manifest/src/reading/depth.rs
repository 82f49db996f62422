//! The guard that stands before everything that calls itself.

use crate::reading::pieces::{Piece, pieces};

/// How deep arrays and objects may lie in each other; a sensible manifest needs four levels.
pub const MAX_DEPTH: usize = 64;

/// Where the first bracket is that goes deeper than [`MAX_DEPTH`].
pub(crate) fn first_too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for piece in pieces(text) {
        match piece {
            Piece::Byte(at, b'[' | b'{') => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(at);
                }
            }
            Piece::Byte(_, b']' | b'}') => depth = depth.saturating_sub(1),
            Piece::Byte(..) | Piece::Text(_) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_levels_and_not_brackets() {
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
