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
