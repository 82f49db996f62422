//! Quotes and lists in messages.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The longest text or value that a message shows in full, in characters.
pub(crate) const MAX_CHARS: usize = 60;

/// The longest source of a value that is quoted in full, in characters.
const MAX_SOURCE_CHARS: usize = 400;

/// The most items that [`join_first`] lists.
const MAX_ITEMS: usize = 3;

/// Puts `text` in backticks, shortened, and escapes all characters that are not printable.
///
/// Manifests are untrusted and messages are printed to terminals, which must not receive control characters or changes
/// of the writing direction.
pub(crate) fn quote(text: &str) -> String {
    quote_up_to(text, MAX_CHARS)
}

/// [`quote`] for the source of a value to write, which is shortened only if it is very long.
pub(crate) fn quote_source(text: &str) -> String {
    quote_up_to(text, MAX_SOURCE_CHARS)
}

/// Shortens a text to its first `chars` characters, with `…` if any are missing.
pub(crate) fn excerpt(text: &str, chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

fn quote_up_to(text: &str, max_chars: usize) -> String {
    let mut quoted = String::from("`");
    for char in excerpt(text, max_chars).chars() {
        match char {
            '"' | '\'' | '\\' => quoted.push(char),
            _ => push_escaped(char, &mut quoted),
        }
    }
    quoted.push('`');
    quoted
}

/// Appends the character, or its JSON escape if it is not printable.
fn push_escaped(char: char, quoted: &mut String) {
    let escaped = char.escape_debug();
    let is_short = matches!(char, '\n' | '\r' | '\t') || escaped.len() == 1;
    if is_short {
        quoted.extend(escaped);
        return;
    }
    for unit in char.encode_utf16(&mut [0; 2]) {
        let _ = write!(quoted, "\\u{unit:04x}");
    }
}

/// Quotes words and joins them into a list: `a`, `b` or `c`.
pub(crate) fn join_or(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| quote(word)).collect();
    join(&quoted, "or")
}

/// Joins items into a list: a, b and c.
pub(crate) fn join_and(items: &[String]) -> String {
    join(items, "and")
}

/// Joins the first three items into a list, with the number of the others: a, b, c and 2 more.
pub(crate) fn join_first(items: impl IntoIterator<Item = String>) -> String {
    let mut items: Vec<_> = items.into_iter().collect();
    if items.len() > MAX_ITEMS {
        let more = format!("{} more", items.len() - MAX_ITEMS);
        items.truncate(MAX_ITEMS);
        items.push(more);
    }
    join_and(&items)
}

fn join(items: &[String], conjunction: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {conjunction} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unprintable_characters_are_escaped() {
        assert_eq!(quote("\0\u{e0041}"), r"`\u0000\udb40\udc41`");
        assert_eq!(quote("a\u{1b}[31m\u{202e}b\n"), r"`a\u001b[31m\u202eb\n`");
        assert_eq!(quote(r#"it's "C:\x" é"#), r#"`it's "C:\x" é`"#);
    }

    #[test]
    fn long_text_is_shortened() {
        assert_eq!(quote(&"x".repeat(61)).chars().count(), 60 + 3);
        assert_eq!(quote(&"x".repeat(60)).chars().count(), 60 + 2);
    }

    #[test]
    fn lists_have_a_conjunction_before_the_last_item() {
        assert_eq!(join_or(&["a"]), "`a`");
        assert_eq!(join_and(&["a", "b", "c"].map(str::to_owned)), "a, b and c");
        assert_eq!(join_or(&["a", "b", "c"]), "`a`, `b` or `c`");
        for (items, expected) in [
            (&["a"][..], "a"),
            (&["a", "b"], "a and b"),
            (&["a", "b", "c"], "a, b and c"),
            (&["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
        ] {
            assert_eq!(join_first(items.iter().map(|&p| p.to_owned())), expected);
        }
    }
}
