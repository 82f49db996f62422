//! Typed access to the settings that the manifest declares.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::context::{Config, ConfigError, parse, truncate};

/// Enum of the options of a list or radio setting.
pub trait Choice: Copy + 'static {
    /// Every option, with the JSON text of the value that is stored for it.
    const ALL: &'static [(&'static str, Self)];
}

/// Reads the value of a setting. A stored `null` counts as no value.
pub async fn setting<T: DeserializeOwned>(
    config: &Config,
    key: &str,
) -> Result<Option<T>, ConfigError> {
    let stored = config.stored(key).await?;
    let stored = stored.filter(|value| !value.is_null());
    stored.map(|value| parse(key, value)).transpose()
}

pub async fn setting_or<T: DeserializeOwned>(
    config: &Config,
    key: &str,
    default: T,
) -> Result<T, ConfigError> {
    Ok(setting(config, key).await?.unwrap_or(default))
}

/// Reads the value of a `json` setting, where `null` is a valid value.
pub async fn any_json(config: &Config, key: &str) -> Result<Option<Value>, ConfigError> {
    config.stored(key).await
}

pub async fn any_json_or(config: &Config, key: &str, default: Value) -> Result<Value, ConfigError> {
    Ok(config.stored(key).await?.unwrap_or(default))
}

/// Reads the option of a list or radio setting.
pub async fn choice<T: Choice>(config: &Config, key: &str) -> Result<Option<T>, ConfigError> {
    let Some(stored) = config.stored(key).await? else {
        return Ok(None);
    };
    // Unless `null` is an option, it counts as no value.
    if stored.is_null() && find::<T>(&stored).is_none() {
        return Ok(None);
    }
    find(&stored)
        .map(Some)
        .ok_or_else(|| ConfigError::UnknownOption {
            key: key.to_owned(),
            found: truncate(&stored.to_string()),
            options: T::ALL
                .iter()
                .map(|(value, _)| *value)
                .collect::<Vec<_>>()
                .join(", "),
        })
}

pub async fn choice_or<T: Choice>(
    config: &Config,
    key: &str,
    default: T,
) -> Result<T, ConfigError> {
    Ok(choice(config, key).await?.unwrap_or(default))
}

/// Parses a default of the manifest, which the macro has embedded as JSON text.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("the macro embeds valid JSON")
}

fn find<T: Choice>(stored: &Value) -> Option<T> {
    let mut all = T::ALL.iter();
    all.find(|(value, _)| is_equal(&json(value), stored))
        .map(|(_, option)| *option)
}

/// Compares JSON values; `5` and `5.0` are equal.
fn is_equal(a: &Value, b: &Value) -> bool {
    a == b || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a.to_bits() == b.to_bits())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Unit {
        Kg,
        Five,
    }

    impl Choice for Unit {
        const ALL: &'static [(&'static str, Self)] = &[("\"kg\"", Self::Kg), ("5", Self::Five)];
    }

    #[test]
    fn find_compares_numbers_by_value_and_never_equals_text() {
        for (stored, expected) in [
            (json!("kg"), Some(Unit::Kg)),
            (json!(5.0), Some(Unit::Five)),
            (json!("5"), None),
            (json!("KG"), None),
            (json!(null), None),
        ] {
            assert_eq!(find::<Unit>(&stored), expected, "{stored}");
        }
    }
}
