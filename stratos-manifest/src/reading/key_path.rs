//! How findings, exceptions and baselines name a place in a manifest.

use std::{borrow::Cow, fmt::Write as _};

use jsonc_parser::{ast::Value, common::Ranged};

use crate::reading::{is_blank, json_text, key_text};

/// The array whose elements have names of their own.
const SETTINGS: &str = "availableSettings";

/// Longer keys are none that people write, and each finding repeats the path.
const MAX_CHARS: usize = 60;

/// The keys that lead to what stands at `offset`, such as `author.id` or `availableSettings[fuel_unit].min`.
///
/// A setting goes by its key, so that one more before it changes nothing; without a key it goes by its number, as do
/// the elements of all other arrays.
pub(crate) fn key_path(value: &Value<'_>, offset: usize) -> String {
    let mut path = String::new();
    let mut value = value;
    loop {
        let inner = match value {
            Value::Object(object) => at(&object.properties, offset).map(|property| {
                if !path.is_empty() {
                    path.push('.');
                }
                push_key(&mut path, property.name.as_str());
                &property.value
            }),
            Value::Array(array) => at(&array.elements, offset).inspect(|element| {
                let index = array
                    .elements
                    .partition_point(|other| other.start() < element.start());
                let setting = Some(element).filter(|_| path == SETTINGS);
                let _ = match setting.and_then(|setting| setting_name(setting)) {
                    Some(name) => write!(path, "[{name}]"),
                    None => write!(path, "[{index}]"),
                };
            }),
            _ => None,
        };
        match inner {
            Some(inner) => value = inner,
            None => return path,
        }
    }
}

/// Whether the path of keys `path` is `prefix` or leads on from it.
#[cfg(feature = "full")]
pub(crate) fn is_at_or_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Between the places of a finding that is about several fields, such as those that an object lacks.
pub(crate) const PLACES: &str = ", ";

/// Whether for each of the places `at` there is one of `known` that it fits.
#[cfg(feature = "full")]
pub(crate) fn are_among(at: &str, known: &str, fits: impl Fn(&str, &str) -> bool) -> bool {
    let is_known = |place| known.split(PLACES).any(|known| fits(place, known));
    // A key may look like the mark between two places.
    fits(at, known) || at.split(PLACES).all(is_known)
}

/// The key of a setting; in quotes, if it could be taken for a number or for another part of the path.
fn setting_name<'t>(setting: &'t Value<'_>) -> Option<Cow<'t, str>> {
    let key = key_text(setting.as_object()?, "key")?;
    if is_blank(key) || key.chars().count() > MAX_CHARS {
        return None;
    }
    let is_word = key
        .chars()
        .all(|char| char.is_ascii_alphanumeric() || "_-".contains(char));
    let is_plain = is_word && !key.starts_with(|char: char| char.is_ascii_digit());
    Some(match is_plain {
        true => Cow::Borrowed(key),
        false => Cow::Owned(json_text(key)),
    })
}

/// A key that nobody would call a name is cut short.
fn push_key(path: &mut String, key: &str) {
    match key.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => {
            path.push_str(&key[..end]);
            path.push('…');
        }
        None => path.push_str(key),
    }
}

/// The one of the nodes, which are in the order of the file, that `offset` lies in.
fn at<T: Ranged>(nodes: &[T], offset: usize) -> Option<&T> {
    let next = nodes.partition_point(|node| node.end() <= offset);
    nodes.get(next).filter(|node| node.start() <= offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::parse;

    #[test]
    fn a_setting_goes_by_its_key() {
        for (setting, expected) in [
            (
                r#"{ "key": "fuel_unit", "x": 0 }"#,
                "availableSettings[fuel_unit].x",
            ),
            (r#"{ "x": 0, "key": "a-b" }"#, "availableSettings[a-b].x"),
            (r#"{ "key": "1", "x": 0 }"#, "availableSettings[\"1\"].x"),
            (
                r#"{ "key": "a].b", "x": 0 }"#,
                "availableSettings[\"a].b\"].x",
            ),
            (
                r#"{ "key": "\u001b", "x": 0 }"#,
                "availableSettings[\"\\u001b\"].x",
            ),
            (r#"{ "key": " ", "x": 0 }"#, "availableSettings[1].x"),
            (r#"{ "key": 1, "x": 0 }"#, "availableSettings[1].x"),
            (r#"{ "x": 0 }"#, "availableSettings[1].x"),
        ] {
            let text = format!(r#"{{ "availableSettings": [{{}}, {setting}] }}"#);
            let (value, _) = parse(&text);
            let offset = text.find("\"x\"").unwrap();
            assert_eq!(
                key_path(value.as_ref().unwrap(), offset),
                expected,
                "{setting}"
            );
        }
        let text = r#"{ "extra": [{ "key": "a", "x": 0 }] }"#;
        let (value, _) = parse(text);
        let offset = text.find("\"x\"").unwrap();
        assert_eq!(key_path(value.as_ref().unwrap(), offset), "extra[0].x");
    }

    #[cfg(feature = "full")]
    #[test]
    fn each_of_several_places_is_looked_for() {
        for (at, known, expected) in [
            ("name", "name, version", true),
            ("name, version", "version, name", true),
            ("name, id", "name, version", false),
            (
                r#"availableSettings["a, b"].min"#,
                "availableSettings",
                true,
            ),
            (r#"availableSettings["a, b"].min"#, "version", false),
        ] {
            assert_eq!(
                are_among(at, known, is_at_or_below),
                expected,
                "{at} {known}"
            );
        }
    }

    #[cfg(feature = "full")]
    #[test]
    fn a_prefix_ends_where_a_key_ends() {
        for (path, prefix, expected) in [
            ("extra", "extra", true),
            ("extra.field", "extra", true),
            ("extra[2].x", "extra", true),
            ("availableSettings[a].x", "availableSettings[a]", true),
            ("availableSettings[ab].x", "availableSettings[a]", false),
            ("extras", "extra", false),
            ("extra", "extra.field", false),
            ("", "extra", false),
        ] {
            assert_eq!(is_at_or_below(path, prefix), expected, "{path} {prefix}");
        }
    }
}
