//! Settings whose values are whole numbers.

use serde_json::Number;

use crate::model::{Setting, SettingType};

/// The largest whole number that JavaScript represents exactly together with its neighbours: 2^53 - 1.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

impl Setting {
    /// Whether all values are whole numbers: the setting is a number or range, and `step` and its limits are whole.
    ///
    /// A step counts from `min`, so a setting without `step` takes fractions too.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        let is_numeric = matches!(self.kind, SettingType::Number | SettingType::Range);
        is_numeric
            && self.step.is_some_and(|step| step >= 1.0 && is_whole(step))
            && [self.min, self.max].into_iter().flatten().all(is_whole)
    }

    /// The default as a whole number; `None` if it is missing or has a fraction. `3.0` is a whole number.
    #[must_use]
    pub fn integer_default(&self) -> Option<i64> {
        let default = self.default.as_ref()?.as_f64()?;
        is_whole(default).then_some(default as i64)
    }
}

/// Whether a number is a value of an [integer setting](Setting::is_integer): a whole number that fits into `i64`, in any
/// notation. One with a decimal point or an exponent is exact below 2^53 only.
pub(crate) fn is_integer(number: &Number) -> bool {
    number.as_i64().is_some() || number.as_f64().is_some_and(is_whole)
}

fn is_whole(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER
}
