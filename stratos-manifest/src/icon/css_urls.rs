//! References to other files in CSS.

use std::{
    iter::{self, Peekable},
    ops::Range,
    str::CharIndices,
};

use crate::icon::url::{Target, classify};

/// A reference in a style to another file, or to a style sheet in a `data:` address, which can hide one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StyleReference {
    /// The range of the function or the rule `@import`.
    pub(super) range: Range<usize>,
    pub(super) target: Target,
}

/// The first reference to another file in a style sheet or style attribute.
pub(super) fn external_reference(style: &str) -> Option<StyleReference> {
    // The functions around the current token: the start of each whose strings are addresses.
    let mut functions: Vec<Option<usize>> = Vec::new();
    // The start of the rule `@import` that the next address belongs to.
    let mut import = None;
    let mut is_namespace = false;
    let mut tokens = tokens(style);
    while let Some(Located { range, token }) = tokens.next() {
        let start = range.start;
        let function = functions.last().copied().flatten();
        let address = match token {
            Token::AtKeyword(name) => {
                is_namespace = name == "namespace";
                import = (name == "import").then_some(start);
                None
            }
            Token::Function(name) => {
                let has_addresses = ADDRESS_FUNCTIONS.contains(&name.as_str());
                functions.push(has_addresses.then_some(start));
                None
            }
            Token::Delimiter(char) => {
                match char {
                    '(' => functions.push(None),
                    ')' => drop(functions.pop()),
                    ';' | '{' | '}' => {
                        functions.clear();
                        (import, is_namespace) = (None, false);
                    }
                    _ => {}
                }
                None
            }
            Token::Url(address) => Some(address),
            Token::String(text) => import.or(function).map(|_| text),
        };
        // The address of a namespace is a name, which is not loaded.
        let Some(address) = address.filter(|_| !is_namespace) else {
            continue;
        };
        let target = match (classify(&address), import) {
            (Target::StyleSheet, Some(_)) => Target::StyleSheet,
            (_, Some(_)) | (Target::External | Target::Script, None) => Target::External,
            // An image or a font.
            (Target::Local | Target::Svg | Target::StyleSheet, None) => continue,
        };
        let (start, end) = match (import, function) {
            (Some(import), _) => (import, end_of_rule(tokens)),
            (None, Some(function)) => (function, end_of_function(tokens)),
            (None, None) => (start, Some(range.end)),
        };
        let end = end.unwrap_or(style.len());
        let end = start + style[start..end].trim_end().len();
        return Some(StyleReference {
            range: start..end,
            target,
        });
    }
    None
}

/// The end of the rule whose other tokens are left, with its semicolon.
fn end_of_rule(mut tokens: impl Iterator<Item = Located>) -> Option<usize> {
    tokens.find_map(|Located { range, token }| match token {
        Token::Delimiter(';') => Some(range.end),
        Token::Delimiter('{' | '}') => Some(range.start),
        _ => None,
    })
}

/// The end of the function whose other tokens are left, with its parenthesis.
fn end_of_function(mut tokens: impl Iterator<Item = Located>) -> Option<usize> {
    let mut depth = 1;
    tokens.find_map(|Located { range, token }| {
        match token {
            Token::Function(_) | Token::Delimiter('(') => depth += 1,
            Token::Delimiter(')') => depth -= 1,
            Token::Delimiter(';' | '{' | '}') => return Some(range.start),
            _ => {}
        }
        (depth == 0).then_some(range.end)
    })
}

/// The functions whose strings are addresses; others, such as `format("woff2")`, have strings of other kinds.
const ADDRESS_FUNCTIONS: [&str; 5] = ["-webkit-image-set", "image", "image-set", "src", "url"];

struct Located {
    range: Range<usize>,
    token: Token,
}

/// A token of CSS, with escapes resolved and names in lower case. Other tokens than these have no meaning here.
enum Token {
    AtKeyword(String),
    /// A name and the parenthesis after it.
    Function(String),
    /// `url(...)` with an address without quotes.
    Url(String),
    String(String),
    Delimiter(char),
}

/// The tokens of a style, without white space, comments and names.
fn tokens(style: &str) -> impl Iterator<Item = Located> {
    let mut chars = style.char_indices().peekable();
    iter::from_fn(move || {
        loop {
            let (start, char) = chars.next()?;
            let token = match char {
                '/' if chars.next_if(|(_, next)| *next == '*').is_some() => {
                    skip_comment(&mut chars);
                    continue;
                }
                '"' | '\'' => Token::String(read_until(&mut chars, char)),
                '@' => Token::AtKeyword(read_name(&mut chars, None)),
                _ if is_name_char(char) => {
                    let name = read_name(&mut chars, Some(char));
                    if chars.next_if(|(_, next)| *next == '(').is_none() {
                        continue;
                    }
                    while name == "url" && chars.next_if(|(_, c)| c.is_ascii_whitespace()).is_some()
                    {
                    }
                    match chars.peek() {
                        Some((_, '"' | '\'')) => Token::Function(name),
                        _ if name == "url" => Token::Url(read_until(&mut chars, ')')),
                        _ => Token::Function(name),
                    }
                }
                _ if char.is_ascii_whitespace() => continue,
                _ => Token::Delimiter(char),
            };
            let end = chars.peek().map_or(style.len(), |(at, _)| *at);
            return Some(Located {
                range: start..end,
                token,
            });
        }
    })
}

