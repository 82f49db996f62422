//! Text of others, made harmless for a terminal and a log.

use std::borrow::Cow;

/// Shows control characters and those that change the direction of text instead of obeying them.
///
/// Line breaks and tabs are shown as well: use it on single lines.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmful(character) {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// The same for what a compiler has coloured: its colours stay, and nothing else that commands a terminal.
pub(crate) fn escape_coloured(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut parts = text.split("\u{1b}[");
    shown.push_str(&escape(parts.next().unwrap_or_default()));
    for part in parts {
        let code = part
            .bytes()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b';'));
        let length = code.count();
        let rest = match part[length..].strip_prefix('m') {
            Some(rest) => {
                shown.extend(["\u{1b}[", &part[..length], "m"]);
                rest
            }
            None => {
                shown.push_str("\\u{1b}[");
                part
            }
        };
        shown.push_str(&escape(rest));
    }
    shown
}

pub(super) fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_keeps_its_colours_and_nothing_else() {
        let error = "\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m: `\u{7}`";
        assert_eq!(
            escape_coloured(error),
            "\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m: `\\u{7}`"
        );
        assert_eq!(escape_coloured("\u{1b}[2J\u{1b}c"), "\\u{1b}[2J\\u{1b}c");
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(escape("plain ä 日本"), "plain ä 日本");
        assert_eq!(escape("\u{1b}[31mred\u{7}"), "\\u{1b}[31mred\\u{7}");
        assert_eq!(escape("a\nb\tc"), "a\\nb\\tc");
        assert_eq!(escape("\u{202e}txt.exe"), "\\u{202e}txt.exe");
    }
}
