use crate::{
    context::{NUMERIC, number_field},
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for number and range settings whose `min` is greater than `max`.
    ///
    /// ## Why is this bad?
    ///
    /// `min` is the smallest allowed number, and `max` the largest. If they are swapped, no number is allowed.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "volume", "name": "Volume", "type": "range", "scope": "user", "min": 100, "max": 0 }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "volume", "name": "Volume", "type": "range", "scope": "user", "min": 0, "max": 100 }
    ///   ]
    /// }
    /// ```
    "inverted-limits" {
        summary: "the `min` of a setting is greater than its `max`",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for setting in cx.settings_of_type(NUMERIC) {
        let limit = |key| number_field(setting.object, key);
        let (Some(min), Some(max)) = (limit("min"), limit("max")) else {
            continue;
        };
        if min.value > max.value {
            let (least, greatest) = (quote(min.text), quote(max.text));
            out.push(
                cx.finding(
                    min.span.clone(),
                    format!("`min` is {least}, which is greater than `max`"),
                )
                .note("no number satisfies both limits")
                .help(format!("swap them if {greatest} is the smallest number, or correct the one that is wrong"))
                .related(max.span.clone(), "`max` is here")
                .unsafe_fix([
                    Edit::replace(min.span, max.text),
                    Edit::replace(max.span, min.text),
                ]),
            );
        }
    }
}
