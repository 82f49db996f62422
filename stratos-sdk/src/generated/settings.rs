//! Settings with the types that the manifest gives them.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::context::{Config, ConfigError, read};

/// How much of a stored value a message repeats, in characters.
const SHOWN_CHARS: usize = 60;

/// The options of a list or a radio.
pub trait Choice: Copy + 'static {
    /// Each with the value that is stored for it, as JSON.
    const ALL: &'static [(&'static str, Self)];
}

/// What is stored; `null` says that nothing is.
pub async fn setting<T: DeserializeOwned>(
    config: &Config,
    key: &str,
) -> Result<Option<T>, ConfigError> {
    let stored = config.stored(key).await?;
    let stored = stored.filter(|value| !value.is_null());
    stored.map(|value| read(key, value)).transpose()
}

pub async fn setting_or<T: DeserializeOwned>(
    config: &Config,
    key: &str,
    default: T,
) -> Result<T, ConfigError> {
    Ok(setting(config, key).await?.unwrap_or(default))
}

/// What is stored, where `null` is a value like others.
pub async fn any_json(config: &Config, key: &str) -> Result<Option<Value>, ConfigError> {
    config.stored(key).await
}

pub async fn any_json_or(config: &Config, key: &str, default: Value) -> Result<Value, ConfigError> {
    Ok(config.stored(key).await?.unwrap_or(default))
}

/// The option that is stored.
pub async fn chosen<T: Choice>(config: &Config, key: &str) -> Result<Option<T>, ConfigError> {
    let Some(stored) = config.stored(key).await? else {
        return Ok(None);
    };
    // An option may be `null`; otherwise it says that nothing is chosen.
    if stored.is_null() && find::<T>(&stored).is_none() {
        return Ok(None);
    }
    find(&stored)
        .map(Some)
        .ok_or_else(|| ConfigError::NoOption {
            key: key.to_owned(),
            found: stored.to_string().chars().take(SHOWN_CHARS).collect(),
            options: T::ALL
                .iter()
                .map(|(value, _)| *value)
                .collect::<Vec<_>>()
                .join(", "),
        })
}

pub async fn chosen_or<T: Choice>(
    config: &Config,
    key: &str,
    default: T,
) -> Result<T, ConfigError> {
    Ok(chosen(config, key).await?.unwrap_or(default))
}

/// A default that the macro has read from the manifest.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("the macro has written JSON")
}

fn find<T: Choice>(stored: &Value) -> Option<T> {
    let mut all = T::ALL.iter();
    all.find(|(value, _)| is_same(&json(value), stored))
        .map(|(_, option)| *option)
}

/// `5` and `5.0` are the same number.
fn is_same(a: &Value, b: &Value) -> bool {
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
    fn numbers_are_the_same_however_they_are_written_and_text_is_no_number() {
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
