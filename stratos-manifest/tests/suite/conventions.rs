//! What holds for every rule.

use std::{collections::BTreeSet, fs, path::Path};

use stratos_manifest::{Group, Levels, Linter, ProjectFacts, RULES, Rule, RuleLevel, Source};

const HEADINGS: [&str; 4] = [
    "## What it does",
    "## Why is this bad?",
    "## Example",
    "## Use instead",
];

#[test]
fn the_registry_is_sorted() {
    assert!(RULES.is_sorted_by(|a, b| a.id < b.id));
}

#[test]
fn a_rule_is_a_file_of_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let shared = ["mod", "findings"];
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
        .filter(|name| !shared.contains(&name.as_str()))
        .collect();
    let ids: BTreeSet<_> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(files, ids);
}

/// Nobody calls an exception from such a rule unused.
#[test]
fn a_rule_that_looks_at_the_run_says_so() {
    for rule in RULES {
        let file = format!("src/rules/{}.rs", rule.id.replace('-', "_"));
        let code = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let code: String = code.split_whitespace().collect();
        let looks = code.contains("facts.tags") || code.contains("facts.similar_plugins");
        assert_eq!(rule.depends_on_run, looks, "{}", rule.id);
    }
}

#[test]
fn docs_have_the_four_headings_in_order() {
    for rule in RULES {
        let docs = rule.docs();
        let headings: Vec<_> = docs.lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(headings, HEADINGS, "{}", rule.id);
        assert!(
            !rule.summary.ends_with('.'),
            "{}: a summary is no sentence",
            rule.id
        );
    }
}

#[test]
fn documented_examples_do_what_they_say() {
    for rule in RULES {
        let docs = rule.docs();
        let (example, instead) = docs.split_once(HEADINGS[3]).unwrap();
        for json in json_blocks(example) {
            assert!(
                fires(rule, json),
                "{} does not fire in its example",
                rule.id
            );
        }
        for json in json_blocks(instead) {
            assert!(
                !fires(rule, json),
                "{} fires in what to use instead",
                rule.id
            );
        }
    }
}

#[test]
fn judgement_is_never_an_error() {
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
