//! The values that a setting takes, in words.

use serde_json::{Number, Value};

use crate::model::{Setting, SettingType};

/// The largest whole number that JavaScript represents exactly together with its neighbours: 2^53 - 1.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// The number of options that a description lists.
const MAX_OPTIONS: usize = 12;

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

    /// The values that the setting takes, as the end of a sentence: `a whole number from 1 to 60`.
    #[must_use]
    pub fn accepted_values(&self) -> String {
        match self.kind {
            SettingType::Boolean => "`true` or `false`".to_owned(),
            SettingType::Text => match &self.pattern {
                Some(pattern) => format!("text that matches the pattern `{pattern}`"),
                None => "text".to_owned(),
            },
            SettingType::LongText => "text".to_owned(),
            SettingType::Number | SettingType::Range => self.accepted_numbers(),
            SettingType::Date => "a date such as \"2026-12-31\"".to_owned(),
            SettingType::Json => "any JSON value".to_owned(),
            SettingType::List | SettingType::Radio => self.accepted_options(),
        }
    }

    fn accepted_numbers(&self) -> String {
        let is_integer = self.is_integer();
        let kind = match is_integer {
            true => "a whole number",
            false => "a number",
        };
        let limits = match (self.min.map(shown), self.max.map(shown)) {
            (Some(min), Some(max)) => format!(" from {min} to {max}"),
            (Some(min), None) => format!(" of at least {min}"),
            (None, Some(max)) => format!(" of at most {max}"),
            (None, None) => String::new(),
        };
        let is_implied = |step: f64| step == 1.0 && is_integer;
        let step = match self.step {
            Some(step) if step > 0.0 && !is_implied(step) => {
                format!(" in steps of {}", shown(step))
            }
            _ => String::new(),
        };
        format!("{kind}{limits}{step}")
    }

    fn accepted_options(&self) -> String {
        let options = self.options.iter().take(MAX_OPTIONS);
        let mut options: Vec<_> = options.map(|option| option.value.to_string()).collect();
        let more = self.options.len() - options.len();
        if more > 0 {
            options.push(format!("{more} more"));
        }
        format!("one of {}", options.join(", "))
    }

    /// The option with this value; `5` and `5.0` are the same value.
    #[must_use]
    pub fn has_option(&self, value: &Value) -> bool {
        let mut options = self.options.iter();
        options.any(|option| option.value == *value || is_same_number(&option.value, value))
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

/// A number as JavaScript writes it: large ones with an exponent, whole ones without a decimal point.
fn shown(number: f64) -> String {
    match number.abs() < 1e21 {
        true => number.to_string(),
        false => format!("{number:e}"),
    }
}

fn is_same_number(a: &Value, b: &Value) -> bool {
    matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParsedManifest;

    #[test]
    fn accepted_values_name_type_limits_and_options() {
        for (fields, is_integer, expected) in [
            (r#""type": "boolean""#, false, "`true` or `false`"),
            (r#""type": "text""#, false, "text"),
            (
                r#""type": "text", "pattern": "^[A-Z]{4}$""#,
                false,
                "text that matches the pattern `^[A-Z]{4}$`",
            ),
            (r#""type": "number""#, false, "a number"),
            (
                r#""type": "number", "min": 1"#,
                false,
                "a number of at least 1",
            ),
            (r#""type": "number", "step": 1"#, true, "a whole number"),
            (
                r#""type": "range", "min": 0, "max": 100.0, "step": 5"#,
                true,
                "a whole number from 0 to 100 in steps of 5",
            ),
            (
                r#""type": "range", "min": 0.5, "max": 9, "step": 1"#,
                false,
                "a number from 0.5 to 9 in steps of 1",
            ),
            (
                r#""type": "number", "max": 3, "step": 0.25"#,
                false,
                "a number of at most 3 in steps of 0.25",
            ),
            (r#""type": "number", "step": 0"#, false, "a number"),
            (
                r#""type": "number", "step": 1e300"#,
                false,
                "a number in steps of 1e300",
            ),
            (
                r#""type": "list", "options": [{ "value": "kg", "label": "A" }, { "value": 5, "label": "B" }]"#,
                false,
                r#"one of "kg", 5"#,
            ),
        ] {
            let setting = setting(fields);
            assert_eq!(setting.is_integer(), is_integer, "{fields}");
            assert_eq!(setting.accepted_values(), expected, "{fields}");
        }
    }

    fn setting(fields: &str) -> Setting {
        let source =
            format!(r#"{{ "availableSettings": [{{ "key": "a", "name": "A", {fields} }}] }}"#);
        let settings = ParsedManifest::parse(source.as_bytes()).settings();
        settings.into_iter().next().expect("it is valid").setting
    }
}
