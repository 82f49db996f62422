//! Steps between the valid numbers of a setting.

/// The tolerated rounding error, as a fraction of a step: in floating point, 0.3 is not exactly three steps of 0.1.
const TOLERANCE: f64 = 1e-6;

/// Whether `number` is not a whole number of steps away from `base`, as far as floating point can tell.
pub(crate) fn is_between_steps(number: f64, base: f64, step: f64) -> bool {
    let steps = (number - base) / step;
    steps.abs() < 1e9 && (steps - steps.round()).abs() > TOLERANCE
}

/// The number nearest to `number` that is a whole number of steps away from `base`.
pub(crate) fn nearest_step(number: f64, base: f64, step: f64) -> f64 {
    base + ((number - base) / step).round() * step
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
            assert!(
                !is_between_steps(number, base, step),
                "{number} {base} {step}"
            );
        }
        for (number, base, step) in [(7.0, 0.0, 5.0), (10.0, 1.0, 5.0), (0.25, 0.0, 0.1)] {
            assert!(
                is_between_steps(number, base, step),
                "{number} {base} {step}"
            );
        }
    }
}
