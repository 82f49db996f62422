use jsonc_parser::ast::Value;

use crate::{
    context::{CHOICE, default_value, option_values},
    quote::join_or,
    rules::prelude::*,
    schema::ObjectNode,
    suggest::{closest, is_same_word},
    syntax::{as_text, elements, find_text, to_json},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for list and radio settings whose `default` is not the `value` of any option. `null` counts as no
    /// default.
    ///
    /// ## Why is this bad?
    ///
    /// The form would start without a selection, or with a value that cannot be selected again. The default is compared
    /// with the `value` of an option, not with its `label`, and `5` is not the same as `"5"`. The requirement is not
    /// documented, so this is a warning.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     {
    ///       "key": "unit",
    ///       "name": "Unit",
    ///       "type": "list",
    ///       "scope": "user",
    ///       "options": [{ "value": "kg", "label": "Kilograms" }, { "value": "lb", "label": "Pounds" }],
    ///       "default": "Kilograms"
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
    ///       "key": "unit",
    ///       "name": "Unit",
    ///       "type": "list",
    ///       "scope": "user",
    ///       "options": [{ "value": "kg", "label": "Kilograms" }, { "value": "lb", "label": "Pounds" }],
    ///       "default": "kg"
    ///     }
    ///   ]
    /// }
    /// ```
    "default-not-an-option" {
        summary: "the default of a choice is not one of its options",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

/// The number of values up to which a help lists all of them.
const MAX_LISTED: usize = 5;

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for setting in cx.settings_of_type(CHOICE) {
        let Some(default) = default_value(setting) else {
            continue;
        };
        let values: Vec<_> = option_values(setting).collect();
        let wanted = to_json(default);
        if !values.is_empty() && !values.iter().any(|value| to_json(value) == wanted) {
            out.push(describe(cx, setting, default, &values));
        }
    }
}

fn describe(
    cx: &RuleContext<'_>,
    setting: &ObjectNode<'_>,
    default: &Value<'_>,
    values: &[&Value<'_>],
) -> Diagnostic {
    let written = |value: &Value<'_>| cx.manifest.text[span(value)].to_owned();
    let finding = cx
        .finding(
            head_span(default),
            format!(
                "the default {} is not one of the options",
                quote(&written(default))
            ),
        )
        .note("a default must equal the `value` of an option, and be of the same type");
    match suggested_value(cx, setting, default, values) {
        Some(value) => {
            let value = written(value);
            finding
                .help(format!("did you mean {}?", quote(&value)))
                .unsafe_fix([Edit::replace(span(default), value)])
        }
        None if values.len() <= MAX_LISTED => {
            let values: Vec<_> = values.iter().map(|value| written(value)).collect();
            let values: Vec<_> = values.iter().map(String::as_str).collect();
            finding.help(format!("write {}", join_or(&values)))
        }
        None => {
            let few = values
                .iter()
                .take(MAX_LISTED)
                .map(|value| quote(&written(value)));
            let few: Vec<_> = few.collect();
            finding.help(format!(
                "write one of the values: {}, ... ({} in all)",
                few.join(", "),
                values.len()
            ))
        }
    }
}

/// The option value that the default probably means: its option has that label, or it differs in quotes or spelling only.
fn suggested_value<'v, 't>(
    cx: &RuleContext<'_>,
    setting: &ObjectNode<'_>,
    default: &Value<'_>,
    values: &[&'v Value<'t>],
) -> Option<&'v Value<'t>> {
    let plain = |value: &Value<'_>| match as_text(value) {
        Some(text) => text.to_owned(),
        None => cx.manifest.text[span(value)].to_owned(),
    };
    let word = plain(default);
    let same = values.iter().find(|value| plain(value) == word);
    let labelled = || {
        let mut labels = elements(setting.object, "options").filter_map(|option| {
            let option = option.as_object()?;
            Some((find_text(option, "label")?, &find(option, "value")?.value))
        });
        let (_, value) =
            labels.find(|(label, _)| is_same_word(label, &word) && !word.is_empty())?;
        values.iter().find(|other| span(**other) == span(value))
    };
    let similar = || {
        let similar = closest(&word, values.iter().filter_map(|value| as_text(value)))?;
        values.iter().find(|value| as_text(value) == Some(similar))
    };
    same.or_else(labelled).or_else(similar).copied()
}
