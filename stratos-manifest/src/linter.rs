//! The check of the full build, with configured levels and the JSON Schema.

use crate::{
    check::{Report, run_rule, run_rules},
    context::{RuleContext, UnusedSuppression},
    facts::ProjectFacts,
    levels::Levels,
    rule::{Rule, Stage},
    rules::RULES,
    syntax::ParsedManifest,
};

/// A reusable check with configured levels.
#[derive(Debug)]
pub struct Linter {
    levels: Levels,
}

/// Whether a file is the manifest of another program, about which no other finding has a meaning.
pub fn is_foreign(manifest: &ParsedManifest<'_>, facts: &ProjectFacts) -> bool {
    let rules = RULES.iter().filter(|rule| rule.excludes_others).copied();
    let rules: Vec<Rule> = rules.collect();
    run_rules(&rules, &Levels::default(), manifest, facts).has_errors()
}

impl Linter {
    /// Creates a linter with these levels.
    pub const fn new(levels: Levels) -> Self {
        Self { levels }
    }

    /// Checks the bytes of a manifest, as [`check`](crate::check()) does, with all rules that are not allowed.
    pub fn check(&self, source: &[u8], facts: &ProjectFacts) -> Report {
        self.check_parsed(&ParsedManifest::parse(source), facts)
    }

    /// Checks a parsed manifest, as [`check`](Self::check) does.
    pub fn check_parsed(&self, manifest: &ParsedManifest<'_>, facts: &ProjectFacts) -> Report {
        run_rules(RULES, &self.levels, manifest, facts)
    }

    /// Reports the unused exceptions of a `stratos.toml`, with their spans in that file.
    ///
    /// Exceptions from rules that depend on the run are left out: the next run may use them.
    pub fn check_suppressions(&self, unused: &[UnusedSuppression]) -> Report {
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
        let mut report = Report::default();
        let is_about_suppressions = |rule: &&Rule| rule.stage == Stage::Suppression;
        for rule in RULES.iter().filter(is_about_suppressions) {
            let Some(level) = self.levels.of(rule).finding_level() else {
                continue;
            };
            let cx = RuleContext {
                rule: rule.id,
                level,
                manifest: &ParsedManifest::parse(b""),
                objects: &[],
                violations: &[],
                facts: &ProjectFacts::none(),
                unused: &unused,
            };
            match run_rule(rule, &cx) {
                Some(found) => report.add(found),
                None => report.failed.push(rule.id),
            }
        }
        report.diagnostics.sort_by_key(|found| found.span.start);
        report
    }
}
