use std::collections::HashSet;

use jsonc_parser::ast::Value;

use crate::{
    context::{CHOICE, default_value, option_values},
    rules::prelude::*,
    schema::ObjectNode,
    syntax::{as_text, describe_kind, json_text, to_f64, to_json},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for options of list and radio settings whose `value` is a number, `true` or `false`, or another value that
    /// is not text.
    ///
    /// ## Why is this bad?
    ///
    /// A form has texts as the values of its choices, so that the stored value may be `"1"` where the manifest has `1`,
    /// and code that compares the two finds no option. The requirement is not documented, so this is a warning.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     {
    ///       "key": "engines",
    ///       "name": "Engines",
    ///       "type": "list",
    ///       "scope": "user",
    ///       "options": [{ "value": 1, "label": "One" }, { "value": 2, "label": "Two" }]
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     {
    ///       "key": "engines",
    ///       "name": "Engines",
    ///       "type": "list",
    ///       "scope": "user",
    ///       "options": [{ "value": "1", "label": "One" }, { "value": "2", "label": "Two" }]
    ///     }
    ///   ]
    /// }
    /// ```
    "option-value-not-text" {
        summary: "the value of an option is not text",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

/// The number of other values that the finding points at.
const MAX_RELATED: usize = 10;

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for setting in cx.settings_of_type(CHOICE) {
        let values: Vec<&Value<'_>> = option_values(setting)
            .filter(|value| as_text(value).is_none())
            .collect();
        let Some(first) = values.first() else {
            continue;
        };
        let message = format!(
            "the value of an option should be text, but this is {}",
            describe_kind(first)
        );
        let finding = cx
            .finding(head_span(first), message)
            .note("a form has texts as the values of its choices, and may store the value as one");
        let finding = values
            .iter()
            .skip(1)
            .take(MAX_RELATED)
            .fold(finding, |finding, value| {
                finding.related(
                    head_span(value),
                    format!("this is {}", describe_kind(value)),
                )
            });
        let edits = edits(setting, &values);
        out.push(match edits.first() {
            Some(edit) => finding
                .help(format!(
                    "write all values as text, such as {}",
                    quote(&edit.text)
                ))
                .unsafe_fix(edits),
            None => finding.help("write a short text that no other option has"),
        });
    }
}

/// The edits that write numbers and booleans as text, and the default if it is one of them; none if two options would
/// have the same value.
fn edits(setting: &ObjectNode<'_>, values: &[&Value<'_>]) -> Vec<Edit> {
    let stored = option_values(setting).filter_map(stored_text);
    let mut seen = HashSet::new();
    if !stored.into_iter().all(|text| seen.insert(text)) {
        return Vec::new();
    }
    let words = values.iter().copied();
    let default = default_value(setting).filter(|default| {
        words
            .clone()
            .any(|value| to_json(value) == to_json(default))
    });
    let edited = words.chain(default).filter_map(|value| {
        let text = stored_text(value)?;
        Some(Edit::replace(span(value), json_text(&text)))
    });
    edited.collect()
}

/// The text that a form stores for the value: that of JavaScript's `String(value)`. `None` for values other than texts,
/// booleans and numbers without an exponent in JavaScript.
fn stored_text(value: &Value<'_>) -> Option<String> {
    match value {
        Value::StringLit(literal) => Some(literal.value.as_ref().to_owned()),
        Value::BooleanLit(literal) => Some(literal.value.to_string()),
        Value::NumberLit(literal) => {
            let number = to_f64(literal.value)?;
            let has_exponent = number != 0.0 && !(1e-6..1e21).contains(&number.abs());
            (!has_exponent).then(|| number.to_string())
        }
        _ => None,
    }
}
