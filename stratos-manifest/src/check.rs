//! The check: runs the rules on a parsed manifest.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::{
    context::RuleContext,
    diagnostic::{Diagnostic, Findings, Level},
    facts::ProjectFacts,
    levels::Levels,
    model::{Manifest, build_manifest},
    rule::{Group, Rule, RuleLevel, Stage},
    rules::RULES,
    schema::{find_violations, object_nodes},
    syntax::{ParsedManifest, key_path},
};

/// The result of a check.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The typed manifest; `None` if the file has an error. Warnings, and errors in the files around it, do not matter.
    pub manifest: Option<Manifest>,
    /// The findings, by their position in the file.
    pub diagnostics: Vec<Diagnostic>,
    /// The number of further findings: each rule keeps 1,000.
    pub omitted: usize,
    /// The ids of the rules that panicked, whose findings are unknown.
    pub failed: Vec<&'static str>,
}

impl Report {
    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.level == Level::Error)
    }

    pub(crate) fn add(&mut self, mut found: Findings) {
        self.omitted += found.omitted;
        self.diagnostics.append(&mut found.kept);
    }
}

/// Checks the bytes of a manifest with all rules, each at the level of its group.
///
/// The check never panics, and its time and memory are bounded, because a file of more than
/// [`MAX_BYTES`](crate::MAX_BYTES) is not parsed.
pub fn check(source: &[u8], facts: &ProjectFacts) -> Report {
    check_parsed(&ParsedManifest::parse(source), facts)
}

/// Checks a parsed manifest, as [`check`] does.
pub fn check_parsed(manifest: &ParsedManifest<'_>, facts: &ProjectFacts) -> Report {
    run_rules(RULES, &Levels::default(), manifest, facts)
}

/// Runs all rules about manifests.
pub(crate) fn run_rules(
    rules: &[Rule],
    levels: &Levels,
    manifest: &ParsedManifest<'_>,
    facts: &ProjectFacts,
) -> Report {
    let root = manifest.root.as_ref();
    let object = root.and_then(|root| root.as_object());
    let nodes = object.map(object_nodes).unwrap_or_default();
    let violations = find_violations(&nodes);

    let mut report = Report::default();
    let mut is_valid = true;
    for rule in rules {
        if rule.stage == Stage::Suppression {
            continue;
        }
        let decides_validity = rule.group == Group::Correctness && rule.stage < Stage::Project;
        let level = levels.of(rule);
        if level == RuleLevel::Allow && !decides_validity {
            continue;
        }
        let cx = RuleContext {
            rule: rule.id,
            level: level.finding_level().unwrap_or(Level::Error),
            manifest,
            objects: &nodes,
            violations: &violations,
            facts,
            unused: &[],
        };
        let Some(found) = run_rule(rule, &cx) else {
            report.failed.push(rule.id);
            is_valid = false;
            continue;
        };
        is_valid &= !decides_validity || found.kept.is_empty();
        if level == RuleLevel::Allow {
            continue;
        }
        if rule.excludes_others && !found.kept.is_empty() {
            let failed = mem::take(&mut report.failed);
            report = Report {
                failed,
                ..Report::default()
            };
            report.add(found);
            break;
        }
        report.add(found);
    }
    if let Some(root) = root {
        let is_unset = |found: &&mut Diagnostic| found.at.is_empty();
        for found in report.diagnostics.iter_mut().filter(is_unset) {
            found.at = key_path(root, found.span.start);
        }
    }
    report.diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.span.start, d.span.end, d.rule);
        key(a).cmp(&key(b))
    });
    report.manifest = object
        .filter(|_| is_valid)
        .and_then(|object| build_manifest(object, manifest.text));
    report
}

/// Runs one rule; `None` if it panics, so that a defect in a rule neither ends the check nor passes for no findings.
pub(crate) fn run_rule(rule: &Rule, cx: &RuleContext<'_>) -> Option<Findings> {
    let mut found = Findings::default();
    let run = catch_unwind(AssertUnwindSafe(|| (rule.check)(cx, &mut found)));
    run.is_ok().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_panics_is_reported_as_failed_and_the_others_run() {
        let broken = Rule {
            id: "broken",
            check: |_, _| panic!("a rule with a defect"),
            ..RULES[0]
        };
        let rules: Vec<Rule> = RULES.iter().copied().chain([broken]).collect();
        let report = run_rules(
            &rules,
            &Levels::default(),
            &ParsedManifest::parse(b"{}"),
            &ProjectFacts::none(),
        );
        assert_eq!(report.failed, ["broken"]);
        assert!(report.manifest.is_none());
        assert!(report.diagnostics.iter().any(|d| d.rule == "missing-field"));
    }
}
