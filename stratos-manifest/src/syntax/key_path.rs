//! Key paths, the names of locations in a manifest.

use std::{borrow::Cow, fmt::Write as _};

use jsonc_parser::{ast::Value, common::Ranged};

use crate::{
    quote::excerpt,
    syntax::{
        ast::find_text,
        javascript::{is_blank, json_text},
    },
};

/// The arrays whose elements are named by their `key`: the field, and its name in some documentation.
const SETTINGS: [&str; 2] = ["availableSettings", "settings"];

/// The longest key in a path, in characters; longer ones are cut, since each finding repeats the path.
const MAX_CHARS: usize = 60;

/// The key path of the value at the byte `offset`, such as `author.id` or `availableSettings[fuel_unit].min`.
///
/// A setting is named by its key, so that inserting another one before it does not change the path. A setting without
/// a key is named by its index, as are the elements of all other arrays.
pub(crate) fn key_path(value: &Value<'_>, offset: usize) -> String {
    let mut path = String::new();
    let mut value = value;
    loop {
        let inner = match value {
            Value::Object(object) => node_at(&object.properties, offset).map(|property| {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&excerpt(property.name.as_str(), MAX_CHARS));
                &property.value
            }),
            Value::Array(array) => node_at(&array.elements, offset).inspect(|element| {
                let index = array
                    .elements
                    .partition_point(|other| other.start() < element.start());
                let setting = Some(element).filter(|_| SETTINGS.contains(&path.as_str()));
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

/// Whether the key path `path` equals `prefix` or lies below it.
#[cfg(feature = "full")]
pub(crate) fn is_at_or_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The separator between the key paths of a finding about several fields, such as all missing ones of an object.
pub(crate) const LIST_SEPARATOR: &str = ", ";

/// Whether each key path in the list `paths` equals one in the list `prefixes`, or lies below it.
#[cfg(feature = "full")]
pub(crate) fn are_all_below(paths: &str, prefixes: &str) -> bool {
    let is_below = |path| {
        let mut prefixes = prefixes.split(LIST_SEPARATOR);
        prefixes.any(|prefix| is_at_or_below(path, prefix))
    };
    // A key may contain the separator.
    is_at_or_below(paths, prefixes) || paths.split(LIST_SEPARATOR).all(is_below)
}

/// The key of a setting, quoted if it could be mistaken for an index or another part of the path.
fn setting_name<'t>(setting: &'t Value<'_>) -> Option<Cow<'t, str>> {
    let key = find_text(setting.as_object()?, "key")?;
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

/// The node around `offset`; the nodes are in the order of the file.
fn node_at<T: Ranged>(nodes: &[T], offset: usize) -> Option<&T> {
    let next = nodes.partition_point(|node| node.end() <= offset);
    nodes.get(next).filter(|node| node.start() <= offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parser::parse;

    #[test]
    fn a_setting_is_named_by_its_key() {
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
