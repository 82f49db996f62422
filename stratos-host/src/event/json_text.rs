//! JSON values that are passed on as text.

use std::fmt;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;
use thiserror::Error;

/// Nesting limit of `serde_json`.
const DEPTH: usize = 127;

/// A JSON value as text, since its tree may take eighty times the memory. Nested at most 127 levels deep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonText(Box<str>);

/// A value that is nested deeper than JSON parsers accept.
#[derive(Debug, Error)]
#[error("it is nested deeper than {DEPTH} levels")]
pub(crate) struct TooDeep;

impl JsonText {
    /// Copies a raw value, unless it is nested too deep.
    pub(crate) fn new(raw: &RawValue) -> Result<Self, TooDeep> {
        match nesting_depth(raw.get()) {
            0..=DEPTH => Ok(Self(raw.get().into())),
            _ => Err(TooDeep),
        }
    }

    /// Copies a raw value, as the text of its JSON if it is nested too deep.
    pub(crate) fn new_or_quoted(raw: &RawValue) -> Self {
        let quoted = || Self(Value::from(raw.get()).to_string().into());
        Self::new(raw).unwrap_or_else(|_| quoted())
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parsed value.
    #[must_use]
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).expect("the depth was checked")
    }
}

impl fmt::Display for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A raw value cannot be read here: serde buffers the fields of a tagged enum as a tree.
        let value = Value::deserialize(deserializer)?;
        let text = serde_json::to_string(&value).map_err(D::Error::custom)?;
        Ok(Self(text.into()))
    }
}

/// JSON text without white space between its parts, so that it fits on a line; `None` if the text is not JSON, or is
/// nested deeper than parsers accept.
pub(crate) fn compact_json(text: &str) -> Option<String> {
    serde_json::from_str::<&RawValue>(text).ok()?;
    if nesting_depth(text) > DEPTH {
        return None;
    }
    let (mut is_string, mut is_escaped) = (false, false);
    let keep = |char: &char| {
        let is_inside = is_string;
        match char {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_string = !is_string,
            _ => {}
        }
        is_inside || !char.is_ascii_whitespace()
    };
    Some(text.chars().filter(keep).collect())
}

/// Nesting depth of arrays and objects in valid JSON text.
pub(crate) fn nesting_depth(json: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    let (mut is_string, mut is_escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => is_string = !is_string,
            _ if is_string => {}
            b'[' | b'{' => {
                now += 1;
                most = most.max(now);
            }
            b']' | b'}' => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_json_keeps_the_value() {
        let text = "{ \"a b\" :\n[1 ,\t\"x \\\" y\\\\\" , null ] }\r\n";
        let compact = compact_json(text).unwrap();
        assert_eq!(compact, r#"{"a b":[1,"x \" y\\",null]}"#);
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(value(&compact), value(text));
        let deep = "[".repeat(DEPTH + 1) + &"]".repeat(DEPTH + 1);
        for text in ["{", "<html>", &deep] {
            assert_eq!(compact_json(text), None);
        }
    }

    #[test]
    fn accepted_text_can_be_parsed() {
        for (opening, closing) in [("[", "]"), ("{\"[{\\\"\":", "}")] {
            for levels in [1, DEPTH, DEPTH + 1, 100_000] {
                let json = format!("{}1{}", opening.repeat(levels), closing.repeat(levels));
                let raw: &RawValue = serde_json::from_str(&json).unwrap();
                let text = JsonText::new(raw);
                assert_eq!(text.is_ok(), levels <= DEPTH, "{levels}");
                assert_eq!(serde_json::from_str::<Value>(&json).is_ok(), text.is_ok());
                let data = JsonText::new_or_quoted(raw).value();
                let expected = text.as_ref().map_or(Value::from(&*json), JsonText::value);
                assert_eq!(data, expected);
                if let Ok(text) = text {
                    assert_eq!(serde_json::to_string(&text).unwrap(), json);
                    assert_eq!(text.value().to_string(), json);
                }
            }
        }
    }
}
