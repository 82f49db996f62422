use std::ops::Range;

use jsonc_parser::ast::Value;

use crate::{
    rules::{
        findings::{element_example, extra_help, field_example},
        prelude::*,
    },
    schema::{Field, FieldKind, ObjectNode, ViolationKind},
    syntax::describe_kind,
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
        let Some(value) = violation.value(node) else {
            continue;
        };
        let path = node.path(violation.field.key);
        out.push(match (violation.element, &violation.field.kind, value) {
            (Some(index), FieldKind::List(schema), _) => {
                let array = find(node.object, violation.field.key).and_then(|p| p.value.as_array());
                let count = array.map_or(1, |array| array.elements.len());
                let example = element_example(schema, index, count);
                let path = format!("{path}[{index}]");
                describe(cx, value, &path, "an object", &example, violation.field)
            }
            (_, FieldKind::Number, Value::NumberLit(_)) => too_large(cx, span(value), &path),
            (_, kind, _) => {
                let example = field_example(cx, node, violation.field);
                let finding = describe(cx, value, &path, expected(kind), &example, violation.field);
                with_fix(cx, finding, node, violation.field, value)
            }
        });
    }
}

/// Adds the fix for a number in quotes, a number instead of text, and a `null` in an optional field.
fn with_fix(
    cx: &RuleContext<'_>,
    finding: Diagnostic,
    node: &ObjectNode<'_>,
    field: &Field,
    value: &Value<'_>,
) -> Diagnostic {
    match (&field.kind, value) {
        (_, Value::NullKeyword(_)) if !field.required => {
            let removal = find(node.object, field.key).and_then(|property| {
                Edit::remove_property(cx.manifest.text, node.object, property)
            });
            finding.safe_fix(removal)
        }
        (FieldKind::Number, Value::StringLit(text)) if is_number(&text.value) => {
            finding.unsafe_fix([Edit::replace(span(value), text.value.trim())])
        }
        (FieldKind::Text, Value::NumberLit(number)) => {
            finding.unsafe_fix([Edit::replace(span(value), format!("\"{}\"", number.value))])
        }
        _ => finding,
    }
}

/// Whether the text is a JSON number.
fn is_number(text: &str) -> bool {
    serde_json::from_str::<f64>(text).is_ok_and(f64::is_finite)
}

fn describe(
    cx: &RuleContext<'_>,
    value: &Value<'_>,
    path: &str,
    expected: &str,
    example: &str,
    field: &Field,
) -> Diagnostic {
    let help = match value {
        Value::NullKeyword(_) if !field.required => {
            format!(
                "leave the field out, or write `{example}`{}",
                extra_help(field)
            )
        }
        _ => format!("write it like `{example}`{}", extra_help(field)),
    };
    let message = format!(
        "{} must be {expected}, but this is {}",
        quote(path),
        describe_kind(value)
    );
    cx.finding(head_span(value), message)
        .note("values are not converted when the manifest is read")
        .help(help)
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
