//! The fixtures of the rules, `tests/rules/<rule>/{fail,pass}/<case>.json`: manifests in which the rule fires, with a
//! snapshot of all findings and fixes, and manifests in which it does not.
//!
//! The optional folder `<case>/` is the plugin's folder. Without it, rules about the files around the manifest see an
//! empty folder, and other rules have no facts about files. The optional file `<case>.facts` is a JSON object with facts
//! that no folder can hold, such as the file's name, git tags and other plugins. Rules about exceptions check the
//! `stratos.toml` in the folder.
//!
//! A pedantic rule is a warning in its own fixtures; all other rules have their default levels. Update the snapshots
//! with `INSTA_UPDATE=always cargo test`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use stratos_manifest::{
    CheckSettings, Group, Levels, Linter, ParsedManifest, ProjectFacts, RULES, Report, Rule,
    RuleLevel, Stage, suppress,
};

use crate::{
    files::{entries, json_files, package_folder},
    fixture_facts::fixture_facts,
    render::render,
};

#[test]
fn fail_fixtures_fire_with_the_findings_of_their_snapshots() {
    for rule in RULES {
        for fixture in fixtures(rule, "fail") {
            let (source, report) = check_fixture(rule, &fixture);
            assert!(
                fires(rule, &report),
                "{} does not fire in {}",
                rule.id,
                fixture.display()
            );
            let settings = {
                let mut settings = insta::Settings::clone_current();
                settings.set_snapshot_path(fixture.parent().unwrap());
                settings.set_prepend_module_to_snapshot(false);
                settings.set_omit_expression(true);
                settings
            };
            let case = fixture.file_stem().unwrap().to_str().unwrap();
            let version = concat!("stratos-sdk ", env!("CARGO_PKG_VERSION"));
            let rendered =
                render(&source, &report.diagnostics).replace(version, "stratos-sdk [version]");
            settings.bind(|| insta::assert_snapshot!(case, rendered));
        }
    }
}

#[test]
fn pass_fixtures_do_not_fire() {
    for rule in RULES {
        for fixture in fixtures(rule, "pass") {
            let (source, report) = check_fixture(rule, &fixture);
            let found = render(&source, &report.diagnostics);
            assert!(
                !fires(rule, &report),
                "{} fires in {}:\n{found}",
                rule.id,
                fixture.display()
            );
        }
    }
}

#[test]
fn every_fixture_folder_is_named_after_a_rule() {
    for folder in entries(&fixture_root()) {
        let name = folder.file_name().unwrap().to_str().unwrap();
        assert!(
            RULES.iter().any(|rule| rule.id == name),
            "no rule is called {name}"
        );
    }
}

fn check_fixture(rule: &Rule, fixture: &Path) -> (Vec<u8>, Report) {
    let source = fs::read(fixture).unwrap();
    let plugin = fixture.with_extension("");
    if rule.stage == Stage::Suppression {
        return check_suppressions(rule, &plugin, &source);
    }
    let facts = fixture_facts(fixture, &source, rule.stage == Stage::Project);
    let report = Linter::new(levels(rule)).check(&source, &facts);
    (source, report)
}

/// The exceptions in a fixture's `stratos.toml` that suppress nothing.
fn check_suppressions(rule: &Rule, plugin: &Path, manifest: &[u8]) -> (Vec<u8>, Report) {
    let linter = Linter::new(levels(rule));
    let mut report = linter.check(manifest, &ProjectFacts::none());
    let text = fs::read_to_string(plugin.join("stratos.toml")).unwrap();
    let exceptions = CheckSettings::parse(&text).unwrap().exceptions;
    let plugin = ParsedManifest::parse(manifest);
    let used = suppress(&mut report, &exceptions, plugin.id());
    let unused = exceptions.iter().zip(used).filter(|(_, used)| *used == 0);
    let unused: Vec<_> = unused.map(|(exception, _)| exception.into()).collect();
    let report = linter.check_suppressions(&unused);
    (text.into_bytes(), report)
}

fn levels(rule: &Rule) -> Levels {
    let mut levels = Levels::default();
    if rule.group == Group::Pedantic {
        levels.set(rule.id, RuleLevel::Warn).unwrap();
    }
    levels
}

fn fires(rule: &Rule, report: &Report) -> bool {
    report.diagnostics.iter().any(|d| d.rule == rule.id)
}

fn fixtures(rule: &Rule, kind: &str) -> Vec<PathBuf> {
    let folder = fixture_root().join(rule.id).join(kind);
    let fixtures = json_files(&folder);
    assert!(!fixtures.is_empty(), "no fixture in {}", folder.display());
    fixtures
}

fn fixture_root() -> PathBuf {
    package_folder("tests/rules")
}
