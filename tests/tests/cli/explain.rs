//! The commands `cargo stratos explain` and `cargo stratos schema`.

use std::path::Path;

use serde_json::Value;
use stratos_manifest::RULES;
use stratos_tests::{CommandOutput, stratos};

#[test]
fn explain_prints_a_rule_as_plain_text() {
    let explained = explain(&["malformed-id"]);
    assert_eq!(explained.code, Some(0), "{explained:?}");
    insta::assert_snapshot!(explained.stdout);
}

#[test]
fn explain_lists_all_rules() {
    let listed = explain(&[]).stdout;
    for rule in RULES {
        let lines = listed.lines().filter(|line| {
            line.starts_with(&format!("  {} ", rule.id)) && line.ends_with(rule.summary)
        });
        assert_eq!(lines.count(), 1, "{}", rule.id);
    }
    let group = explain(&["suspicious"]).stdout;
    assert!(
        group.contains("unknown-key") && !group.contains("malformed-id"),
        "{group}"
    );
}

#[test]
fn explain_prints_json() {
    let all: Value = serde_json::from_str(&explain(&["--format", "json"]).stdout).unwrap();
    assert_eq!(all["version"], 1);
    let rules = all["rules"].as_array().unwrap();
    assert_eq!(rules.len(), RULES.len());
    for (said, rule) in rules.iter().zip(RULES) {
        assert_eq!(
            (&said["id"], &said["docs"]),
            (&rule.id.into(), &rule.docs().into())
        );
        assert!(["error", "warning", "allow"].contains(&said["level"].as_str().unwrap()));
    }
    let one = explain(&["not-json", "--format", "json"]).stdout;
    let one: Value = serde_json::from_str(&one).unwrap();
    assert_eq!(one["rules"].as_array().unwrap().len(), 1);
}

#[test]
fn a_mistyped_rule_is_a_usage_error_with_a_suggestion() {
    let mistyped = explain(&["malformed_ids"]);
    assert_eq!(mistyped.code, Some(2), "{mistyped:?}");
    assert_eq!(mistyped.stdout, "");
    assert!(
        mistyped.stderr.contains("did you mean `malformed-id`?"),
        "{mistyped:?}"
    );
    assert_eq!(explain(&["warnings"]).code, Some(2));
    let hostile = explain(&["\u{1b}[31m##[group]"]);
    assert!(
        !hostile.stderr.contains(['\u{1b}']) && !hostile.stderr.contains("##["),
        "{hostile:?}"
    );
}

#[test]
fn schema_prints_a_valid_json_schema() {
    let printed = stratos(Path::new("."), ["schema"]);
    assert_eq!(printed.code, Some(0), "{printed:?}");
    let schema: Value = serde_json::from_str(&printed.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(!validator.is_valid(&Value::Null));
}

fn explain(arguments: &[&str]) -> CommandOutput {
    stratos(Path::new("."), [&["explain"], arguments].concat())
}
