//! JSON values in TOML files.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A JSON value, written as the value of TOML that equals it, or as JSON text in `{ json = '..' }`, since TOML has no
/// null.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Json(pub Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let text = match &value {
            Value::Object(object) if object.len() == 1 => object.get("json"),
            _ => None,
        };
        match text.and_then(Value::as_str) {
            Some(text) => serde_json::from_str(text)
                .map(Self)
                .map_err(serde::de::Error::custom),
            None => Ok(Self(value)),
        }
    }
}
