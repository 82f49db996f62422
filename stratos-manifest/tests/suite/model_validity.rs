//! The typed manifest: it exists if and only if the file has no error.

use serde_json::{Value, json};
use stratos_manifest::{Level, ProjectFacts, check};

#[test]
fn a_complete_manifest_serializes_to_its_source() {
    let source = complete();
    let report = check(source.to_string().as_bytes(), &ProjectFacts::none());
    assert_eq!(report.diagnostics, []);
    let manifest = serde_json::to_value(report.manifest.unwrap()).unwrap();
    assert_eq!(as_floats(manifest), as_floats(source));
}

#[test]
fn a_manifest_with_warnings_is_valid() {
    let mut source = complete();
    source["author"]["contact"] = json!("nobody");
    source["extra"] = json!(1);
    let report = check(source.to_string().as_bytes(), &ProjectFacts::none());
    assert_eq!(report.diagnostics.len(), 2);
    assert!(!report.has_errors() && report.manifest.is_some());
}

/// Removes every field in turn, and replaces it by values of all kinds.
#[test]
fn every_invalid_value_is_an_error() {
    let complete = complete();
    let wrong = [
        json!(null),
        json!(true),
        json!(-1.5),
        json!(""),
        json!(" "),
        json!("Wrong / Word"),
        json!([]),
        json!([1]),
        json!([{}]),
        json!({}),
    ];
    let mut errors = 0;
    for pointer in pointers(&complete, "") {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        for value in wrong.iter().map(Some).chain([None]) {
            let mut source = complete.clone();
            match (source.pointer_mut(parent).unwrap(), value) {
                (Value::Object(object), Some(value)) => {
                    object.insert(key.to_owned(), value.clone());
                }
                (Value::Object(object), None) => {
                    object.remove(key);
                }
                (parent, Some(value)) => parent[key.parse::<usize>().unwrap()] = value.clone(),
                (_, None) => {}
            }
            let report = check(source.to_string().as_bytes(), &ProjectFacts::none());
            let has_error = report.diagnostics.iter().any(|d| d.level == Level::Error);
            assert_eq!(
                report.manifest.is_none(),
                has_error,
                "{pointer} = {value:?}: {report:#?}"
            );
            errors += usize::from(has_error);
        }
    }
    assert!(errors > 300, "only {errors} invalid values are errors");
}

#[test]
fn an_invalid_field_hides_no_finding_of_another_field() {
    let complete = complete();
    let others = ["id", "version", "type"];
    let broken = {
        let mut source = complete.clone();
        for key in others {
            source[key] = json!("!");
        }
        source
    };
    let expected = ["malformed-id", "unknown-plugin-type", "malformed-version"];
    for pointer in pointers(&complete, "") {
        if others.iter().any(|key| pointer == format!("/{key}")) {
            continue;
        }
        let mut source = broken.clone();
        *source.pointer_mut(&pointer).unwrap() = json!(null);
        let report = check(source.to_string().as_bytes(), &ProjectFacts::none());
        for rule in expected {
            assert!(
                report.diagnostics.iter().any(|d| d.rule == rule),
                "{rule} with {pointer} = null"
            );
        }
    }
}

fn complete() -> Value {
    let setting =
        |key: &str, kind: &str| json!({ "key": key, "name": "N", "type": kind, "scope": "user" });
    let with = |mut setting: Value, more: Value| {
        setting
            .as_object_mut()
            .unwrap()
            .append(&mut more.as_object().unwrap().clone());
        setting
    };
    let options = json!({ "options": [{ "value": "kg", "label": "Kilograms" }, { "value": 2, "label": "Two" }] });
    json!({
        "id": "my-plugin",
        "name": "My plugin",
        "version": "1.2.3-rc.1",
        "description": "Compares planned and loaded fuel.",
        "type": "airline",
        "author": { "id": "jane-doe", "name": "Jane Doe", "contact": "jane@example.com" },
        "icon_light": "assets/light.svg",
        "icon_dark": "dark.png",
        "background": { "entryModule": "background/index.js" },
        "availableSettings": [
            with(setting("a", "text"), json!({ "description": "D", "default": "x", "pattern": "^x$", "placeholder": "p" })),
            with(setting("b", "number"), json!({ "default": 1, "min": 0, "max": 2, "step": 1 })),
            with(setting("c", "range"), json!({ "min": 0, "max": 2 })),
            with(setting("d", "list"), options.clone()),
            with(setting("e", "radio"), options),
            with(setting("f", "json"), json!({ "default": { "x": [null] } })),
        ],
        "homepage": "https://example.com/my-plugin",
    })
}

/// The JSON pointers of everything in a value.
fn pointers(value: &Value, prefix: &str) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (format!("{prefix}/{key}"), value))
            .collect(),
        Value::Array(array) => array
            .iter()
            .enumerate()
            .map(|(at, value)| (format!("{prefix}/{at}"), value))
            .collect(),
        _ => Vec::new(),
    };
    children
        .into_iter()
        .flat_map(|(pointer, value)| {
            let inner = pointers(value, &pointer);
            [pointer].into_iter().chain(inner)
        })
        .collect()
}

/// Converts all numbers to floats, as which the model has the limits of settings.
fn as_floats(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(array) => array.into_iter().map(as_floats).collect(),
        Value::Object(object) => object
            .into_iter()
            .map(|(key, value)| (key, as_floats(value)))
            .collect(),
        other => other,
    }
}
