//! Pieces of a manifest inside a message.

use std::fmt::Write as _;

/// The longest piece that a message repeats, in characters.
const MAX_CHARS: usize = 60;

/// `text` in backticks, shortened, and with everything escaped that would not show as itself.
///
/// A manifest may come from anywhere, and messages end up in terminals: a control character or a change of the
/// writing direction must not get there.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::from("`");
    let mut chars = text.chars();
    for char in chars.by_ref().take(MAX_CHARS) {
        match char {
            '"' | '\'' | '\\' => quoted.push(char),
            _ => push_shown(char, &mut quoted),
        }
    }
    if chars.next().is_some() {
        quoted.push('…');
    }
    quoted.push('`');
    quoted
}

/// The character, or where it would not show as itself, its escape as JSON writes it.
fn push_shown(char: char, shown: &mut String) {
    let escaped = char.escape_debug();
    let is_short = matches!(char, '\n' | '\r' | '\t') || escaped.len() == 1;
    if is_short {
        shown.extend(escaped);
        return;
    }
    for unit in char.encode_utf16(&mut [0; 2]) {
        let _ = write!(shown, "\\u{unit:04x}");
    }
}

/// The words as a sentence's list: `a`, `b` or `c`.
pub(crate) fn either(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| quote(word)).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The pieces as a sentence's list: a, b and c.
pub(crate) fn all(pieces: &[String]) -> String {
    match pieces {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The pieces as a sentence's list, of which more than three are only counted.
pub(crate) fn first_few(pieces: impl IntoIterator<Item = String>) -> String {
    let pieces: Vec<_> = pieces.into_iter().collect();
    match pieces.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first} and {second}"),
        [first, second, third] => format!("{first}, {second} and {third}"),
        [first, second, third, more @ ..] => {
            format!("{first}, {second}, {third} and {} more", more.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_what_would_not_show() {
        assert_eq!(quote("\0\u{e0041}"), r"`\u0000\udb40\udc41`");
        assert_eq!(quote("a\u{1b}[31m\u{202e}b\n"), r"`a\u001b[31m\u202eb\n`");
        assert_eq!(quote(r#"it's "C:\x" é"#), r#"`it's "C:\x" é`"#);
    }

    #[test]
    fn shortens_long_text() {
        assert_eq!(quote(&"x".repeat(61)).chars().count(), 60 + 3);
        assert_eq!(quote(&"x".repeat(60)).chars().count(), 60 + 2);
    }

    #[test]
    fn lists_read_as_a_sentence() {
        assert_eq!(either(&["a"]), "`a`");
        assert_eq!(all(&["a", "b", "c"].map(str::to_owned)), "a, b and c");
        assert_eq!(either(&["a", "b", "c"]), "`a`, `b` or `c`");
        for (pieces, expected) in [
            (&["a"][..], "a"),
            (&["a", "b"], "a and b"),
            (&["a", "b", "c"], "a, b and c"),
            (&["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
        ] {
            assert_eq!(first_few(pieces.iter().map(|&p| p.to_owned())), expected);
        }
    }
}
