//! Changes of a file that leave everything else in it as its author wrote it.

use std::{iter, ops::Range};

use jsonc_parser::ast::{Object, ObjectProp, StringLit};

use crate::reading::{json_text, span};

/// Some bytes of the file, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go.
    pub span: Range<usize>,
    /// What comes in their place.
    pub text: String,
}

impl Edit {
    /// Writes `text` instead of the bytes.
    pub(crate) fn replace(span: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            span,
            text: text.into(),
        }
    }

    /// Takes the bytes out.
    pub(crate) fn remove(span: Range<usize>) -> Self {
        Self::replace(span, "")
    }

    /// Writes another text, as JSON writes it.
    pub(crate) fn set_text(literal: &StringLit<'_>, text: &str) -> Self {
        Self::replace(span(literal), json_text(text))
    }

    /// Takes some characters out of a text, and leaves the others as they are written: `is_gone` says it for their
    /// places in the text's value.
    pub(crate) fn cut(
        text: &str,
        literal: &StringLit<'_>,
        is_gone: impl Fn(usize) -> bool,
    ) -> Vec<Self> {
        let literal = span(literal);
        let start = literal.start + 1;
        let mut edits: Vec<Self> = Vec::new();
        for (at, written) in written(&text[start..literal.end.max(start + 1) - 1]) {
            let gone = start + written.start..start + written.end;
            match edits.last_mut() {
                _ if !is_gone(at) => {}
                Some(last) if last.span.end == gone.start => last.span.end = gone.end,
                _ => edits.push(Self::remove(gone)),
            }
        }
        edits
    }

    /// Gives a property another key.
    pub(crate) fn rename(property: &ObjectProp<'_>, key: &str) -> Self {
        Self::replace(span(&property.name), json_text(key))
    }

    /// Adds a property behind the last one of an object, on a line of its own if that one is.
    ///
    /// `text` is the file's, and `property` what to write, key and value.
    pub(crate) fn insert_property(text: &str, object: &Object<'_>, property: &str) -> Self {
        let Some(last) = object.properties.last().map(span) else {
            let at = span(object).start + 1;
            return Self::replace(at..at, format!(" {property} "));
        };
        let line_start = text[..last.start].rfind('\n').map_or(0, |at| at + 1);
        let indent = &text[line_start..last.start];
        let line_break = match text[..line_start].ends_with("\r\n") {
            true => "\r\n",
            false => "\n",
        };
        let is_own_line = line_start > 0 && indent.chars().all(char::is_whitespace);
        let added = match is_own_line {
            true => format!(",{line_break}{indent}{property}"),
            false => format!(", {property}"),
        };
        Self::replace(last.end..last.end, added)
    }

    /// Takes a property out of its object, with one of the commas beside it and the line that becomes empty.
    ///
    /// `text` is the file's. Where a comment stands between the property and its comma, `None`: it would go, too.
    pub(crate) fn remove_property(
        text: &str,
        object: &Object<'_>,
        property: &ObjectProp<'_>,
    ) -> Option<Self> {
        let gone = span(property);
        let mut properties = object.properties.iter();
        let at = properties.position(|other| span(other) == gone)?;
        Self::remove_property_at(text, object, at)
    }

    /// [`remove_property`](Self::remove_property) by the property's number.
    pub(crate) fn remove_property_at(text: &str, object: &Object<'_>, at: usize) -> Option<Self> {
        let gone = span(object.properties.get(at)?);
        let before = at
            .checked_sub(1)
            .map(|before| span(&object.properties[before]).end);
        let after = object.properties.get(at + 1).map(|after| span(after).start);
        let range = match (before, after) {
            (Some(before), _) => before..gone.end,
            (None, Some(after)) => gone.start..after,
            (None, None) => gone.clone(),
        };
        let only_between =
            |part: &str| part.chars().all(|char| char == ',' || char.is_whitespace());
        let is_clean = only_between(&text[range.start..gone.start.max(range.start)])
            && only_between(&text[gone.end.min(range.end)..range.end]);
        is_clean.then(|| Self::remove(range))
    }
}

/// The characters of a text as they stand between its quotes, each with its place in the text's value.
fn written(raw: &str) -> impl Iterator<Item = (usize, Range<usize>)> {
    let (mut at, mut start) = (0, 0);
    iter::from_fn(move || {
        let rest = &raw[start..];
        let (value, written) = match rest.as_bytes() {
            [b'\\', b'u', ..] => {
                let unit = u32::from_str_radix(rest.get(2..6)?, 16).ok()?;
                match char::from_u32(unit) {
                    Some(char) => (char.len_utf8(), 6),
                    // One half of a character, and the other half behind it.
                    None => (4, 12),
                }
            }
            [b'\\', ..] => (1, 2),
            _ => {
                let len = rest.chars().next()?.len_utf8();
                (len, len)
            }
        };
        let character = (at, start..start + written);
        at += value;
        start += written;
        (start <= raw.len()).then_some(character)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::parse;

    fn without(text: &str, key: &str) -> Option<String> {
        let (value, _) = parse(text);
        let object = value.as_ref().unwrap().as_object().unwrap();
        let property = object
            .properties
            .iter()
            .find(|property| property.name.as_str() == key)
            .unwrap();
        let edit = Edit::remove_property(text, object, property)?;
        let mut text = text.to_owned();
        text.replace_range(edit.span, &edit.text);
        Some(text)
    }

    #[test]
    fn an_added_property_looks_like_the_others() {
        for (text, expected) in [
            ("{}", "{ \"b\": 2 }"),
            ("{\"a\": 1}", "{\"a\": 1, \"b\": 2}"),
            ("{ \"a\": 1 }", "{ \"a\": 1, \"b\": 2 }"),
            ("{\n\t\"a\": 1\n}\n", "{\n\t\"a\": 1,\n\t\"b\": 2\n}\n"),
            (
                "{\r\n  \"a\": 1\r\n}",
                "{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}",
            ),
            (
                "{\n  \"a\": 1 // why\n}",
                "{\n  \"a\": 1,\n  \"b\": 2 // why\n}",
            ),
        ] {
            let (value, _) = parse(text);
            let object = value.as_ref().unwrap().as_object().unwrap();
            let edit = Edit::insert_property(text, object, "\"b\": 2");
            let mut changed = text.to_owned();
            changed.replace_range(edit.span, &edit.text);
            assert_eq!(changed, expected);
        }
    }

    #[test]
    fn a_removed_property_takes_one_comma_along() {
        let text = "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}";
        assert_eq!(without(text, "a").unwrap(), "{\n  \"b\": 2,\n  \"c\": 3\n}");
        assert_eq!(without(text, "b").unwrap(), "{\n  \"a\": 1,\n  \"c\": 3\n}");
        assert_eq!(without(text, "c").unwrap(), "{\n  \"a\": 1,\n  \"b\": 2\n}");
        assert_eq!(without("{ \"a\": 1 }", "a").unwrap(), "{  }");
        assert_eq!(without("{ \"a\": 1, // why\n \"b\": 2 }", "b"), None);
    }
}
