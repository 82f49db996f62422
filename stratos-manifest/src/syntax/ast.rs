//! Accessors of the syntax tree.

use std::ops::Range;

use jsonc_parser::{
    ast::{Object, ObjectProp, ObjectPropName, Value},
    common::{Range as JsoncRange, Ranged},
};

/// The byte span of a node.
pub(crate) fn span(node: &impl Ranged) -> Range<usize> {
    node.start()..node.end()
}

/// The span to underline for a value: the opening bracket of an object or array, which may be long, and otherwise the
/// whole value.
pub(crate) fn head_span(value: &Value<'_>) -> Range<usize> {
    let span = span(value);
    match value {
        Value::Object(_) | Value::Array(_) => span.start..span.start + 1,
        _ => span,
    }
}

/// The property with this key; of several the last one, as in `JSON.parse`.
pub(crate) fn find<'t, 'a>(object: &'t Object<'a>, key: &str) -> Option<&'t ObjectProp<'a>> {
    object
        .properties
        .iter()
        .rfind(|property| property.name.as_str() == key)
}

/// The value of the property with this key, if it is a string.
pub(crate) fn find_text<'t>(object: &'t Object<'_>, key: &str) -> Option<&'t str> {
    as_text(&find(object, key)?.value)
}

/// The elements of the array with this key; none if there is no such array.
pub(crate) fn elements<'t, 'a>(
    object: &'t Object<'a>,
    key: &str,
) -> impl Iterator<Item = &'t Value<'a>> + use<'t, 'a> {
    find(object, key)
        .and_then(|property| property.value.as_array())
        .into_iter()
        .flat_map(|array| &array.elements)
}

/// The content of a string; `None` for any other value.
pub(crate) fn as_text<'t>(value: &'t Value<'_>) -> Option<&'t str> {
    value.as_string_lit().map(|literal| literal.value.as_ref())
}

/// The kind of a value with its article, for messages.
pub(crate) fn describe_kind(value: &Value<'_>) -> &'static str {
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

/// Adds `by` to the byte ranges of a value and of all nodes in it.
pub(super) fn shift(value: &mut Value<'_>, by: usize) {
    let range = match value {
        Value::StringLit(literal) => &mut literal.range,
        Value::NumberLit(literal) => &mut literal.range,
        Value::BooleanLit(literal) => &mut literal.range,
        Value::NullKeyword(keyword) => &mut keyword.range,
        Value::Array(array) => {
            for element in &mut array.elements {
                shift(element, by);
            }
            &mut array.range
        }
        Value::Object(object) => {
            for property in &mut object.properties {
                shift_range(&mut property.range, by);
                shift_range(name_range(&mut property.name), by);
                shift(&mut property.value, by);
            }
            &mut object.range
        }
    };
    shift_range(range, by);
}

fn name_range<'n>(name: &'n mut ObjectPropName<'_>) -> &'n mut JsoncRange {
    match name {
        ObjectPropName::String(literal) => &mut literal.range,
        ObjectPropName::Word(word) => &mut word.range,
    }
}

fn shift_range(range: &mut JsoncRange, by: usize) {
    range.start += by;
    range.end += by;
}