fn is_name_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '\\') || !char.is_ascii()
}

/// Reads the rest of a name, after its first character.
fn read_name(chars: &mut Peekable<CharIndices<'_>>, first: Option<char>) -> String {
    let mut name = String::new();
    let mut next = first.or_else(|| next_name_char(chars));
    while let Some(char) = next {
        match char {
            '\\' => name.extend(unescape(chars)),
            _ => name.push(char.to_ascii_lowercase()),
        }
        next = next_name_char(chars);
    }
    name.make_ascii_lowercase();
    name
}

fn next_name_char(chars: &mut Peekable<CharIndices<'_>>) -> Option<char> {
    chars
        .next_if(|(_, char)| is_name_char(*char))
        .map(|(_, char)| char)
}

/// Reads the rest of a string or address, up to its end or that of the style.
fn read_until(chars: &mut Peekable<CharIndices<'_>>, end: char) -> String {
    let mut text = String::new();
    while let Some((_, char)) = chars.next() {
        match char {
            '\\' => text.extend(unescape(chars)),
            _ if char == end => break,
            // A string without its closing quote ends with its line.
            '\n' if end != ')' => break,
            _ => text.push(char),
        }
    }
    text
}

/// Reads the rest of an escape after its backslash: `\75 rl(` means `url(`.
fn unescape(chars: &mut Peekable<CharIndices<'_>>) -> Option<char> {
    let mut code = 0;
    let mut digits = 0;
    while digits < 6
        && let Some(digit) = chars.peek().and_then(|(_, char)| char.to_digit(16))
    {
        code = code * 16 + digit;
        digits += 1;
        chars.next();
    }
    if digits == 0 {
        return chars
            .next()
            .map(|(_, char)| char)
            .filter(|char| *char != '\n');
    }
    chars.next_if(|(_, char)| char.is_ascii_whitespace());
    char::from_u32(code)
}

fn skip_comment(chars: &mut Peekable<CharIndices<'_>>) {
    let mut last = ' ';
    for (_, char) in chars.by_ref() {
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
            ("fill: url(data:image/svg+xml,<svg/>)", false),
            (
                "src: url(data:font/woff2;base64,AAAA) format(\"woff2\")",
                false,
            ),
            ("/* url(https://x.example) */ fill: red", false),
            ("content: \"url(https://x.example)\"", false),
            ("content: 'it\\'s url(a.svg)'", false),
            ("font-family: \"@import\"", false),
            (
                "@namespace svg url(http://www.w3.org/2000/svg); a { fill: red }",
                false,
            ),
            ("fill: red", false),
            ("fill: url(#a); stroke: url(b.svg#c)", true),
            ("content: \"a\"; fill: url(b.svg#c)", true),
            ("fill: URL(//x.example/a)", true),
            (r"fill: \75 rl(https://x.example)", true),
            (r"fill: u\72l(https://x.example)", true),
            (r"fill: \u\r\l(https://x.example)", true),
            ("fill: url(java\\73 cript:x)", true),
            ("@import 'https://x.example/a.css';", true),
            ("@import url(\"a.css\") screen;", true),
            ("@IMPORT url(#a)", true),
            (r"@\69mport 'a.css'", true),
            ("@imp/**/ort 'a.css'", false),
            ("@import/**/'a.css'", true),
            ("@namespace 'a'; @import 'a.css'", true),
            ("background: image-set('a.png' 1x)", true),
            (
                "background: image-set('data:image/png,A' 1x type('image/png'))",
                false,
            ),
            ("background: image-set(url(a.png) 1x)", true),
            ("fill: url(", false),
            ("fill: url(x", true),
        ] {
            let found = external_reference(style);
            assert_eq!(found.is_some(), is_external, "{style}: {found:?}");
        }
        let hidden = external_reference("a {} @import 'data:text/css,x'").unwrap();
        assert_eq!(hidden.target, Target::StyleSheet);
    }

    #[test]
    fn a_reference_ends_with_its_function_or_rule() {
        for (style, expected) in [
            ("a { fill: url(b.svg#c) }", "url(b.svg#c)"),
            ("a { fill: url( 'b.svg' ) } b {}", "url( 'b.svg' )"),
            ("a{fill:url(b.svg)}", "url(b.svg)"),
            ("a { fill: url('b.svg' }", "url('b.svg'"),
            (
                "fill: image-set('a.png' 1x type(\"b\"), (c)); stroke: red",
                "image-set('a.png' 1x type(\"b\"), (c))",
            ),
            ("@import 'a.css' screen; a {}", "@import 'a.css' screen;"),
            ("@import url(a.css)\n", "@import url(a.css)"),
            ("@media x { @import 'a.css' }", "@import 'a.css'"),
            (
                "a {} @import 'data:text/css,x'",
                "@import 'data:text/css,x'",
            ),
            ("fill: url(a", "url(a"),
        ] {
            let found = external_reference(style).unwrap();
            assert_eq!(&style[found.range], expected, "{style}");
        }
    }
}
