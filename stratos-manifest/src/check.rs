//! From bytes to a report.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jsonc_parser::ast::Value;

use crate::{
    context::RuleContext,
    diagnostic::{Diagnostic, Findings, Level},
    facts::ProjectFacts,
    levels::Levels,
    model::{Manifest, build},
    reading::{Fault, decode, key_path, parse},
    rule::{Group, Rule, RuleLevel, Stage},
    rules::RULES,
    shape::{self, Place, ShapeFault, places},
};

/// What there is to say about a manifest.
#[derive(Debug, Clone)]
pub struct Report {
    /// The manifest, unless there is an error in the file. Errors about the files around it do not count, and
    /// neither do warnings.
    pub manifest: Option<Manifest>,
    /// The findings, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// How many more there are: of one rule's findings, 1,000 are kept.
    pub omitted: usize,
    /// The rules that broke down. Nobody knows what they would have found, so this is not a clean report.
    pub failed: Vec<&'static str>,
}

impl Report {
    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.level == Level::Error)
    }
}

/// Looks at a manifest with all rules, each at the level of its group.
///
/// `source` is the file as it lies on the disk; that it is text is one of the things that get checked. Nothing in it
/// makes this function panic, and its time and memory are bounded, since more than [`MAX_BYTES`](crate::MAX_BYTES)
/// are not read.
pub fn check(source: &[u8], facts: &ProjectFacts) -> Report {
    check_with(RULES, &Levels::default(), source, facts, |places, _, _| {
        shape::faults(places)
    })
}

/// The engine: `shape_faults` says where the manifest does not have its shape, given its objects, its tree and text.
pub(crate) fn check_with(
    rules: &[Rule],
    levels: &Levels,
    source: &[u8],
    facts: &ProjectFacts,
    shape_faults: impl FnOnce(&[Place<'_>], &Value<'_>, &str) -> Vec<ShapeFault>,
) -> Report {
    let (text, encoding_fault) = decode(source);
    let text = text.as_deref();
    let (value, syntax_faults) = text.map_or_else(Default::default, parse);
    let faults: Vec<Fault> = encoding_fault.into_iter().chain(syntax_faults).collect();
    let text = text.unwrap_or_default();
    let root = value.as_ref().and_then(|value| value.as_object());
    let places: Vec<Place<'_>> = root.map(places).unwrap_or_default();
    let shape_faults = match (&value, root) {
        (Some(value), Some(_)) => shape_faults(&places, value, text),
        _ => Vec::new(),
    };

    let mut report = Report {
        manifest: None,
        diagnostics: Vec::new(),
        omitted: 0,
        failed: Vec::new(),
    };
    let mut is_reliable = true;
    for rule in rules {
        if rule.stage == Stage::Suppression {
            continue;
        }
        let decides = rule.group == Group::Correctness && rule.stage < Stage::Project;
        let level = levels.of(rule);
        if level == RuleLevel::Allow && !decides {
            continue;
        }
        let cx = RuleContext {
            rule: rule.id,
            level: level.finding_level().unwrap_or(Level::Error),
            text,
            source,
            faults: &faults,
            value: value.as_ref(),
            places: &places,
            shape_faults: &shape_faults,
            facts,
            unused: &[],
        };
        let mut found = Findings::default();
        // A rule that breaks down must neither take the others along nor pass for one that found nothing.
        if catch_unwind(AssertUnwindSafe(|| (rule.check)(&cx, &mut found))).is_err() {
            report.failed.push(rule.id);
            is_reliable = false;
            continue;
        }
        is_reliable &= !decides || found.kept.is_empty();
        if level != RuleLevel::Allow {
            report.omitted += found.omitted;
            report.diagnostics.append(&mut found.kept);
        }
    }
    let placeless = |diagnostic: &&mut Diagnostic| diagnostic.at.is_empty();
    for diagnostic in report.diagnostics.iter_mut().filter(placeless) {
        diagnostic.at = value
            .as_ref()
            .map(|value| key_path(value, diagnostic.span.start))
            .unwrap_or_default();
    }
    report.diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.span.start, d.span.end, d.rule);
        key(a).cmp(&key(b))
    });
    report.manifest = root
        .filter(|_| is_reliable)
        .and_then(|root| build(root, text));
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_panics_is_named_and_takes_no_other_along() {
        let broken = Rule {
            id: "broken",
            check: |_, _| panic!("a rule with a defect"),
            ..RULES[0]
        };
        let rules: Vec<Rule> = RULES.iter().copied().chain([broken]).collect();
        let report = check_with(
            &rules,
            &Levels::default(),
            b"{}",
            &ProjectFacts::none(),
            |places, _, _| shape::faults(places),
        );
        assert_eq!(report.failed, ["broken"]);
        assert!(report.manifest.is_none());
        assert!(report.diagnostics.iter().any(|d| d.rule == "missing-field"));
    }
}
