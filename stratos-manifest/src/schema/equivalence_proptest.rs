//! Property tests: in generated manifests, the table and the JSON Schema report the same violations, and the typed
//! manifest exists if and only if there is no error.

#![expect(
    clippy::unwrap_used,
    reason = "a failure in a test helper fails the test"
)]

use std::collections::BTreeSet;

use proptest::{prelude::*, sample::Index};
use serde_json::{Value as Json, json};

use crate::{
    Level, Levels, Linter, ProjectFacts, check,
    schema::{
        FieldKind, SCHEMA, SchemaViolation,
        fields::{MANIFEST, ObjectSchema},
        find_violations,
        json_schema::JsonSchema,
        object_nodes,
    },
    syntax::{ParsedManifest, to_json},
};

/// The rules whose errors the JSON Schema can express.
const EXPRESSIBLE: &[&str] = &[
    "choice-without-options",
    "empty-text",
    "malformed-author-id",
    "malformed-id",
    "malformed-version",
    "missing-field",
    "not-an-object",
    "range-without-limits",
    "unknown-plugin-type",
    "unknown-setting-scope",
    "unknown-setting-type",
    "unsafe-path",
    "unsupported-icon-format",
    "wrong-type",
];

/// Placeholder of a number that no [`Json`] can hold.
const HUGE: &str = "@huge@";

/// A change of a manifest, by indices into the lists of pointers, actions and values.
type Mutation = (Index, Index, Index);

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn table_and_json_schema_report_the_same_violations(
        base in any::<Index>(),
        mutations in prop::collection::vec((any::<Index>(), any::<Index>(), any::<Index>()), 0..4),
        repeated in prop::option::weighted(0.2, any::<Index>()),
    ) {
        thread_local! {
            static VALIDATORS: (JsonSchema, Linter) = (JsonSchema::new(), Linter::new(Levels::default()));
        }
        let valid_manifests = valid_manifests();
        let mut manifest = base.get(&valid_manifests).clone();
        for mutation in mutations {
            mutate(&mut manifest, mutation);
        }
        let mut text = manifest.to_string().replace(&format!("\"{HUGE}\""), "-1e400");
        if let Some(key) = repeated {
            repeat_key(&mut text, key);
        }
        VALIDATORS.with(|(schema, linter)| assert_equivalent(schema, linter, &text))?;
    }
}

/// Puts every value of [`values`] in every place of every manifest.
#[test]
fn every_single_wrong_value_is_reported_by_both() {
    let (schema, linter) = (JsonSchema::new(), Linter::new(Levels::default()));
    let mut rejected = 0;
    // The others contain all fields of the first one.
    for base in &valid_manifests()[1..] {
        for pointer in pointers(base, "") {
            for value in values() {
                let mut manifest = base.clone();
                *manifest.pointer_mut(&pointer).unwrap() = value;
                let text = manifest
                    .to_string()
                    .replace(&format!("\"{HUGE}\""), "1e400");
                assert_equivalent(&schema, &linter, &text).unwrap();
                rejected += usize::from(!schema.accepts(&manifest));
            }
        }
    }
    assert!(rejected > 1_000, "{rejected}");
}

#[test]
fn valid_manifests_are_accepted() {
    let schema = JsonSchema::new();
    for manifest in valid_manifests() {
        assert!(schema.accepts(&manifest), "{manifest}");
        let report = Linter::new(Levels::default())
            .check(manifest.to_string().as_bytes(), &ProjectFacts::none());
        assert_eq!(report.diagnostics, []);
        let typed = serde_json::to_value(report.manifest.unwrap()).unwrap();
        assert_eq!(as_typed(typed), as_typed(manifest));
    }
}

#[test]
fn an_invalid_field_hides_no_finding_of_another_field() {
    let mut broken = valid_manifests().pop().unwrap();
    let others = ["/id", "/version", "/type"];
    for pointer in others {
        *broken.pointer_mut(pointer).unwrap() = json!("!");
    }
    for pointer in pointers(&broken, "") {
        if others.contains(&pointer.as_str()) {
            continue;
        }
        let mut source = broken.clone();
        *source.pointer_mut(&pointer).unwrap() = json!(null);
        let report = check(source.to_string().as_bytes(), &ProjectFacts::none());
        for rule in ["malformed-id", "unknown-plugin-type", "malformed-version"] {
            assert!(
                report.diagnostics.iter().any(|d| d.rule == rule),
                "{rule} with {pointer} = null"
            );
        }
    }
}

#[test]
fn a_manifest_that_is_not_an_object_is_rejected() {
    let (schema, linter) = (JsonSchema::new(), Linter::new(Levels::default()));
    for value in values() {
        assert_equivalent(&schema, &linter, &value.to_string()).unwrap();
    }
}

