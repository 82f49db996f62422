use crate::{
    context::{NUMERIC, number_field},
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for number and range settings whose `default` is less than `min` or greater than `max`.
    ///
    /// ## Why is this bad?
    ///
    /// The setting starts with a value that cannot be entered. How a shell handles it is not documented, so this is a
    /// warning.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "volume", "name": "Volume", "type": "range", "scope": "user", "min": 0, "max": 10, "default": 50 }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "volume", "name": "Volume", "type": "range", "scope": "user", "min": 0, "max": 100, "default": 50 }
    ///   ]
    /// }
    /// ```
    "default-out-of-range" {
        summary: "the default of a setting is outside of its limits",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for setting in cx.settings_of_type(NUMERIC) {
        let number = |key| number_field(setting.object, key);
        let Some(default) = number("default") else {
            continue;
        };
        let (min, max) = (number("min"), number("max"));
        // `inverted-limits` reports swapped limits, which no default can satisfy.
        if let (Some(min), Some(max)) = (&min, &max)
            && min.value > max.value
        {
            continue;
        }
        let below = min.filter(|min| default.value < min.value);
        let above = max.filter(|max| default.value > max.value);
        let (limit, key, what) = match (below, above) {
            (Some(min), _) => (min, "min", "less"),
            (_, Some(max)) => (max, "max", "greater"),
            (None, None) => continue,
        };
        out.push(
            cx.finding(
                default.span.clone(),
                format!("the default {} is {what} than `{key}`", quote(default.text)),
            )
            .note("the setting would start with a value that cannot be entered")
            .help(format!("write {}, or change the limit", quote(limit.text)))
            .related(limit.span, format!("`{key}` is here"))
            .unsafe_fix([Edit::replace(default.span, limit.text)]),
        );
    }
}
