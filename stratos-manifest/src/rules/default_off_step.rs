use crate::{
    context::{NUMERIC, number_field},
    rules::prelude::*,
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

/// The tolerated rounding error, as a fraction of a step: in floating point, 0.3 is not exactly three steps of 0.1.
const TOLERANCE: f64 = 1e-6;

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
        if step.value <= 0.0 || is_out_of_range || !is_off(default.value, base, step.value) {
            continue;
        }
        let nearest = base + ((default.value - base) / step.value).round() * step.value;
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

/// Whether `number` is not a whole number of steps away from `base`, as far as floating point can tell.
fn is_off(number: f64, base: f64, step: f64) -> bool {
    let steps = (number - base) / step;
    steps.abs() < 1e9 && (steps - steps.round()).abs() > TOLERANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_errors_are_tolerated() {
        for (number, base, step) in [
            (0.3, 0.0, 0.1),
            (1.1, 0.1, 0.2),
            (-15.0, 0.0, 5.0),
            (1e300, 0.0, 3.0),
            (1.0, 0.0, 1e-300),
            (-1e308, 1e308, 1.0),
        ] {
            assert!(!is_off(number, base, step), "{number} {base} {step}");
        }
        for (number, base, step) in [(7.0, 0.0, 5.0), (10.0, 1.0, 5.0), (0.25, 0.0, 0.1)] {
            assert!(is_off(number, base, step), "{number} {base} {step}");
        }
    }
}