#[test]
fn json_schema_and_table_have_the_same_fields() {
    let schema: Json = serde_json::from_str(SCHEMA).unwrap();
    let count = assert_same_fields(&schema, &schema, &MANIFEST);
    assert!(count > 25, "{count}");
}

fn assert_equivalent(
    schema: &JsonSchema,
    linter: &Linter,
    text: &str,
) -> Result<(), TestCaseError> {
    let manifest = ParsedManifest::parse(text.as_bytes());
    let value = manifest.root.as_ref().unwrap();
    if let Some(root) = value.as_object() {
        let nodes = object_nodes(root);
        let comparable = |violations: Vec<SchemaViolation>| -> Vec<_> {
            let violations = violations.into_iter();
            violations
                .map(|found| (found.object, found.field.key, found.element, found.kind))
                .collect()
        };
        let by_schema = comparable(schema.find_violations(&nodes, value));
        prop_assert_eq!(comparable(find_violations(&nodes)), by_schema, "{}", text);
    }

    let accepted = schema.accepts(&to_json(value));
    let light = check(text.as_bytes(), &ProjectFacts::none());
    let expressible: Vec<_> = light
        .diagnostics
        .iter()
        .filter(|d| d.level == Level::Error && EXPRESSIBLE.contains(&d.rule))
        .map(|d| d.rule)
        .collect();
    prop_assert_eq!(
        accepted,
        expressible.is_empty(),
        "{:?} in {}",
        expressible,
        text
    );

    let full = linter.check(text.as_bytes(), &ProjectFacts::none());
    prop_assert!(accepted || full.has_errors(), "{}", text);
    prop_assert_eq!(light.manifest.is_some(), !light.has_errors(), "{}", text);
    prop_assert_eq!(light.manifest.is_some(), full.manifest.is_some());
    prop_assert_eq!(full.failed, Vec::<&str>::new());
    Ok(())
}

fn mutate(manifest: &mut Json, (pointer, action, value): Mutation) {
    let pointers = pointers(manifest, "");
    if pointers.is_empty() {
        return;
    }
    let pointer = pointer.get(&pointers);
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let values = values();
    let value = value.get(&values).clone();
    let parent = manifest.pointer_mut(parent).unwrap();
    match (action.index(4), parent) {
        (0, Json::Object(object)) => {
            object.remove(key);
        }
        (1, Json::Object(object)) => {
            object.insert("unknown".to_owned(), value);
        }
        (1, Json::Array(array)) => array.push(value),
        (_, Json::Object(object)) => {
            object.insert(key.to_owned(), value);
        }
        (_, Json::Array(array)) => array[key.parse::<usize>().unwrap()] = value,
        _ => {}
    }
}

/// Writes a key twice, the first time with another value.
fn repeat_key(text: &mut String, which: Index) {
    let keys: Vec<_> = text.match_indices("\":").map(|(end, _)| end).collect();
    if keys.is_empty() {
        return;
    }
    let end = *which.get(&keys);
    let start = text[..end].rfind('"').unwrap();
    let first = format!("{}:false,", &text[start..=end]);
    text.insert_str(start, &first);
}

fn values() -> Vec<Json> {
    let texts = [
        "",
        " ",
        "\t\u{a0}",
        "\u{feff}",
        "\u{85}",
        "\u{180e}",
        "a",
        "a b",
        "A",
        "é",
        "a\n",
        "user",
        "airline",
        "User",
        "range",
        "radio",
        "list",
        "text",
        "boolean",
        "1.0.0",
        "1.0",
        "01.0.0",
        "1.0.0-rc.1+b.01",
        "1.0.0-01",
        "1.0.0-",
        "1.0.0-a..b",
        "icon.svg",
        "icon.SVG",
        "icon.svg ",
        "icon.gif",
        "png",
        ".png",
        "../icon.svg",
        "a/../b.png",
        "a/..png",
        "..",
        "/icon.svg",
        "C:icon.svg",
        "c:\\icon.svg",
        "a\\icon.svg",
        "https://example.com/a.svg",
        "DATA:,a.svg",
        "data.svg",
        "${__dirname}/icon.svg",
        "$(pwd)/icon.svg",
        "{{theme}}.svg",
        "~/icon.svg",
        "~icon.svg",
        "__dirname/icon.svg",
        "$HOME/icon.svg",
        "$Home/icon.svg",
        "%APPDATA%/icon.svg",
        "%20%TMP%.svg",
        "100%OFF.svg",
        HUGE,
    ];
    let others = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1.5),
        json!(1e300),
        json!([]),
        json!([[]]),
        json!([1, {}]),
        json!({}),
        json!({ "id": "a", "name": " " }),
        json!([{ "value": null, "label": "L" }, "x"]),
        json!([{ "key": "k", "name": "N", "type": "range", "scope": "user" }]),
    ];
    texts.into_iter().map(Json::from).chain(others).collect()
}

