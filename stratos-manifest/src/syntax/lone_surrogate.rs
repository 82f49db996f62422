//! Escapes of one half of a surrogate pair, which `JSON.parse` reads and Rust's text cannot hold.

use std::{borrow::Cow, ops::Range};

use jsonc_parser::ast::{
    Array, NumberLit, Object, ObjectProp, ObjectPropName, StringLit, Value, WordLit,
};

use crate::syntax::{
    ast::span,
    scanner::{Lexeme, lexemes},
    unicode_escape::UnicodeEscape,
};

/// The escape of U+FFFD, which stands for a lone surrogate in the tree; it has the same length.
const REPLACEMENT: &str = "\\ufffd";

/// The spans of the escapes such as `\ud800` that are not one of two halves.
pub(super) fn lone_surrogates(text: &str) -> Vec<Range<usize>> {
    if !text.contains("\\u") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for lexeme in lexemes(text) {
        let Lexeme::String(string) = lexeme else {
            continue;
        };
        let mut at = string.start;
        while let Some(next) = text[at..string.end].find('\\') {
            let start = at + next;
            at = match UnicodeEscape::at_start(&text[start..]) {
                Some(UnicodeEscape { char, len }) => {
                    if char.is_none() {
                        found.push(start..start + len);
                    }
                    start + len
                }
                // The backslash and the character after it, which may be a backslash, too.
                None => start + 1 + text[start + 1..].chars().next().map_or(0, char::len_utf8),
            };
            at = at.min(string.end);
        }
    }
    found
}

/// The text with the escape of U+FFFD in the place of each lone surrogate.
pub(super) fn replace_surrogates(text: &str, surrogates: &[Range<usize>]) -> String {
    let mut replaced = text.to_owned();
    for span in surrogates {
        replaced.replace_range(span.clone(), REPLACEMENT);
    }
    replaced
}

/// The tree of a text with replaced escapes as a tree of `text` itself, which has the same offsets.
pub(super) fn rebase<'s>(value: Value<'_>, text: &'s str) -> Value<'s> {
    match value {
        Value::StringLit(literal) => Value::StringLit(rebase_string(literal)),
        Value::NumberLit(literal) => Value::NumberLit(NumberLit {
            value: &text[span(&literal)],
            range: literal.range,
        }),
        Value::BooleanLit(literal) => Value::BooleanLit(literal),
        Value::NullKeyword(keyword) => Value::NullKeyword(keyword),
        Value::Array(array) => Value::Array(Array {
            range: array.range,
            elements: array
                .elements
                .into_iter()
                .map(|element| rebase(element, text))
                .collect(),
        }),
        Value::Object(object) => Value::Object(Object {
            range: object.range,
            properties: object
                .properties
                .into_iter()
                .map(|property| ObjectProp {
                    range: property.range,
                    name: match property.name {
                        ObjectPropName::String(name) => ObjectPropName::String(rebase_string(name)),
                        ObjectPropName::Word(name) => ObjectPropName::Word(WordLit {
                            value: &text[span(&name)],
                            range: name.range,
                        }),
                    },
                    value: rebase(property.value, text),
                })
                .collect(),
        }),
    }
}

fn rebase_string<'s>(literal: StringLit<'_>) -> StringLit<'s> {
    StringLit {
        range: literal.range,
        value: Cow::Owned(literal.value.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_halves_without_their_other_half_are_found() {
        for (text, expected) in [
            (r#""\ud83d\ude00""#, &[][..]),
            (r#""\\ud800""#, &[]),
            (r#"\ud800"#, &[]),
            (r#""\ud800""#, &[1]),
            (r#""\\\uDFFF""#, &[3]),
            (r#""\ude00\ud83d""#, &[1, 7]),
            (r#""\ud83d\ud83d\ude00""#, &[1]),
            (r#""\ud800" "\udc00""#, &[1, 10]),
            (r#""\ud8"#, &[]),
            (r#""\uzzzz\ud800é\"#, &[7]),
        ] {
            let starts: Vec<_> = lone_surrogates(text)
                .iter()
                .map(|span| span.start)
                .collect();
            assert_eq!(starts, expected, "{text}");
        }
    }
}
