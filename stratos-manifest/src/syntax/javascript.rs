//! Values as JavaScript reads and writes them.

use jsonc_parser::ast::Value;
use serde_json::{Map, Number, Value as Json};

/// Converts a syntax tree as `JSON.parse` does: the last of equal keys wins, and numbers are 64-bit floats.
///
/// Numbers that would be infinite become `null`, as in `JSON.stringify`, and `-0` becomes `0`, which it is equal to.
/// The recursion is at most [`MAX_DEPTH`](crate::MAX_DEPTH) levels deep.
pub(crate) fn to_json(value: &Value<'_>) -> Json {
    match value {
        Value::StringLit(literal) => Json::String(literal.value.as_ref().to_owned()),
        Value::NumberLit(literal) => to_f64(literal.value)
            .and_then(Number::from_f64)
            .map_or(Json::Null, Json::Number),
        Value::BooleanLit(literal) => Json::Bool(literal.value),
        Value::NullKeyword(_) => Json::Null,
        Value::Array(array) => array.elements.iter().map(to_json).collect(),
        Value::Object(object) => {
            let mut map = Map::new();
            for property in &object.properties {
                map.insert(property.name.as_str().to_owned(), to_json(&property.value));
            }
            Json::Object(map)
        }
    }
}

/// Encodes `text` as a JSON string, with quotes and escapes.
pub(crate) fn json_text(text: &str) -> String {
    serde_json::to_string(text).expect("text has a JSON form")
}

/// A JSON number as a 64-bit float; `None` if it would be infinite.
pub(crate) fn to_f64(number: &str) -> Option<f64> {
    let number: f64 = number.parse().ok()?;
    number.is_finite().then_some(number + 0.0)
}

/// Whether JavaScript's `trim` leaves nothing of the text.
pub(crate) fn is_blank(text: &str) -> bool {
    // U+0085 is white space in Unicode and not in JavaScript, and U+FEFF the other way round.
    text.chars()
        .all(|char| char == '\u{feff}' || (char.is_whitespace() && char != '\u{85}'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::syntax::parser::parse;

    #[test]
    fn values_are_those_of_json_parse() {
        let text = r#"{ "a": 1, "\u0061": [1.0, -0, 1e400, 9007199254740993, null, "\ud83d\ude00"], "b": {} }"#;
        let (value, errors) = parse(text);
        assert!(errors.is_empty());
        assert_eq!(
            to_json(&value.unwrap()),
            json!({ "a": [1.0, 0.0, null, 9007199254740992.0, null, "😀"], "b": {} })
        );
    }
}
