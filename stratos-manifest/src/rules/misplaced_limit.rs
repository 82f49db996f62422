use jsonc_parser::ast::Value;

use crate::{
    context::{RuleContext, setting_type},
    diagnostic::Findings,
    fix::Edit,
    model::SettingType::{self, List, LongText, Number, Radio, Range, Text},
    quote::either,
    reading::{find, span},
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds settings with a field that belongs to other types: `min`, `max` and `step` (numbers and ranges),
    /// `options` (lists and radios), `pattern` (text) and `placeholder` (text and longtext). An empty array of options
    /// says nothing, and is let through.
    ///
    /// ## Why is this bad?
    ///
    /// The documentation knows these fields for some types only. For the others they have no effect, and what they were
    /// meant to keep out is accepted; or the type is not the one that was meant.
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
        summary: "a field of a setting that its type does not have",
        group: Suspicious,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

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
            let Some(property) = property.filter(|property| says_something(key, &property.value))
            else {
                continue;
            };
            if owners.contains(&kind) {
                continue;
            }
            let owners: Vec<_> = owners.iter().map(|owner| owner.as_str()).collect();
            let owners = either(&owners);
            let finding = cx
                .finding(
                    span(&property.name),
                    format!("`{key}` has no effect on a setting of the type `{kind}`"),
                )
                .note(format!("it belongs to the type {owners}"))
                .help("remove it, or change the type");
            out.push(
                match Edit::remove_property(cx.text, setting.object, property) {
                    Some(edit) => finding.unsafe_fix([edit]),
                    None => finding,
                },
            );
        }
    }
}

/// Whether the value is one of the right kind, which others look at, and not an empty one.
fn says_something(key: &str, value: &Value<'_>) -> bool {
    match value {
        Value::StringLit(text) => {
            matches!(key, "pattern" | "placeholder") && !text.value.is_empty()
        }
        Value::NumberLit(_) => matches!(key, "min" | "max" | "step"),
        Value::Array(options) => key == "options" && !options.elements.is_empty(),
        _ => false,
    }
}
