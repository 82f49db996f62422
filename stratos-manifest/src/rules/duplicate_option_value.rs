use std::collections::{HashMap, hash_map::Entry};

use crate::{
    context::{CHOICE, option_values},
    rules::prelude::*,
    syntax::to_json,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for list and radio settings with two options of the same `value`. `1` and `1.0` are the same value, `1`
    /// and `"1"` are not.
    ///
    /// ## Why is this bad?
    ///
    /// Only the value is stored, so the stored setting does not tell which of the two options was chosen.
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
    ///       "options": [{ "value": "kg", "label": "Kilograms" }, { "value": "kg", "label": "Pounds" }]
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
    ///       "options": [{ "value": "kg", "label": "Kilograms" }, { "value": "lb", "label": "Pounds" }]
    ///     }
    ///   ]
    /// }
    /// ```
    "duplicate-option-value" {
        summary: "two options of a setting have the same value",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for setting in cx.settings_of_type(CHOICE) {
        let mut seen = HashMap::new();
        for value in option_values(setting) {
            match seen.entry(to_json(value)) {
                Entry::Vacant(entry) => {
                    entry.insert(value);
                }
                Entry::Occupied(first) => {
                    let quoted = quote(&cx.manifest.text[span(value)]);
                    out.push(
                        cx.finding(
                            head_span(value),
                            format!("another option of this setting has the value {quoted}"),
                        )
                        .note("both options would be stored as the same value")
                        .help("give one of them another value, or remove it")
                        .related(head_span(first.get()), "it is first used here"),
                    );
                }
            }
        }
    }
}
