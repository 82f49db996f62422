use std::ops::Range;

use jsonc_parser::ast::Value;

use crate::{
    diagnostic::Diagnostic,
    quote::quote,
    reading::{article, head, span},
    rule::declare_rule,
    rules::RuleContext,
    shape::{Field, Kind, ShapeFaultKind},
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds fields whose value is of another kind than it has to be, such as a number where text belongs.
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
        summary: "a value is of the wrong kind",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for (place, fault) in cx.shape_faults(ShapeFaultKind::WrongType) {
        let Some(value) = fault.value(place) else {
            continue;
        };
        let path = place.path(fault.field.key);
        out.push(match (fault.element, &fault.field.kind, value) {
            (Some(index), _, _) => describe(
                cx,
                value,
                &format!("{path}[{index}]"),
                "an object",
                fault.field,
            ),
            (None, Kind::Number, Value::NumberLit(_)) => too_large(cx, span(value), &path),
            (None, kind, _) => describe(cx, value, &path, expected(kind), fault.field),
        });
    }
}

fn describe(
    cx: &RuleContext<'_>,
    value: &Value<'_>,
    path: &str,
    expected: &str,
    field: &Field,
) -> Diagnostic {
    let help = match value {
        Value::NullKeyword(_) if !field.required => {
            format!("leave the field out, or write `{}`", field.example)
        }
        _ => format!("write it like `{}`", field.example),
    };
    let message = format!(
        "{} has to be {expected}, but this is {}",
        quote(path),
        article(value)
    );
    cx.finding(head(value), message)
        .note("values are not converted when the manifest is read")
        .help(help)
}

fn too_large(cx: &RuleContext<'_>, span: Range<usize>, path: &str) -> Diagnostic {
    cx.finding(
        span,
        format!("{} is beyond the numbers that JavaScript has", quote(path)),
    )
    .note("it would be read as infinity")
    .help("write a smaller number")
}

const fn expected(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::OneOf(_) => "text",
        Kind::Number => "a number",
        Kind::Object(_) => "an object",
        Kind::List(_) => "an array of objects",
        Kind::Any => "a value",
    }
}
