//! Escapes untrusted text, such as from manifests and plugins, for terminals and CI logs.

use std::borrow::Cow;

use stratos_manifest::is_invisible;

/// Escapes control characters, invisible characters, characters that change the direction of text, and commands to CI
/// services.
///
/// Line breaks and tabs are escaped as well. Use [`escape_line`] for text at the start of a line.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    let commands = ci_commands(text);
    if commands.is_empty() && !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        if is_invisible(character) || commands.binary_search(&at).is_ok() {
            match character {
                '#' => escaped.push_str("\\u{23}"),
                _ => escaped.extend(character.escape_default()),
            }
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// Escapes text at the start of a line, where CI services also take `::error::` for a command.
pub(crate) fn escape_line(text: &str) -> String {
    escape_leading_command(escape(text).into_owned())
}

/// Escapes a line of compiler output, except for its colours.
pub(crate) fn escape_coloured_line(text: &str) -> String {
    escape_leading_command(escape_coloured(text))
}

/// Escapes text except for its colours, and ends them.
pub(crate) fn escape_coloured(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut has_colours = false;
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
                has_colours = true;
                rest
            }
            None => {
                shown.push_str("\\u{1b}[");
                part
            }
        };
        shown.push_str(&escape(rest));
    }
    if has_colours && !shown.ends_with("\u{1b}[0m") {
        shown.push_str("\u{1b}[0m");
    }
    shown
}

fn escape_leading_command(line: String) -> String {
    match line.trim_start().starts_with("::") {
        true => line.replacen("::", ":\\u{3a}", 1),
        false => line,
    }
}

/// Byte offsets of the second `#` in CI commands such as `##[group]` and `##vso[task.complete]`, which CI runners accept
/// anywhere in a line.
pub(super) fn ci_commands(text: &str) -> Vec<usize> {
    let second = text.match_indices('#').map(|(at, _)| at);
    let is_command = |at: &usize| {
        text[..*at].ends_with('#')
            && text[at + 1..]
                .trim_start_matches(|c: char| c.is_ascii_alphanumeric())
                .starts_with('[')
    };
    second.filter(is_command).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coloured_text_keeps_its_colours_only() {
        let error = "\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m: `\u{7}`";
        assert_eq!(
            escape_coloured(error),
            "\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m: `\\u{7}`\u{1b}[0m"
        );
        assert_eq!(escape_coloured("\u{1b}[2J\u{1b}c"), "\\u{1b}[2J\\u{1b}c");
        assert_eq!(escape_coloured("\u{1b}[31mx"), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(escape_coloured("\u{1b}[31Kx"), "\\u{1b}[31Kx");
    }

    #[test]
    fn control_and_invisible_characters_are_escaped() {
        assert_eq!(escape("plain ä 日本"), "plain ä 日本");
        assert_eq!(escape("\u{1b}[31mred\u{7}"), "\\u{1b}[31mred\\u{7}");
        assert_eq!(escape("a\nb\tc"), "a\\nb\\tc");
        assert_eq!(escape("\u{202e}txt.exe"), "\\u{202e}txt.exe");
        assert_eq!(escape("a\u{e0100}\u{e0041}"), "a\\u{e0100}\\u{e0041}");
        assert_eq!(escape("✈\u{fe0f}"), "✈\u{fe0f}");
    }

    #[test]
    fn ci_commands_are_escaped() {
        assert_eq!(escape("a ##[group]b"), "a #\\u{23}[group]b");
        assert_eq!(escape("###vso[x]"), "##\\u{23}vso[x]");
        assert_eq!(escape("## Heading [link], C#[]"), "## Heading [link], C#[]");
        assert_eq!(escape_line(" ::error::x ::y"), " :\\u{3a}error::x ::y");
        assert_eq!(escape_coloured_line("::error::x"), ":\\u{3a}error::x");
        assert_eq!(escape_line("a::b"), "a::b");
    }
}
