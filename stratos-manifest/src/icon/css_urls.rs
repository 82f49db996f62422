//! External references in CSS.

use std::iter::Peekable;

use crate::icon::url::is_local;

/// The length of the start of a URL that is classified, in characters.
const MAX_START: usize = 60;

/// The first external reference in a style sheet or style attribute, up to the end of the style.
pub(super) fn external_reference(style: &str) -> Option<String> {
    if !style.contains(['(', '@', '\\']) {
        return None;
    }
    let style = unescape(style);
    let lowercase = style.to_ascii_lowercase();
    if let Some(at) = lowercase.find("@import") {
        return Some(style[at..].to_owned());
    }
    if let Some(at) = lowercase.find("image-set(") {
        return Some(style[at..].to_owned());
    }
    lowercase
        .match_indices("url(")
        .find(|(at, opening)| {
            let target = &style[at + opening.len()..];
            let target = target.trim_start().trim_start_matches(['"', '\'']);
            let end = target
                .char_indices()
                .take(MAX_START)
                .find(|(_, char)| matches!(char, '"' | '\'' | ')'));
            let start: String = target.chars().take(MAX_START).collect();
            !is_local(end.map_or(&start, |(end, _)| &target[..end]))
        })
        .map(|(at, _)| style[at..].to_owned())
}

/// Resolves the escapes of a style (`\75 rl(` means `url(`), and removes its comments.
fn unescape(style: &str) -> String {
    let mut plain = String::with_capacity(style.len());
    let mut chars = style.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\\' => plain.extend(unescape_char(&mut chars)),
            '/' if chars.peek() == Some(&'*') => skip_comment(&mut chars),
            _ => plain.push(char),
        }
    }
    plain
}

/// Reads the rest of an escape after its backslash.
fn unescape_char(chars: &mut Peekable<impl Iterator<Item = char>>) -> Option<char> {
    let mut code = 0;
    let mut digits = 0;
    while digits < 6
        && let Some(digit) = chars.peek().and_then(|char| char.to_digit(16))
    {
        code = code * 16 + digit;
        digits += 1;
        chars.next();
    }
    if digits == 0 {
        return chars.next().filter(|char| *char != '\n');
    }
    chars.next_if(|char| char.is_ascii_whitespace());
    char::from_u32(code)
}

fn skip_comment(chars: &mut impl Iterator<Item = char>) {
    chars.next();
    let mut last = ' ';
    for char in chars {
        if (last, char) == ('*', '/') {
            return;
        }
        last = char;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_outside_of_the_file_are_external() {
        for (style, is_external) in [
            ("fill: url(#a)", false),
            ("fill: url( '#a' ); stroke: URL(\"#b\")", false),
            ("fill: url(data:image/png;base64,AAAA)", false),
            ("/* url(https://x.example) */ fill: red", false),
            ("fill: red", false),
            ("fill: url(#a); stroke: url(b.svg#c)", true),
            ("fill: URL(//x.example/a)", true),
            (r"fill: \75 rl(https://x.example)", true),
            (r"fill: u\72l(https://x.example)", true),
            (r"fill: \u\r\l(https://x.example)", true),
            ("fill: url(data:image/svg+xml,<svg/>)", true),
            ("@import 'https://x.example/a.css';", true),
            ("@IMPORT url(#a)", true),
            (r"@\69mport 'a.css'", true),
            ("@imp/**/ort 'a.css'", true),
            ("background: image-set('a.png' 1x)", true),
            ("fill: url(", false),
            ("fill: url(x", true),
        ] {
            let found = external_reference(style);
            assert_eq!(found.is_some(), is_external, "{style}: {found:?}");
        }
    }
}
