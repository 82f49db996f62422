//! Summary of a run of the linter.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use stratos_manifest::{Level, Report, Safety};

use crate::output::report::bundle::BundleFinding;
use crate::output::{GREEN, RED, YELLOW, escape_line};

/// Numbers of manifests, bundles and findings of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Summary {
    pub(crate) manifests: usize,
    pub(crate) bundles: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    /// Number of findings that reports left out because there were too many.
    pub(crate) omitted: usize,
    /// Number of findings that `--fix` fixes.
    pub(crate) fixes: usize,
    /// Number of further findings that `--unsafe-fixes` fixes.
    pub(crate) unsafe_fixes: usize,
    /// Rules that panicked.
    pub(crate) failed: BTreeSet<&'static str>,
    /// Files and folders that could not be read.
    pub(crate) unreadable: Vec<Unreadable>,
    /// Number of findings that exceptions suppressed.
    pub(crate) suppressed: usize,
    /// Repositories whose tags git did not list, so that `tag-drift` found nothing there.
    pub(crate) unread_tags: Vec<UnreadTags>,
}

/// A repository whose tags were not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct UnreadTags {
    pub(crate) repository: String,
    pub(crate) reason: String,
}

impl fmt::Display for UnreadTags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (repository, reason) = (escape_line(&self.repository), escape_line(&self.reason));
        write!(
            f,
            "the git tags in {repository} were not looked at: {reason}"
        )
    }
}

/// A manifest or a folder that could not be read.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Unreadable {
    pub(crate) path: String,
    pub(crate) repository_path: String,
    pub(crate) reason: String,
}

impl Summary {
    /// Adds the report of a manifest.
    pub(crate) fn add(&mut self, report: &Report) {
        self.manifests += 1;
        self.omitted += report.omitted;
        self.failed.extend(&report.failed);
        for finding in &report.diagnostics {
            match finding.level {
                Level::Error => self.errors += 1,
                Level::Warning => self.warnings += 1,
            }
            match finding.fix.as_ref().map(|fix| fix.safety) {
                Some(Safety::Safe) => self.fixes += 1,
                Some(Safety::Unsafe) => self.unsafe_fixes += 1,
                None => {}
            }
        }
    }

    /// Adds a bundle with these findings and the number of those that were left out.
    pub(crate) fn add_bundle(&mut self, findings: &[BundleFinding], omitted: usize) {
        self.bundles += 1;
        self.omitted += omitted;
        for finding in findings {
            match finding.problem.level {
                Level::Error => self.errors += 1,
                Level::Warning => self.warnings += 1,
            }
        }
    }

    /// Adds the report of a settings file, which is not counted as a manifest.
    pub(crate) fn add_settings(&mut self, report: &Report) {
        let manifests = self.manifests;
        self.add(report);
        self.manifests = manifests;
    }

    /// Whether every enabled rule checked every manifest.
    pub(crate) fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.unreadable.is_empty()
    }

    fn fmt_findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (errors, warnings) = (self.errors, self.warnings);
        match (errors, warnings) {
            (0, 0) if !self.is_complete() => write!(f, "{RED}incomplete{RED:#}"),
            (0, 0) => write!(f, "{GREEN}no mistakes found{GREEN:#}"),
            (0, _) => write!(f, "{YELLOW}{}{YELLOW:#}", count(warnings, "warning")),
            (_, 0) => write!(f, "{RED}{}{RED:#}", count(errors, "error")),
            (_, _) => {
                let (errors, warnings) = (count(errors, "error"), count(warnings, "warning"));
                write!(f, "{RED}{errors}{RED:#}, {YELLOW}{warnings}{YELLOW:#}")
            }
        }
    }

    fn fmt_fixes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.errors + self.warnings;
        match (self.fixes, self.unsafe_fixes) {
            (0, 0) => Ok(()),
            (0, unsafe_fixes) => write!(
                f,
                "\n{unsafe_fixes} of {all} can be fixed with `--fix --unsafe-fixes`"
            ),
            (fixes, 0) => write!(f, "\n{fixes} of {all} can be fixed with `--fix`"),
            (fixes, unsafe_fixes) => write!(
                f,
                "\n{fixes} of {all} can be fixed with `--fix`, and {unsafe_fixes} more with `--fix --unsafe-fixes`"
            ),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bundles > 0 {
            write!(f, "{} and ", count(self.bundles, "bundle"))?;
        }
        write!(f, "{} checked: ", count(self.manifests, "manifest"))?;
        self.fmt_findings(f)?;
        if self.suppressed > 0 {
            write!(f, ", {} suppressed", self.suppressed)?;
        }
        self.fmt_fixes(f)?;
        for unread in &self.unread_tags {
            write!(f, "\n{unread}")?;
        }
        for rule in &self.failed {
            write!(
                f,
                "\n{RED}internal error{RED:#}: the rule `{rule}` panicked, and its findings are missing; please report it"
            )?;
        }
        Ok(())
    }
}

/// A number and a noun in singular or plural.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_check_is_not_reported_as_clean() {
        let failed = Report {
            manifest: None,
            diagnostics: Vec::new(),
            omitted: 0,
            failed: vec!["unknown-key"],
        };
        let mut summary = Summary::default();
        summary.add(&failed);
        let text = anstream::adapter::strip_str(&summary.to_string()).to_string();
        assert!(text.starts_with("1 manifest checked: incomplete"));
        assert!(text.contains("the rule `unknown-key` panicked"), "{text}");
        assert!(!summary.is_complete());
    }

    #[test]
    fn fixes_are_counted_by_the_option_that_applies_them() {
        let summary = |fixes, unsafe_fixes| {
            let summary = Summary {
                manifests: 2,
                errors: 5,
                fixes,
                unsafe_fixes,
                ..Summary::default()
            };
            let text = anstream::adapter::strip_str(&summary.to_string()).to_string();
            text.lines().nth(1).unwrap_or_default().to_owned()
        };
        assert_eq!(summary(0, 0), "");
        assert_eq!(summary(3, 0), "3 of 5 can be fixed with `--fix`");
        assert_eq!(
            summary(0, 1),
            "1 of 5 can be fixed with `--fix --unsafe-fixes`"
        );
        assert_eq!(
            summary(3, 1),
            "3 of 5 can be fixed with `--fix`, and 1 more with `--fix --unsafe-fixes`"
        );
    }
}
