//! The published JSON Schema, its examples and its snippets.

use serde_json::{Value, json};
use stratos_manifest::{Levels, Linter, ProjectFacts, SCHEMA};

#[test]
fn the_schema_is_valid_against_its_meta_schema() {
    let schema = schema();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    assert_eq!(
        jsonschema::meta::validate(&schema).map_err(|error| error.to_string()),
        Ok(())
    );
}

#[test]
fn examples_are_valid() {
    assert_valid("examples", 30, Value::clone);
}

#[test]
fn snippets_are_valid_with_their_placeholders_filled() {
    assert_valid("defaultSnippets", 10, |snippet| filled(&snippet["body"]));
}

/// Asserts that there are more than `min` values in the lists under `keyword`, and that each is valid for the schema
/// around its list. Formats are validated, as editors do.
fn assert_valid(keyword: &str, min: usize, instance: fn(&Value) -> Value) {
    let mut count = 0;
    visit(&schema(), &mut |inner| {
        let Some(list) = inner.get(keyword).and_then(Value::as_array) else {
            return;
        };
        let validator = validator_of(inner);
        for instance in list.iter().map(instance) {
            let error = validator.validate(&instance).err();
            assert!(error.is_none(), "{instance}: {error:?}");
            count += 1;
        }
    });
    assert!(count > min, "{count}");
}

#[test]
fn a_manifest_of_snippets_has_no_findings() {
    let schema = schema();
    let mut manifest = filled(&schema["defaultSnippets"][0]["body"]);
    let settings = schema["$defs"]["setting"]["defaultSnippets"]
        .as_array()
        .unwrap();
    let mut settings: Vec<_> = settings
        .iter()
        .map(|snippet| filled(&snippet["body"]))
        .collect();
    for (index, setting) in settings.iter_mut().enumerate() {
        setting["key"] = json!(format!("key_{index}"));
    }
    manifest["availableSettings"] = json!(settings);
    let report = Linter::new(Levels::default())
        .check(manifest.to_string().as_bytes(), &ProjectFacts::none());
    assert_eq!(report.diagnostics, []);
}

/// Calls `visitor` for a schema and all objects in it. No field of ours has the name of a keyword.
fn visit(schema: &Value, visitor: &mut impl FnMut(&Value)) {
    match schema {
        Value::Object(object) => {
            visitor(schema);
            object.values().for_each(|inner| visit(inner, visitor));
        }
        Value::Array(array) => array.iter().for_each(|inner| visit(inner, visitor)),
        _ => {}
    }
}

fn validator_of(inner: &Value) -> jsonschema::Validator {
    let mut alone = inner.clone();
    alone["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    alone["$defs"] = schema()["$defs"].clone();
    jsonschema::options()
        .should_validate_formats(true)
        .build(&alone)
        .unwrap()
}

/// Replaces the placeholders of a snippet's body: `${1:word}` by the word, and `${1|a,b|}` by the first choice.
fn filled(body: &Value) -> Value {
    match body {
        Value::String(text) => {
            let gap = text
                .strip_prefix("${")
                .and_then(|text| text.strip_suffix('}'));
            json!(gap.map_or(text.as_str(), |gap| {
                let word = gap.trim_start_matches(|char: char| char.is_ascii_digit());
                word.trim_matches([':', '|']).split(',').next().unwrap()
            }))
        }
        Value::Array(array) => array.iter().map(filled).collect(),
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (key.clone(), filled(value)))
            .collect(),
        other => other.clone(),
    }
}

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}
