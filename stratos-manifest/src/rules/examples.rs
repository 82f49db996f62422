//! What our help shows for a field, so that no other rule reports it where it is pasted.

use std::ptr;

use crate::{
    reading::{find, key_text},
    rules::RuleContext,
    shape::{Field, Place, Shape},
    slug::to_slug,
};

/// In a manifest with more objects, nobody looks for what is free among them.
const MAX_PLACES: usize = 300;

/// The key with a value, as it fits into the object at hand.
pub(super) fn example(cx: &RuleContext<'_>, place: &Place<'_>, field: &Field) -> String {
    let derived = match (place.is_setting(), field.key) {
        _ if cx.places.len() > MAX_PLACES => None,
        (true, "key") => Some(fresh(cx, place, "key", "setting", &|name| {
            name.replace('-', "_")
        })),
        (true, "type") => fitting_type(place).map(str::to_owned),
        (false, "value") => Some(fresh(cx, place, "value", "option", &str::to_owned)),
        _ => None,
    };
    match derived {
        Some(value) => format!("\"{}\": \"{value}\"", field.key),
        None => field.example.to_owned(),
    }
}

/// The required fields of an element of the list `field`, as an object.
pub(super) fn element_example(shape: &Shape, index: usize, count: usize) -> String {
    let fields: Vec<String> = shape
        .fields
        .iter()
        .filter(|field| field.required)
        .map(|field| match field.key {
            key @ "key" if count > 1 => format!("\"{key}\": \"setting_{}\"", index + 1),
            key @ "value" if count > 1 => format!("\"{key}\": \"option-{}\"", index + 1),
            _ => field.example.to_owned(),
        })
        .collect();
    format!("{{ {} }}", fields.join(", "))
}

/// What else there is to do about a field whose example names a file, with a comma before it.
pub(super) fn advice(field: &Field) -> &'static str {
    match field.key {
        "entryModule" | "background" => {
            ", and create that file; a plugin with nothing to run needs no `background`"
        }
        _ => "",
    }
}

/// A text for `key` that no object beside this one has: the usual example, the object's own name, or its number.
fn fresh(
    cx: &RuleContext<'_>,
    place: &Place<'_>,
    key: &str,
    what: &str,
    styled: &dyn Fn(&str) -> String,
) -> String {
    let list = |place: &Place<'_>| {
        place
            .prefix
            .rsplit_once('[')
            .map(|(list, _)| list.to_owned())
    };
    let own_list = list(place);
    let beside: Vec<&Place<'_>> = cx
        .places
        .iter()
        .filter(|other| ptr::eq(other.shape, place.shape) && list(other) == own_list)
        .collect();
    let name = ["name", "label"]
        .iter()
        .find_map(|name| key_text(place.object, name))
        .and_then(to_slug);
    let number = 1 + beside
        .iter()
        .position(|other| ptr::eq(other.object, place.object))
        .unwrap_or_default();
    let numbered = |number: usize| styled(&format!("{what}-{number}"));
    let is_free = |text: &String| {
        let has = |other: &&Place<'_>| key_text(other.object, key) == Some(text.as_str());
        !beside.iter().any(has)
    };
    let usual = if what == "setting" { "fuel_unit" } else { "kg" };
    let usual = (beside.len() == 1).then(|| usual.to_owned());
    name.map(|name| styled(&name))
        .or(usual)
        .into_iter()
        .chain((number..=number + beside.len()).map(numbered))
        .find(is_free)
        .unwrap_or_else(|| numbered(number))
}

/// The type that goes with what the setting has.
fn fitting_type(place: &Place<'_>) -> Option<&'static str> {
    let has = |key: &&str| find(place.object, key).is_some();
    if ["min", "max", "step"].iter().any(has) {
        return Some("number");
    }
    find(place.object, "options").map(|_| "list")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Diagnostic, ProjectFacts, check};

    fn helps(source: &str) -> Vec<String> {
        let found = check(source.as_bytes(), &ProjectFacts::none()).diagnostics;
        let is_inside = |found: &Diagnostic| found.at.starts_with("availableSettings");
        let found = found.into_iter().filter(is_inside);
        found.filter_map(|found| found.help).collect()
    }

    #[test]
    fn nothing_is_suggested_twice() {
        for (settings, expected) in [
            (
                r#"{}, {}"#,
                [r#""key": "setting_1""#, r#""key": "setting_2""#],
            ),
            (
                r#"{ "name": "Fuel unit" }, { "key": "setting_2" }, {}"#,
                [r#""key": "fuel_unit""#, r#""key": "setting_3""#],
            ),
            (
                r#"{ "name": "A b" }, { "key": "a_b", "min": 0, "name": "A", "scope": "user" }"#,
                [r#""key": "setting_1""#, r#"add it: `"type": "number"`"#],
            ),
            (
                r#"{ "options": [{ "value": "kg" }, { "label": "Pounds" }, {}] }"#,
                [r#""value": "pounds""#, r#""value": "option-3""#],
            ),
            (
                r#""a", "b""#,
                [r#""key": "setting_1""#, r#""key": "setting_2""#],
            ),
        ] {
            let helps = helps(&format!(r#"{{ "availableSettings": [{settings}] }}"#));
            for expected in expected {
                let count = helps.iter().filter(|help| help.contains(expected)).count();
                assert_eq!(count, 1, "{expected}: {helps:?}");
            }
        }
    }

    #[test]
    fn in_a_hostile_manifest_nobody_looks_for_what_is_free() {
        let settings = vec!["{}"; MAX_PLACES].join(",");
        let helps = helps(&format!(r#"{{ "availableSettings": [{settings}] }}"#));
        assert!(
            helps
                .iter()
                .all(|help| help.contains(r#""key": "fuel_unit""#))
        );
    }
}
