//! The few questions that everybody asks the syntax tree.

use std::{fmt::Write as _, ops::Range};

use jsonc_parser::{
    ast::{Object, ObjectProp, Value},
    common::Ranged,
};

/// The bytes that a node takes.
pub(crate) fn span(node: &impl Ranged) -> Range<usize> {
    node.start()..node.end()
}

/// Where to point at a value: all of it, or of an object or array, which may be long, the opening bracket.
pub(crate) fn head(value: &Value<'_>) -> Range<usize> {
    let span = span(value);
    match value {
        Value::Object(_) | Value::Array(_) => span.start..span.start + 1,
        _ => span,
    }
}

/// The property that counts: of equal keys the last one, as `JSON.parse` has it.
pub(crate) fn find<'t, 'a>(object: &'t Object<'a>, key: &str) -> Option<&'t ObjectProp<'a>> {
    object
        .properties
        .iter()
        .rfind(|property| property.name.as_str() == key)
}

/// The text of `object.key`, if it is text.
pub(crate) fn key_text<'t>(object: &'t Object<'_>, key: &str) -> Option<&'t str> {
    string_value(&find(object, key)?.value)
}

/// The value's text, if it is text.
pub(crate) fn string_value<'t>(value: &'t Value<'_>) -> Option<&'t str> {
    value.as_string_lit().map(|literal| literal.value.as_ref())
}

/// The keys that lead to what stands at `offset`, such as `author.id` or `availableSettings[2].key`.
pub(crate) fn key_path(value: &Value<'_>, offset: usize) -> String {
    let mut path = String::new();
    let mut value = value;
    loop {
        let inner = match value {
            Value::Object(object) => at(&object.properties, offset).map(|property| {
                if !path.is_empty() {
                    path.push('.');
                }
                push_key(&mut path, property.name.as_str());
                &property.value
            }),
            Value::Array(array) => at(&array.elements, offset).inspect(|element| {
                let index = array
                    .elements
                    .partition_point(|other| other.start() < element.start());
                let _ = write!(path, "[{index}]");
            }),
            _ => None,
        };
        match inner {
            Some(inner) => value = inner,
            None => return path,
        }
    }
}

/// A key that nobody would call a name is cut short, since each finding repeats the path.
fn push_key(path: &mut String, key: &str) {
    const MAX_CHARS: usize = 60;
    match key.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => {
            path.push_str(&key[..end]);
            path.push('…');
        }
        None => path.push_str(key),
    }
}

/// The one of the nodes, which are in the order of the file, that `offset` lies in.
fn at<T: Ranged>(nodes: &[T], offset: usize) -> Option<&T> {
    let next = nodes.partition_point(|node| node.end() <= offset);
    nodes.get(next).filter(|node| node.start() <= offset)
}

/// What kind of value it is, as a sentence says it.
pub(crate) fn article(value: &Value<'_>) -> &'static str {
    match value {
        Value::StringLit(_) => "text",
        Value::NumberLit(_) => "a number",
        Value::BooleanLit(literal) if literal.value => "`true`",
        Value::BooleanLit(_) => "`false`",
        Value::Object(_) => "an object",
        Value::Array(_) => "an array",
        Value::NullKeyword(_) => "`null`",
    }
}
