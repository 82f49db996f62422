use crate::{
    context::{NUMERIC, number_field},
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for number and range settings whose `step` is zero or negative.
    ///
    /// ## Why is this bad?
    ///
    /// A step is the distance between two allowed numbers. How a shell handles a step of zero is not documented: it may
    /// ignore the step, or prevent any change of the value.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "interval", "name": "Interval", "type": "number", "scope": "user", "step": 0 }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "interval", "name": "Interval", "type": "number", "scope": "user", "step": 1 }
    ///   ]
    /// }
    /// ```
    "step-not-positive" {
        summary: "the `step` of a setting is zero or negative",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for setting in cx.settings_of_type(NUMERIC) {
        let Some(step) = number_field(setting.object, "step").filter(|step| step.value <= 0.0)
        else {
            continue;
        };
        let finding = cx
            .finding(
                step.span.clone(),
                format!("`step` must be greater than 0, but is {}", quote(step.text)),
            )
            .note("a step is the distance between two allowed numbers");
        out.push(match step.text.strip_prefix('-') {
            Some(positive) if step.value < 0.0 => finding
                .help(format!("write {}", quote(positive)))
                .unsafe_fix([Edit::replace(step.span, positive)]),
            _ => finding.help("write a number greater than 0, or leave `step` out"),
        });
    }
}
