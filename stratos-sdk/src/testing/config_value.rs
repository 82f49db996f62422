//! Config values of tests.

use serde::Serialize;
use serde_json::Value;

/// Serializes a config value.
///
/// # Panics
///
/// If the value has no JSON form.
pub(crate) fn to_json(key: &str, value: impl Serialize) -> Value {
    let value = serde_json::to_value(value);
    value.unwrap_or_else(|error| panic!("cannot serialize `{key}` to JSON: {error}"))
}
