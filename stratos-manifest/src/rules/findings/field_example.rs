//! Example values in helps: pasted into the manifest, they cause no other finding.

use std::ptr;

use crate::{
    context::{RuleContext, project_version},
    schema::{Field, ObjectNode, ObjectSchema},
    slug::to_slug,
    syntax::{find, find_text, json_text},
};

/// The number of objects up to which examples are made unique, which takes quadratic time.
const MAX_OBJECTS: usize = 300;

/// A key and value to paste into the object `node`, such as `"key": "fuel_unit"`. The keys of settings and the values
/// of options are unique in their list.
pub(in crate::rules) fn field_example(
    cx: &RuleContext<'_>,
    node: &ObjectNode<'_>,
    field: &Field,
) -> String {
    let value = match (node.is_setting(), field.key) {
        _ if cx.objects.len() > MAX_OBJECTS => None,
        (true, "key") => Some(unique_value(cx, node, "key", "setting", &|name| {
            name.replace('-', "_")
        })),
        (true, "type") => matching_type(node).map(str::to_owned),
        (false, "version") => project_version(cx.facts).map(|(_, version)| version.to_string()),
        // Of the plugin and its author, who have a name, too.
        (false, "id") => find_text(node.object, "name").and_then(to_slug),
        (false, "value") => Some(unique_value(cx, node, "value", "option", &str::to_owned)),
        _ => None,
    };
    match value {
        Some(value) => format!("\"{}\": \"{value}\"", field.key),
        None => field.example.to_owned(),
    }
}

/// An object with the required fields of `schema`, as element `index` of an array of `count` elements.
pub(in crate::rules) fn element_example(
    schema: &ObjectSchema,
    index: usize,
    count: usize,
) -> String {
    let fields: Vec<String> = schema
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

/// An object with the required fields of a setting or an author, with the text that is there as its name.
pub(in crate::rules) fn object_named(schema: &ObjectSchema, name: &str) -> Option<String> {
    // `Jane Doe <jane@fleet.example>`, as in a `package.json`.
    let (name, contact) = match name.split_once('<') {
        Some((name, rest)) => (name, rest.split_once('>').map(|(contact, _)| contact)),
        None => (name, None),
    };
    let name = name.trim();
    let slug = to_slug(name)?;
    let is_word = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    let key = match name.chars().all(is_word) {
        true => name.to_owned(),
        false => slug.replace('-', "_"),
    };
    let has = |key: &str| schema.fields.iter().any(|field| field.key == key);
    let contact = contact.filter(|contact| contact.contains('@') && has("contact"));
    let fields = schema.fields.iter().filter_map(|field| match field.key {
        "id" => Some(format!("\"id\": {}", json_text(&slug))),
        "key" => Some(format!("\"key\": {}", json_text(&key))),
        "name" => Some(format!("\"name\": {}", json_text(name))),
        "contact" => contact.map(|contact| format!("\"contact\": {}", json_text(contact))),
        _ => field.required.then(|| field.example.to_owned()),
    });
    let fields: Vec<String> = fields.collect();
    has("name").then(|| format!("{{ {} }}", fields.join(", ")))
}

/// The continuation of a help with the example of `field`, if the example names a file that must exist.
pub(in crate::rules) fn extra_help(field: &Field) -> &'static str {
    match field.key {
        "entryModule" | "background" => {
            ", and create that file; a plugin without a background module needs no `background`"
        }
        _ => "",
    }
}

/// A value for `key` that no other object of the same list has. The first choices are the object's name and, for an
/// only object, the usual example; then come `<what>-1`, `<what>-2` and so on, each passed to `style`.
fn unique_value(
    cx: &RuleContext<'_>,
    node: &ObjectNode<'_>,
    key: &str,
    what: &str,
    style: &dyn Fn(&str) -> String,
) -> String {
    let list = |node: &ObjectNode<'_>| {
        node.prefix
            .rsplit_once('[')
            .map(|(list, _)| list.to_owned())
    };
    let own_list = list(node);
    let siblings: Vec<&ObjectNode<'_>> = cx
        .objects
        .iter()
        .filter(|other| ptr::eq(other.schema, node.schema) && list(other) == own_list)
        .collect();
    let name = ["name", "label"]
        .iter()
        .find_map(|name| find_text(node.object, name))
        .and_then(to_slug);
    let number = 1 + siblings
        .iter()
        .position(|other| ptr::eq(other.object, node.object))
        .unwrap_or_default();
    let numbered = |number: usize| style(&format!("{what}-{number}"));
    let is_unused = |text: &String| {
        let has = |other: &&ObjectNode<'_>| find_text(other.object, key) == Some(text.as_str());
        !siblings.iter().any(has)
    };
    let usual = if what == "setting" { "fuel_unit" } else { "kg" };
    let usual = (siblings.len() == 1).then(|| usual.to_owned());
    name.map(|name| style(&name))
        .or(usual)
        .into_iter()
        .chain((number..=number + siblings.len()).map(numbered))
        .find(is_unused)
        .unwrap_or_else(|| numbered(number))
}

/// The setting type that the other fields of a setting imply.
fn matching_type(node: &ObjectNode<'_>) -> Option<&'static str> {
    let has = |key: &&str| find(node.object, key).is_some();
    if ["min", "max", "step"].iter().any(has) {
        return Some("number");
    }
    find(node.object, "options").map(|_| "list")
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
    fn examples_are_unique_in_a_list() {
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
                [r#""key": "a", "name": "a""#, r#""key": "b", "name": "b""#],
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
    fn examples_of_many_objects_are_not_made_unique() {
        let settings = vec!["{}"; MAX_OBJECTS].join(",");
        let helps = helps(&format!(r#"{{ "availableSettings": [{settings}] }}"#));
        assert!(
            helps
                .iter()
                .all(|help| help.contains(r#""key": "fuel_unit""#))
        );
    }
}
