//! The guard that stands before everything that calls itself.

/// How deep arrays and objects may lie in each other; a sensible manifest needs four levels.
pub const MAX_DEPTH: usize = 64;

/// Where the first bracket is that goes deeper than [`MAX_DEPTH`].
///
/// This is a loop over bytes, so that no input can exhaust the stack. It follows strings, but not comments: brackets
/// in a comment count, and a comment is an error anyway.
pub(crate) fn first_too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(at);
                }
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
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
    }
}
