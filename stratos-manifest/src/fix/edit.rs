//! Edits, which replace some bytes of a file and keep the formatting of the rest.

use std::{iter, ops::Range};

use jsonc_parser::ast::{Object, ObjectProp, StringLit};

use crate::syntax::{UnicodeEscape, json_text, span};

/// The replacement of some bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The replaced bytes; empty for an insertion.
    pub span: Range<usize>,
    /// The text that replaces them.
    pub text: String,
}

impl Edit {
    /// Replaces the bytes with `text`.
    pub(crate) fn replace(span: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            span,
            text: text.into(),
        }
    }

    /// Removes the bytes.
    pub(crate) fn remove(span: Range<usize>) -> Self {
        Self::replace(span, "")
    }

    /// Replaces a string, with the escapes that JSON needs.
    pub(crate) fn set_text(literal: &StringLit<'_>, text: &str) -> Self {
        Self::replace(span(literal), json_text(text))
    }

    /// Removes characters from a string and keeps the escapes of the others. `is_removed` gets the offset of each
    /// character in the string's value.
    pub(crate) fn remove_chars(
        text: &str,
        literal: &StringLit<'_>,
        is_removed: impl Fn(usize) -> bool,
    ) -> Vec<Self> {
        let literal = span(literal);
        let start = literal.start + 1;
        let mut edits: Vec<Self> = Vec::new();
        for (at, raw) in raw_chars(&text[start..literal.end.max(start + 1) - 1]) {
            let removed = start + raw.start..start + raw.end;
            match edits.last_mut() {
                _ if !is_removed(at) => {}
                Some(last) if last.span.end == removed.start => last.span.end = removed.end,
                _ => edits.push(Self::remove(removed)),
            }
        }
        edits
    }

    /// Renames the key of a property.
    pub(crate) fn rename(property: &ObjectProp<'_>, key: &str) -> Self {
        Self::replace(span(&property.name), json_text(key))
    }

    /// Adds a property at the end of an object, on a line of its own if the last one is.
    ///
    /// `text` is the whole file, and `property` the JSON of key and value.
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

    /// Removes a property from its object, with one adjacent comma and the line that would become empty.
    ///
    /// `text` is the whole file. `None` if a comment between the property and its comma would be lost.
    pub(crate) fn remove_property(
        text: &str,
        object: &Object<'_>,
        property: &ObjectProp<'_>,
    ) -> Option<Self> {
        let removed = span(property);
        let mut properties = object.properties.iter();
        let at = properties.position(|other| span(other) == removed)?;
        Self::remove_property_at(text, object, at)
    }

    /// [`remove_property`](Self::remove_property) by the property's index.
    pub(crate) fn remove_property_at(text: &str, object: &Object<'_>, at: usize) -> Option<Self> {
        let removed = span(object.properties.get(at)?);
        let before = at
            .checked_sub(1)
            .map(|before| span(&object.properties[before]).end);
        let after = object.properties.get(at + 1).map(|after| span(after).start);
        let range = match (before, after) {
            (Some(before), _) => before..removed.end,
            (None, Some(after)) => removed.start..after,
            (None, None) => removed.clone(),
        };
        let only_between =
            |part: &str| part.chars().all(|char| char == ',' || char.is_whitespace());
        let is_clean = only_between(&text[range.start..removed.start.max(range.start)])
            && only_between(&text[removed.end.min(range.end)..range.end]);
        is_clean.then(|| Self::remove(range))
    }
}

/// The characters of a string without its quotes: their offsets in the string's value, and their ranges in `raw`.
fn raw_chars(raw: &str) -> impl Iterator<Item = (usize, Range<usize>)> {
    let (mut at, mut start) = (0, 0);
    iter::from_fn(move || {
        let rest = &raw[start..];
        let (value_len, raw_len) = match rest.as_bytes() {
            [b'\\', b'u', ..] => {
                let escape = UnicodeEscape::at_start(rest)?;
                // The value has U+FFFD for a lone surrogate.
                let char = escape.char.unwrap_or(char::REPLACEMENT_CHARACTER);
                (char.len_utf8(), escape.len)
            }
            [b'\\', ..] => (1, 2),
            _ => {
                let len = rest.chars().next()?.len_utf8();
                (len, len)
            }
        };
        let character = (at, start..start + raw_len);
        at += value_len;
        start += raw_len;
        (start <= raw.len()).then_some(character)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::ParsedManifest;

    fn without(text: &str, key: &str) -> Option<String> {
        let manifest = ParsedManifest::parse(text.as_bytes());
        let object = manifest.root.as_ref().unwrap().as_object().unwrap();
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
    fn an_added_property_has_the_layout_of_the_others() {
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
            let manifest = ParsedManifest::parse(text.as_bytes());
            let object = manifest.root.as_ref().unwrap().as_object().unwrap();
            let edit = Edit::insert_property(text, object, "\"b\": 2");
            let mut changed = text.to_owned();
            changed.replace_range(edit.span, &edit.text);
            assert_eq!(changed, expected);
        }
    }

    #[test]
    fn a_property_is_removed_with_one_comma() {
        let text = "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}";
        assert_eq!(without(text, "a").unwrap(), "{\n  \"b\": 2,\n  \"c\": 3\n}");
        assert_eq!(without(text, "b").unwrap(), "{\n  \"a\": 1,\n  \"c\": 3\n}");
        assert_eq!(without(text, "c").unwrap(), "{\n  \"a\": 1,\n  \"b\": 2\n}");
        assert_eq!(without("{ \"a\": 1 }", "a").unwrap(), "{  }");
        assert_eq!(without("{ \"a\": 1, // why\n \"b\": 2 }", "b"), None);
    }
}
