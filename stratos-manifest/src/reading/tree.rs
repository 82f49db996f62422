//! The few questions that everybody asks the syntax tree.

use std::ops::Range;

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
