use std::ops::Range;

use jsonc_parser::ast::{ObjectProp, Value};

use crate::{
    quote::quote_source,
    rules::{
        findings::{
            VersionAdvice, converted_element, converted_value, element_example, extra_help,
            field_example, join_lines, object_named, version_advice,
        },
        prelude::*,
    },
    schema::{Field, FieldKind, ObjectNode, ObjectSchema, ViolationKind},
    syntax::{as_text, describe_kind, json_text},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for fields whose value has the wrong type, such as a number instead of text.
    ///
    /// ## Why is this bad?
    ///
    /// The shell validates the manifest before it loads anything, and does not convert values.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "version": 1.0, "author": "My Name" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "version": "1.0.0", "author": { "id": "my-name", "name": "My Name" } }
    /// ```
    "wrong-type" {
        summary: "a value has the wrong type",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (node, violation) in cx.violations(ViolationKind::WrongType) {
        let field = violation.field;
        let (Some(property), Some(value)) = (field.find(node.object), violation.value(node)) else {
            continue;
        };
        let path = node.path(property.name.as_str());
        out.push(match (violation.element, &field.kind, value) {
            (Some(index), FieldKind::List(schema), _) => {
                wrong_element(cx, schema, property, index, value, &path)
            }
            (_, FieldKind::Number, Value::NumberLit(_)) => too_large(cx, span(value), &path),
            _ => wrong_value(cx, node, field, property, value, &path),
        });
    }
}

fn wrong_value(
    cx: &RuleContext<'_>,
    node: &ObjectNode<'_>,
    field: &Field,
    property: &ObjectProp<'_>,
    value: &Value<'_>,
    path: &str,
) -> Diagnostic {
    let finding = describe(cx, value, path, expected(&field.kind));
    let extra_help = extra_help(field);
    match (field, value) {
        (_, Value::NullKeyword(_)) if !field.required => finding
            .help(format!(
                "leave the field out, or write `{}`{extra_help}",
                field_example(cx, node, field)
            ))
            .safe_fix(Edit::remove_property(
                cx.manifest.text,
                node.object,
                property,
            )),
        (Field { key: "version", .. }, Value::NumberLit(number)) => {
            let VersionAdvice { help, fix, .. } = version_advice(cx, number.value);
            let edit =
                fix.map(|(version, _)| Edit::replace(span(value), json_text(&version.to_string())));
            finding.help(help).unsafe_fix(edit)
        }
        _ => match converted_value(cx.manifest, field, value) {
            Some(converted) => finding
                .help(format!(
                    "write {}{extra_help}",
                    quote_source(&format!("\"{}\": {}", field.key, join_lines(&converted)))
                ))
                .unsafe_fix([Edit::replace(span(value), converted)]),
            None => {
                let named = match (&field.kind, as_text(value)) {
                    (FieldKind::Object(schema), Some(name)) => object_named(schema, name),
                    _ => None,
                };
                let example = match named {
                    Some(object) => format!("\"{}\": {object}", field.key),
                    None => field_example(cx, node, field),
                };
                finding.help(format!(
                    "write it like {}{extra_help}",
                    quote_source(&example)
                ))
            }
        },
    }
}

/// The finding for an element of an array of objects that is no object.
fn wrong_element(
    cx: &RuleContext<'_>,
    schema: &ObjectSchema,
    array: &ObjectProp<'_>,
    index: usize,
    element: &Value<'_>,
    path: &str,
) -> Diagnostic {
    let finding = describe(cx, element, &format!("{path}[{index}]"), "an object");
    if let Some(converted) = converted_element(cx.manifest.text, schema, element) {
        return finding
            .help(format!("write {}", quote_source(&converted)))
            .unsafe_fix([Edit::replace(span(element), converted)]);
    }
    let named = as_text(element).and_then(|name| object_named(schema, name));
    let example = named.unwrap_or_else(|| {
        let array = array.value.as_array();
        let count = array.map_or(1, |array| array.elements.len());
        element_example(schema, index, count)
    });
    finding.help(format!("write it like {}", quote_source(&example)))
}

fn describe(cx: &RuleContext<'_>, value: &Value<'_>, path: &str, expected: &str) -> Diagnostic {
    let message = format!(
        "{} must be {expected}, but this is {}",
        quote(path),
        describe_kind(value)
    );
    cx.finding(head_span(value), message)
        .note("values are not converted when the manifest is read")
}

fn too_large(cx: &RuleContext<'_>, span: Range<usize>, path: &str) -> Diagnostic {
    cx.finding(
        span,
        format!("{} is too large for a JavaScript number", quote(path)),
    )
    .note("JavaScript would read it as infinity")
    .help("write a smaller number")
}

const fn expected(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text | FieldKind::OneOf(_) => "text",
        FieldKind::Number => "a number",
        FieldKind::Object(_) => "an object",
        FieldKind::List(_) => "an array of objects",
        FieldKind::Any => "a value",
    }
}
