use crate::{model::SettingType, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for settings of type `range` without `min` or `max`.
    ///
    /// ## Why is this bad?
    ///
    /// A range is shown as a slider, which needs both ends.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "volume", "name": "Volume", "type": "range", "scope": "user" }
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
    "range-without-limits" {
        summary: "a range setting has no `min` or no `max`",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for setting in cx.settings_of_type(&[SettingType::Range]) {
        let missing = match ["min", "max"].map(|key| find(setting.object, key).is_none()) {
            [true, true] => "`min` and `max`",
            [true, false] => "`min`",
            [false, true] => "`max`",
            [false, false] => continue,
        };
        out.push(
            cx.finding(setting.anchor.clone(), format!("this range has no {missing}"))
                .note("a setting of type `range` needs both limits")
                .help("add the limits, such as `\"min\": 0, \"max\": 100`, or write `\"type\": \"number\"`"),
        );
    }
}
