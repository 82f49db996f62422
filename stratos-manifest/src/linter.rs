//! The whole engine: with levels, and with the published schema as what tells the shape.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    check::{Report, check_with},
    context::{RuleContext, UnusedSuppression},
    diagnostic::Findings,
    facts::ProjectFacts,
    levels::Levels,
    rule::{Rule, Stage},
    rules::RULES,
    shape::SchemaShape,
};

/// Checks any number of manifests at the same levels.
#[derive(Debug)]
pub struct Linter {
    levels: Levels,
    shape: SchemaShape,
}

impl Linter {
    /// A linter with these levels. It compiles the schema, so that one is better than one for each manifest.
    pub fn new(levels: Levels) -> Self {
        let shape = SchemaShape::new();
        Self { levels, shape }
    }

    /// Looks at a manifest with all rules that are not allowed.
    ///
    /// For the rest it is as [`check`](crate::check()).
    pub fn check(&self, source: &[u8], facts: &ProjectFacts) -> Report {
        check_with(RULES, &self.levels, source, facts, |places, value, _| {
            self.shape.faults(places, value)
        })
    }

    /// Reports the unused exceptions of a `stratos.toml` as findings in `text`, the text of the file.
    ///
    /// Exceptions from rules that depend on the run are left out: the next run may use them.
    pub fn check_suppressions(&self, text: &str, unused: &[UnusedSuppression]) -> Report {
        let depends_on_run = |id| {
            RULES
                .iter()
                .any(|rule| rule.id == id && rule.depends_on_run)
        };
        let unused: Vec<_> = unused
            .iter()
            .filter(|unused| !depends_on_run(unused.rule))
            .cloned()
            .collect();
        check_suppressions(RULES, &self.levels, text, &unused)
    }
}

fn check_suppressions(
    rules: &[Rule],
    levels: &Levels,
    text: &str,
    unused: &[UnusedSuppression],
) -> Report {
    let mut report = Report {
        manifest: None,
        diagnostics: Vec::new(),
        omitted: 0,
        failed: Vec::new(),
    };
    let facts = ProjectFacts::none();
    for rule in rules.iter().filter(|rule| rule.stage == Stage::Suppression) {
        let Some(level) = levels.of(rule).finding_level() else {
            continue;
        };
        let cx = RuleContext {
            rule: rule.id,
            level,
            text,
            source: text.as_bytes(),
            faults: &[],
            value: None,
            places: &[],
            shape_faults: &[],
            facts: &facts,
            unused,
        };
        let mut found = Findings::default();
        // As for manifests: what breaks down does not pass for nothing found.
        if catch_unwind(AssertUnwindSafe(|| (rule.check)(&cx, &mut found))).is_err() {
            report.failed.push(rule.id);
            continue;
        }
        report.omitted += found.omitted;
        report.diagnostics.append(&mut found.kept);
    }
    report.diagnostics.sort_by_key(|found| found.span.start);
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_panics_is_named_and_takes_no_other_along() {
        let is_about_it = |rule: &&Rule| rule.stage == Stage::Suppression;
        let sound = *RULES.iter().find(is_about_it).unwrap();
        let broken = Rule {
            id: "broken",
            check: |_, _| panic!("a rule with a defect"),
            ..sound
        };
        let unused = UnusedSuppression {
            span: 0..1,
            rule: "unknown-key",
        };
        let report = check_suppressions(&[broken, sound], &Levels::default(), "x", &[unused]);
        assert_eq!(report.failed, ["broken"]);
        assert_eq!(report.diagnostics.len(), 1);
    }
}
