use jsonc_parser::ast::Value;

use crate::{
    context::setting_type,
    model::SettingType::{self, List, LongText, Number, Radio, Range, Text},
    quote::join_or,
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for settings with a field that their type does not have: `min`, `max` and `step` belong to numbers and
    /// ranges, `options` to lists and radios, `pattern` to text, and `placeholder` to text and longtext. An empty array
    /// of options is allowed.
    ///
    /// ## Why is this bad?
    ///
    /// The documentation has these fields for some types only. For other types they have no effect, so that values
    /// which they should prevent are accepted; or the type is wrong.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "volume", "name": "Volume", "type": "text", "scope": "user", "max": 100 }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "volume", "name": "Volume", "type": "number", "scope": "user", "max": 100 }
    ///   ]
    /// }
    /// ```
    "misplaced-limit" {
        summary: "a field that the type of the setting does not have",
        group: Suspicious,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

/// The types that have each field.
const OWNERS: [(&str, &[SettingType]); 6] = [
    ("min", &[Number, Range]),
    ("max", &[Number, Range]),
    ("step", &[Number, Range]),
    ("pattern", &[Text]),
    ("placeholder", &[Text, LongText]),
    ("options", &[List, Radio]),
];

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for setting in cx.settings() {
        let Some(kind) = setting_type(setting) else {
            continue;
        };
        for (key, owners) in OWNERS {
            let property = find(setting.object, key);
            let Some(property) = property.filter(|property| is_set(key, &property.value)) else {
                continue;
            };
            if owners.contains(&kind) {
                continue;
            }
            let owners: Vec<_> = owners.iter().map(|owner| owner.as_str()).collect();
            let finding = cx
                .finding(
                    span(&property.name),
                    format!("`{key}` has no effect on a setting of type `{kind}`"),
                )
                .note(format!(
                    "it belongs to settings of type {}",
                    join_or(&owners)
                ))
                .help(format!(
                    "write `\"type\": \"{}\"` if it is one, or remove `{key}`",
                    owners[0]
                ));
            out.push(finding);
        }
    }
}

/// Whether the value has the type of the field, which `wrong-type` checks, and is not empty.
fn is_set(key: &str, value: &Value<'_>) -> bool {
    match value {
        Value::StringLit(text) => {
            matches!(key, "pattern" | "placeholder") && !text.value.is_empty()
        }
        Value::NumberLit(_) => matches!(key, "min" | "max" | "step"),
        Value::Array(options) => key == "options" && !options.elements.is_empty(),
        _ => false,
    }
}
