//! Comparison of JSON values with the expectations of a scenario.

use serde_json::Value;

/// Whether a value contains everything in `expected`: an object may have further keys, at every level.
pub(super) fn is_subset(expected: &Value, value: &Value) -> bool {
    match (expected, value) {
        (Value::Object(expected), Value::Object(value)) => {
            expected.iter().all(|(key, expected)| {
                value
                    .get(key)
                    .is_some_and(|value| is_subset(expected, value))
            })
        }
        (Value::Array(expected), Value::Array(values)) => {
            let mut pairs = expected.iter().zip(values);
            expected.len() == values.len()
                && pairs.all(|(expected, value)| is_subset(expected, value))
        }
        // 1 and 1.0 are equal.
        (Value::Number(expected), Value::Number(value)) => {
            expected == value || expected.as_f64() == value.as_f64()
        }
        (expected, value) => expected == value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_may_have_further_keys_and_arrays_no_further_items() {
        let value = json!({ "online": true, "fleet": [{ "id": "VA-1", "seats": 180 }], "n": 1 });
        for (expected, result) in [
            (json!({}), true),
            (json!({ "online": true }), true),
            (json!({ "n": 1.0 }), true),
            (json!({ "fleet": [{ "id": "VA-1" }] }), true),
            (json!({ "online": false }), false),
            (json!({ "fleet": [] }), false),
            (json!({ "fleet": [{ "id": "VA-1" }, {}] }), false),
            (json!({ "other": null }), false),
            (json!(1), false),
        ] {
            assert_eq!(is_subset(&expected, &value), result, "{expected}");
        }
    }
}
