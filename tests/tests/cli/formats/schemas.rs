use std::fs;
use std::path::Path;

use cargo_metadata::MetadataCommand;
use serde_json::{Value, json};
use stratos_tests::stratos;

use super::{mixed, project};

/// The public schema of SARIF 2.1.0, which the source package of a crate contains.
pub fn sarif() -> Value {
    let metadata = MetadataCommand::new()
        .manifest_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .other_options(
            ["--offline", "--locked", "--filter-platform", "host-tuple"].map(str::to_owned),
        )
        .exec()
        .expect("cargo describes the workspace");
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name == "serde-sarif")
        .expect("it is a development dependency");
    let folder = package.manifest_path.parent().unwrap();
    let mut schema = read(folder.join("src/schema.json").as_std_path());
    // The published pattern is not a valid regular expression: a bracket is unbalanced.
    for object in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][object]["properties"]["language"];
        language["pattern"] = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    schema
}

/// The schema in the book, made strict: the output may have no other fields.
pub fn check_output() -> Value {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/src");
    let mut schema = read(&book.join("check-output.schema.json"));
    forbid_unknown(&mut schema);
    schema
}

pub fn assert_valid(schema: &Value, text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let validator = jsonschema::validator_for(schema).expect("the schema is one");
    let errors: Vec<_> = validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, [""; 0]);
    value
}

#[test]
fn json_and_sarif_match_their_schemas() {
    let mixed = mixed();
    let latin = project(&[("plugin.json", "{}")]);
    fs::write(
        latin.path().join("plugin.json"),
        b"{ \"id\": \"\xe4\xff\" }",
    )
    .unwrap();
    let empty = project(&[("plugin.json", "")]);
    for (folder, findings) in [(&mixed, 5), (&latin, 1), (&empty, 1)] {
        let json = stratos(folder.path(), ["check", "--format", "json"]).stdout;
        let json = assert_valid(&check_output(), &json);
        let manifests = json["manifests"].as_array().unwrap();
        let found: usize = manifests
            .iter()
            .map(|manifest| manifest["findings"].as_array().unwrap().len())
            .sum();
        assert!(found >= findings, "{json:#}");
        assert_eq!(json["summary"]["manifests"], manifests.len());

        let sarif = stratos(folder.path(), ["check", "--format", "sarif"]).stdout;
        let sarif = assert_valid(&self::sarif(), &sarif);
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), found);
        assert_eq!(
            sarif["runs"][0]["invocations"][0]["executionSuccessful"],
            true
        );
    }
}

#[test]
fn unreadable_and_invalid_manifests_are_reported_separately() {
    let exception =
        |rule: &str| format!("[[check.exceptions]]\nrule = \"{rule}\"\nreason = \"it is meant\"\n");
    let folder = project(&[
        ("plugin.json", "{}"),
        ("stratos.toml", &exception("missing-field")),
        ("odd/plugin.json/readme.txt", ""),
        ("settled/plugin.json", "{}"),
        (
            "settled/stratos.toml",
            &(exception("missing-field") + &exception("empty-text")),
        ),
    ]);
    let check = |path: &str| {
        let checked = stratos(folder.path(), ["check", path, "--format", "json"]);
        (checked.code, assert_valid(&check_output(), &checked.stdout))
    };
    let (code, odd) = check("odd");
    assert_eq!(code, Some(3), "{odd}");
    assert_eq!(odd["manifests"], json!([]));
    assert!(
        odd["unreadable"][0]["path"]
            .as_str()
            .unwrap()
            .contains("odd"),
        "{odd}"
    );
    assert_eq!(odd["summary"]["complete"], false);

    let (code, settled) = check("settled");
    assert_eq!(code, Some(0), "{settled}");
    assert_eq!(settled["manifests"].as_array().unwrap().len(), 1);
    assert_eq!(settled["manifests"][0]["findings"], json!([]));
    assert_eq!(
        settled["settings"][0]["findings"][0]["rule"],
        "unused-suppression"
    );
    assert_eq!(settled["summary"]["suppressed"], 1);
    assert_eq!(settled["summary"]["complete"], true);

    let sarif = stratos(folder.path(), ["check", "odd", "--format", "sarif"]).stdout;
    let sarif = assert_valid(&self::sarif(), &sarif);
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert!(
        invocation["toolExecutionNotifications"]
            .to_string()
            .contains("odd")
    );
}

#[test]
fn the_schemas_reject_invalid_output() {
    let validator = jsonschema::validator_for(&sarif()).unwrap();
    assert!(!validator.is_valid(&json!({ "version": "2.1.0", "runs": [{}] })));
    let validator = jsonschema::validator_for(&check_output()).unwrap();
    let good = json!({
        "version": 1,
        "manifests": [],
        "settings": [],
        "unreadable": [],
        "summary": {
            "manifests": 0,
            "errors": 0,
            "warnings": 0,
            "suppressed": 0,
            "failed": [],
            "complete": true,
        },
    });
    assert!(validator.is_valid(&good));
    let mut unknown = good;
    unknown["summary"]["new"] = json!(1);
    assert!(
        !validator.is_valid(&unknown),
        "a new field needs a line in the schema"
    );
}

fn forbid_unknown(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(forbid_unknown);
            if map.get("type") == Some(&json!("object")) {
                map.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(values) => values.iter_mut().for_each(forbid_unknown),
        _ => {}
    }
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("a schema is text");
    serde_json::from_str(&text).expect("a schema is JSON")
}
