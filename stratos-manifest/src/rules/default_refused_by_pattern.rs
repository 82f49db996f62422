use crate::{
    context::text_field,
    js_regex::{RegexBudget, split_delimiters},
    model::SettingType,
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for text settings whose `default` does not match their `pattern`.
    ///
    /// The documentation does not say whether the whole text must match, as in an HTML form, or a part of it, as with
    /// `RegExp.test`. The rule fires only if no part matches, which both refuse. Empty defaults, patterns that
    /// could take long to match, and those that `delimited-pattern` reports are skipped.
    ///
    /// ## Why is this bad?
    ///
    /// The setting starts with a value that cannot be entered, and its form cannot be saved unchanged.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     {
    ///       "key": "icao",
    ///       "name": "Airport",
    ///       "type": "text",
    ///       "scope": "user",
    ///       "pattern": "^[A-Z]{4}$",
    ///       "default": "Frankfurt"
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
    ///       "key": "icao",
    ///       "name": "Airport",
    ///       "type": "text",
    ///       "scope": "user",
    ///       "pattern": "^[A-Z]{4}$",
    ///       "default": "EDDF"
    ///     }
    ///   ]
    /// }
    /// ```
    "default-refused-by-pattern" {
        summary: "the default of a setting does not match its pattern",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let mut patterns = RegexBudget::new();
    for setting in cx.settings_of_type(&[SettingType::Text]) {
        let text = |key| text_field(setting.object, key);
        let (Some(default), Some(pattern)) = (text("default"), text("pattern")) else {
            continue;
        };
        // A pattern that is written as a literal of JavaScript is reported itself.
        let is_literal = split_delimiters(&pattern.value).is_some();
        if !is_literal && patterns.rejects(&pattern.value, &default.value) {
            out.push(
                cx.finding(
                    span(default),
                    format!(
                        "the default {} does not match the pattern {}",
                        quote(&default.value),
                        quote(&pattern.value)
                    ),
                )
                .note("the setting would start with a value that cannot be entered")
                .help("change the default or the pattern, or leave the default out")
                .related(span(pattern), "the pattern is here"),
            );
        }
    }
}
