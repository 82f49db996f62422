//! Rust types of settings.

use serde::{Serialize as _, Serializer};
use serde_json::Value;

/// Type of a setting's value.
pub trait SettingValue: Sized {
    /// Converts a stored value; `None` if it is of another type.
    fn from_stored(stored: &Value) -> Option<Self>;
}

/// Enum of the options of a list or radio setting.
pub trait Choice: Copy + PartialEq + 'static {
    /// The options, each with the JSON text of the value that is stored for it.
    const ALL: &'static [(&'static str, Self)];
}

/// Whether a stored value has the type of a setting.
pub fn accepts<T: SettingValue>(stored: &Value) -> bool {
    T::from_stored(stored).is_some()
}

impl SettingValue for bool {
    fn from_stored(stored: &Value) -> Option<Self> {
        stored.as_bool()
    }
}

impl SettingValue for String {
    fn from_stored(stored: &Value) -> Option<Self> {
        stored.as_str().map(str::to_owned)
    }
}

impl SettingValue for f64 {
    fn from_stored(stored: &Value) -> Option<Self> {
        stored.as_f64()
    }
}

impl SettingValue for i64 {
    fn from_stored(stored: &Value) -> Option<Self> {
        /// 2^53: whole numbers are exact below it.
        const LIMIT: f64 = 9_007_199_254_740_992.0;
        let whole =
            |number: f64| (number.fract() == 0.0 && number.abs() < LIMIT).then_some(number as Self);
        stored.as_i64().or_else(|| stored.as_f64().and_then(whole))
    }
}

impl SettingValue for Value {
    fn from_stored(stored: &Value) -> Option<Self> {
        Some(stored.clone())
    }
}

impl<T: Choice> SettingValue for T {
    fn from_stored(stored: &Value) -> Option<Self> {
        let mut all = T::ALL.iter();
        all.find(|(value, _)| is_equal(&json(value), stored))
            .map(|(_, option)| *option)
    }
}

/// Serializes an option as the value that is stored for it.
pub fn serialize_choice<T: Choice, S: Serializer>(
    choice: T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut all = T::ALL.iter();
    let (value, _) = all
        .find(|(_, option)| *option == choice)
        .expect("the macro lists all options");
    json(value).serialize(serializer)
}

/// Parses a default of the manifest, which the macro has embedded as JSON text.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("the macro embeds valid JSON")
}

/// Compares JSON values; `5` and `5.0` are equal, and so are `0` and `-0.0`.
fn is_equal(a: &Value, b: &Value) -> bool {
    a == b || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Unit {
        Kg,
        Five,
        None,
    }

    impl Choice for Unit {
        const ALL: &'static [(&'static str, Self)] =
            &[("\"kg\"", Self::Kg), ("5", Self::Five), ("0", Self::None)];
    }

    #[test]
    fn options_are_compared_by_value_and_numbers_never_equal_text() {
        for (stored, expected) in [
            (json!("kg"), Some(Unit::Kg)),
            (json!(5.0), Some(Unit::Five)),
            (json!(-0.0), Some(Unit::None)),
            (json!("5"), None),
            (json!("KG"), None),
            (json!(null), None),
        ] {
            assert_eq!(Unit::from_stored(&stored), expected, "{stored}");
        }
    }

    #[test]
    fn whole_numbers_are_accepted_in_any_notation_and_fractions_are_not() {
        for (stored, expected) in [
            (json!(3), Some(3)),
            (json!(3.0), Some(3)),
            (json!(-2e3), Some(-2000)),
            (json!(i64::MIN), Some(i64::MIN)),
            (json!(3.5), None),
            (json!(1e300), None),
            (json!(u64::MAX), None),
            (json!("3"), None),
            (json!(null), None),
        ] {
            assert_eq!(i64::from_stored(&stored), expected, "{stored}");
        }
    }
}
