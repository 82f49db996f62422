//! Config values of tests.

use serde::Serialize;
use serde_json::Value;

/// Serializes a config value.
///
/// # Panics
///
/// If the value has no JSON form.
#[track_caller]
pub(crate) fn to_json(key: &str, value: impl Serialize) -> Value {
    match serde_json::to_value(value) {
        Ok(value) => value,
        Err(error) => panic!("cannot serialize `{key}` to JSON: {error}"),
    }
}
