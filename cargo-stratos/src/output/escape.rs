//! Text of others, made harmless for a terminal and a log.

use std::borrow::Cow;

use stratos_host::Guard;

/// Shows what would not be shown but obeyed: control characters, those that are invisible or change the direction of
/// text, and commands to CI services.
///
/// Line breaks and tabs are shown as well: use it on single lines, and [`escape_line`] where one begins with it.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    let commands = log_commands(text);
    if commands.is_empty() && !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        if is_harmful(character) || commands.binary_search(&at).is_ok() {
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

/// The same where a line of output begins with it: `::error::` is a command there.
pub(crate) fn escape_line(text: &str) -> String {
    without_command(escape(text).into_owned())
}

/// The same for a line that a compiler has coloured: its colours stay, and nothing else that commands a terminal.
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
    without_command(shown)
}

fn without_command(line: String) -> String {
    match line.trim_start().starts_with("::") {
        true => line.replacen("::", ":\\u{3a}", 1),
        false => line,
    }
}

pub(super) fn is_harmful(character: char) -> bool {
    let is_harmful = character.is_control()
        || matches!(character,
            '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            // Tags, and the variation selectors that no emoji has: whole texts hide in them.
            | '\u{e0000}'..='\u{e01ef}');
    is_harmful && Guard::PlainText.is_on()
}

/// Where the second `#` of commands such as `##[group]` and `##vso[task.complete]` is: runners of CI services look for
/// them everywhere in a line.
pub(super) fn log_commands(text: &str) -> Vec<usize> {
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
        assert_eq!(escape("a\u{e0100}\u{e0041}"), "a\\u{e0100}\\u{e0041}");
        assert_eq!(escape("✈\u{fe0f}"), "✈\u{fe0f}");
    }

    #[test]
    fn what_a_ci_service_would_obey_is_shown() {
        assert_eq!(escape("a ##[group]b"), "a #\\u{23}[group]b");
        assert_eq!(escape("###vso[x]"), "##\\u{23}vso[x]");
        assert_eq!(escape("## Heading [link], C#[]"), "## Heading [link], C#[]");
        assert_eq!(escape_line(" ::error::x ::y"), " :\\u{3a}error::x ::y");
        assert_eq!(escape_coloured("::error::x"), ":\\u{3a}error::x");
        assert_eq!(escape_line("a::b"), "a::b");
    }
}
