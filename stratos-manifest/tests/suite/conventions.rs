//! Conventions that every rule follows.

use std::{collections::BTreeSet, fs, path::Path};

use stratos_manifest::{Group, Levels, Linter, ProjectFacts, RULES, Rule, RuleLevel, Source};

const HEADINGS: [&str; 4] = [
    "## What it does",
    "## Why is this bad?",
    "## Example",
    "## Use instead",
];

#[test]
fn the_registry_is_sorted_by_id() {
    assert!(RULES.is_sorted_by(|a, b| a.id < b.id));
}

#[test]
fn every_rule_has_a_file_named_after_its_id() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let other_modules = ["mod", "findings", "prelude"];
    let files: BTreeSet<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            path.file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .replace('_', "-")
        })
        .filter(|name| !other_modules.contains(&name.as_str()))
        .collect();
    let ids: BTreeSet<_> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(files, ids);
}

/// Exceptions from rules that depend on the run are never reported as unused.
#[test]
fn rules_that_use_tags_or_other_plugins_are_marked_as_depending_on_the_run() {
    for rule in RULES {
        let file = format!("src/rules/{}.rs", rule.id.replace('-', "_"));
        let code = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let code: String = code.split_whitespace().collect();
        let uses_run_facts = code.contains("facts.tags") || code.contains("facts.similar_plugins");
        assert_eq!(rule.depends_on_run, uses_run_facts, "{}", rule.id);
    }
}

#[test]
fn rule_documentation_has_the_four_headings_in_order() {
    for rule in RULES {
        let docs = rule.docs();
        let headings: Vec<_> = docs.lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(headings, HEADINGS, "{}", rule.id);
        assert!(
            !rule.summary.ends_with('.'),
            "{}: a summary has no period",
            rule.id
        );
    }
}

#[test]
fn documented_examples_fire_and_their_corrections_do_not() {
    for rule in RULES {
        let docs = rule.docs();
        let (example, instead) = docs.split_once(HEADINGS[3]).unwrap();
        for (docs, expected) in [(example, true), (instead, false)] {
            for json in json_blocks(docs) {
                assert_eq!(fires(rule, json), expected, "{}: {json}", rule.id);
            }
        }
    }
}

#[test]
fn a_rule_based_on_judgement_is_never_an_error() {
    for rule in RULES {
        let is_judgement = rule.source == Source::Judgement;
        assert!(
            !is_judgement || rule.group != Group::Correctness,
            "{}",
            rule.id
        );
    }
}

fn fires(rule: &Rule, source: &str) -> bool {
    let mut levels = Levels::default();
    levels.set("pedantic", RuleLevel::Warn).unwrap();
    let report = Linter::new(levels).check(source.as_bytes(), &ProjectFacts::none());
    report.diagnostics.iter().any(|d| d.rule == rule.id)
}

fn json_blocks(markdown: &str) -> impl Iterator<Item = &str> {
    let blocks = markdown.split("```json\n").skip(1);
    blocks.map(|block| block.split_once("```").expect("the block ends").0)
}
