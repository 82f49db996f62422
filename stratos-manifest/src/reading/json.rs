//! Syntax tree to plain values.

use jsonc_parser::ast::Value;
use serde_json::{Map, Number, Value as Json};

/// The value as `JSON.parse` reads it: of equal keys the last one counts, and numbers are 64-bit floats.
///
/// Numbers beyond those become `null`, which is also what JavaScript writes for them. `-0` is 0, as it is for every
/// comparison. The tree is at most [`MAX_DEPTH`](crate::MAX_DEPTH) deep, so that this ends in time.
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

/// The text as JSON writes it, in quotes.
pub(crate) fn json_text(text: &str) -> String {
    serde_json::to_string(text).expect("text has a JSON form")
}

/// The number that JavaScript reads, unless it reads infinity.
pub(crate) fn to_f64(number: &str) -> Option<f64> {
    let number: f64 = number.parse().ok()?;
    number.is_finite().then_some(number + 0.0)
}

/// Whether there is nothing in the text but what JavaScript's `trim` takes away.
pub(crate) fn is_blank(text: &str) -> bool {
    // Unicode calls U+0085 white space and U+FEFF not; JavaScript has it the other way round.
    text.chars()
        .all(|char| char == '\u{feff}' || (char.is_whitespace() && char != '\u{85}'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::reading::parse;

    #[test]
    fn reads_as_javascript_does() {
        let text = r#"{ "a": 1, "\u0061": [1.0, -0, 1e400, 9007199254740993, null, "\ud83d\ude00"], "b": {} }"#;
        let (value, faults) = parse(text);
        assert!(faults.is_empty());
        assert_eq!(
            to_json(&value.unwrap()),
            json!({ "a": [1.0, 0.0, null, 9007199254740992.0, null, "😀"], "b": {} })
        );
    }

    #[test]
    fn blank_is_what_javascript_trims() {
        for text in [
            "",
            " \t\r\n\u{b}\u{c}",
            "\u{a0}\u{feff}\u{2003}\u{2028}\u{3000}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["a", " a ", "\u{85}", "\u{180e}", "\u{200b}"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
