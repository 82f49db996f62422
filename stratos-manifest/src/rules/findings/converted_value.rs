//! Values of a wrong type, converted to the type of their field without losing anything.

use std::ops::Range;

use jsonc_parser::ast::{Object, Value};

use crate::{
    schema::{Field, FieldKind, ObjectSchema},
    syntax::{ParseErrorKind, ParsedManifest, find, json_text, span, to_f64},
};

/// The most elements of an array or object that is converted.
const MAX_ELEMENTS: usize = 100;

/// The value as JSON of the field's type: `"10"` as a number, `5` as text, one text instead of an array of one, one object
/// instead of an array of one, and a map of options or settings as an array.
pub(in crate::rules) fn converted_value(
    manifest: &ParsedManifest<'_>,
    field: &Field,
    value: &Value<'_>,
) -> Option<String> {
    let text = manifest.text;
    match (&field.kind, value) {
        (FieldKind::Number, Value::StringLit(number)) => {
            let number = number.value.trim();
            is_number(number).then(|| number.to_owned())
        }
        (FieldKind::Text, Value::NumberLit(number)) => Some(json_text(number.value)),
        (FieldKind::Text | FieldKind::OneOf(_), Value::Array(array)) => match &array.elements[..] {
            [only @ Value::StringLit(_)] => Some(text[span(only)].to_owned()),
            _ => None,
        },
        (FieldKind::Object(schema), Value::StringLit(only)) => match schema.fields {
            // `background`, which has one field.
            [field] => Some(format!("{{ \"{}\": {} }}", field.key, &text[span(only)])),
            _ => None,
        },
        (FieldKind::Object(_), Value::Array(array)) => match &array.elements[..] {
            [only @ Value::Object(_)] => Some(text[span(only)].to_owned()),
            _ => None,
        },
        (FieldKind::List(schema), Value::Object(object)) => converted_map(manifest, schema, object),
        _ => None,
    }
}

/// The element of an array of options as an option with this value and label.
pub(in crate::rules) fn converted_element(
    text: &str,
    schema: &ObjectSchema,
    element: &Value<'_>,
) -> Option<String> {
    let label = match element {
        Value::StringLit(literal) if !literal.value.trim().is_empty() => {
            text[span(literal)].to_owned()
        }
        Value::NumberLit(number) => json_text(number.value),
        _ => return None,
    };
    let has_value = schema.fields.iter().any(|field| field.key == "value");
    has_value.then(|| format!("{{ \"value\": {label}, \"label\": {label} }}"))
}

/// A map as an array: `{ "kg": "Kilograms" }` as options, and `{ "fuel_unit": { ... } }` as settings. An object that is one
/// element itself becomes the only one.
fn converted_map(
    manifest: &ParsedManifest<'_>,
    schema: &ObjectSchema,
    object: &Object<'_>,
) -> Option<String> {
    let text = manifest.text;
    let identity = schema.fields.iter().find(|field| field.required)?.key;
    let is_field = |key| schema.fields.iter().any(|field| field.key == key);
    let mut keys = object
        .properties
        .iter()
        .map(|property| property.name.as_str());
    if find(object, identity).is_some() && keys.all(is_field) {
        return Some(format!("[{}]", &text[object.range.start..object.range.end]));
    }
    if object.properties.is_empty() || object.properties.len() > MAX_ELEMENTS {
        return None;
    }
    let has_label = schema.fields.iter().any(|field| field.key == "label");
    let elements = object.properties.iter().map(|property| {
        let key = json_text(property.name.as_str());
        match &property.value {
            Value::StringLit(label) if has_label => {
                let label = &text[span(label)];
                Some(format!("{{ \"{identity}\": {key}, \"label\": {label} }}"))
            }
            Value::Object(inner) if find(inner, identity).is_none() => {
                let inside = inner.range.start + 1..inner.range.end - 1;
                if has_comment(manifest, &inside) {
                    return None;
                }
                let inside = join_lines(&text[inside]);
                let inside = inside.trim();
                let comma = if inner.properties.is_empty() {
                    ""
                } else {
                    ", "
                };
                Some(format!("{{ \"{identity}\": {key}{comma}{inside} }}"))
            }
            _ => None,
        }
    });
    let elements: Option<Vec<String>> = elements.collect();
    Some(format!("[{}]", elements?.join(", ")))
}

/// JSON in one line. That changes no string, since strings in JSON contain no line breaks.
pub(in crate::rules) fn join_lines(json: &str) -> String {
    json.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Whether a comment begins within the span. A comment up to the end of its line would swallow lines that are joined to it.
fn has_comment(manifest: &ParsedManifest<'_>, span: &Range<usize>) -> bool {
    let mut errors = manifest.errors.iter();
    errors.any(|error| {
        matches!(error.kind, ParseErrorKind::Comment) && span.contains(&error.span.start)
    })
}

/// Whether the text is a JSON number that JavaScript can hold.
fn is_number(text: &str) -> bool {
    serde_json::from_str::<f64>(text).is_ok() && to_f64(text).is_some()
}