fn valid_manifests() -> Vec<Json> {
    let setting = |kind: &str| json!({ "key": kind, "name": "N", "type": kind, "scope": "user" });
    let with = |mut setting: Json, key: &str, value: Json| {
        setting[key] = value;
        setting
    };
    let options =
        json!([{ "value": "kg", "label": "Kilograms" }, { "value": "2", "label": "Two" }]);
    let range = with(with(setting("range"), "min", json!(0)), "max", json!(10));
    let bare = json!({
        "id": "my-plugin", "name": "My plugin", "version": "0.1.0", "description": "D", "type": "user",
        "author": { "id": "me", "name": "Me" }, "icon_light": "light.svg", "icon_dark": "assets/dark.png",
    });
    let mut old = bare.clone();
    old["background"] = json!({ "entryModule": "./background/index.js" });
    old["availableSettings"] = json!([]);
    let mut rich = bare.clone();
    rich["$schema"] = json!("https://cdn.skyvexsoftware.com/schemas/stratos-plugin.json");
    rich["type"] = json!("airline");
    rich["version"] = json!("1.2.3-rc.1");
    rich["author"]["contact"] = json!("jane@fleet.example");
    rich["homepage"] = json!("https://fleet.example");
    rich["availableSettings"] = json!([
        with(setting("boolean"), "default", json!(true)),
        with(
            with(setting("text"), "pattern", json!("^a$")),
            "placeholder",
            json!("a")
        ),
        with(setting("longtext"), "description", json!("D")),
        with(
            with(setting("number"), "step", json!(0.5)),
            "default",
            json!(1)
        ),
        range,
        with(setting("list"), "options", options.clone()),
        with(setting("radio"), "options", options),
        with(setting("date"), "default", json!("2024-02-29")),
        with(setting("json"), "default", json!({ "type": "range" })),
    ]);
    vec![bare, old, rich]
}

/// The JSON pointers of everything in a value.
fn pointers(value: &Json, prefix: &str) -> Vec<String> {
    let children: Vec<(String, &Json)> = match value {
        Json::Object(object) => object
            .iter()
            .map(|(key, value)| (format!("{prefix}/{key}"), value))
            .collect(),
        Json::Array(array) => array
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

/// The value as the typed manifest has it: numbers are floats, and `$schema` and empty arrays are left out.
fn as_typed(value: Json) -> Json {
    match value {
        Json::Number(number) => json!(number.as_f64()),
        Json::Array(array) => array.into_iter().map(as_typed).collect(),
        Json::Object(object) => object
            .into_iter()
            .filter(|(key, value)| key != "$schema" && *value != json!([]))
            .map(|(key, value)| (key, as_typed(value)))
            .collect(),
        other => other,
    }
}

/// Compares the fields that `schema` and `table` describe, recursively, and counts them.
fn assert_same_fields(root: &Json, schema: &Json, table: &ObjectSchema) -> usize {
    let properties = schema["properties"].as_object().unwrap();
    let in_schema: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
    let in_table: BTreeSet<&str> = table.fields.iter().map(|field| field.key).collect();
    assert_eq!(in_schema, in_table, "{}", table.name);
    let required: BTreeSet<&str> = schema["required"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key.as_str().unwrap())
        .collect();
    let mut count = 0;
    for field in table.fields {
        count += 1;
        assert_eq!(
            required.contains(field.key),
            field.required,
            "{}",
            field.key
        );
        let property = &properties[field.key];
        for word in ["title", "description"] {
            assert!(property[word].is_string(), "{} has no {word}", field.key);
        }
        match &field.kind {
            FieldKind::Object(inner) => count += assert_same_fields(root, property, inner),
            FieldKind::List(inner) => {
                let pointer = property["items"]["$ref"]
                    .as_str()
                    .unwrap()
                    .trim_start_matches('#');
                count += assert_same_fields(root, root.pointer(pointer).unwrap(), inner);
            }
            FieldKind::OneOf(words) => {
                assert_eq!(property["enum"], json!(words), "{}", field.key);
                assert_eq!(
                    property["enumDescriptions"].as_array().unwrap().len(),
                    words.len(),
                    "{}",
                    field.key
                );
            }
            FieldKind::Text | FieldKind::Number | FieldKind::Any => {}
        }
    }
    count
}
