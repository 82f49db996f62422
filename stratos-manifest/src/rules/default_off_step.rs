use crate::{
    context::{NUMERIC, number_field},
    rules::prelude::*,
    step::{is_between_steps, nearest_step},
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for number and range settings whose `default` is not a whole number of steps away from `min`, or from
    /// zero if there is no `min`.
    ///
    /// ## Why is this bad?
    ///
    /// In an HTML form such a value is invalid until it is changed, and cannot be entered again. How the shell applies
    /// `step` is not documented.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "volume", "name": "Volume", "type": "number", "scope": "user", "step": 5, "default": 12 }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "volume", "name": "Volume", "type": "number", "scope": "user", "step": 5, "default": 10 }
    ///   ]
    /// }
    /// ```
    "default-off-step" {
        summary: "the default of a setting lies between two steps",
        group: Pedantic,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for setting in cx.settings_of_type(NUMERIC) {
        let number = |key| number_field(setting.object, key);
        let (Some(default), Some(step)) = (number("default"), number("step")) else {
            continue;
        };
        let (min, max) = (number("min"), number("max"));
        let max = max.map_or(f64::INFINITY, |max| max.value);
        let is_out_of_range =
            default.value > max || min.as_ref().is_some_and(|min| default.value < min.value);
        let base = min.map_or(0.0, |min| min.value);
        if step.value <= 0.0
            || is_out_of_range
            || !is_between_steps(default.value, base, step.value)
        {
            continue;
        }
        let nearest = nearest_step(default.value, base, step.value);
        let finding = cx
            .finding(
                default.span.clone(),
                format!(
                    "the default {} lies between two steps of {}",
                    quote(default.text),
                    quote(step.text)
                ),
            )
            .note(format!(
                "steps are counted from {}",
                quote(&base.to_string())
            ))
            .related(step.span, "the step is here");
        let written = nearest.to_string();
        out.push(match nearest <= max && written.len() <= 12 {
            true => finding
                .help(format!(
                    "write {}, which is the nearest step",
                    quote(&written)
                ))
                .unsafe_fix([Edit::replace(default.span, written)]),
            false => finding
                .help("write a number that is a whole number of steps away, or change `step`"),
        });
    }
}
