//! The last lines of a check.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use stratos_manifest::{Level, Report, Safety};

use crate::error::Error;
use crate::output::{GREEN, RED, YELLOW};

/// How many manifests there were, and what was found in all of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Summary {
    pub(crate) manifests: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    /// How many findings more there are than reports have.
    pub(crate) omitted: usize,
    /// How many findings `--fix` repairs.
    pub(crate) repairs: usize,
    /// How many more `--unsafe-fixes` repairs.
    pub(crate) unsafe_repairs: usize,
    /// The rules that broke down.
    pub(crate) failed: BTreeSet<&'static str>,
    /// What could not be read.
    pub(crate) unreadable: Vec<Unreadable>,
    /// Number of findings that exceptions suppressed.
    pub(crate) suppressed: usize,
}

/// A manifest, or a folder that may have some, that nobody could look at.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Unreadable {
    pub(crate) path: String,
    pub(crate) reason: String,
}

impl Unreadable {
    pub(crate) fn of(error: &Error) -> Self {
        let (path, reason) = match error {
            Error::File { path, source, .. } => (path.to_string_lossy(), source.to_string()),
            Error::BrokenCheck { path } => (path.into(), "the check broke down".to_owned()),
            error => ("".into(), error.to_string()),
        };
        Self {
            path: path.into_owned(),
            reason,
        }
    }
}

impl Summary {
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
                Some(Safety::Safe) => self.repairs += 1,
                Some(Safety::Unsafe) => self.unsafe_repairs += 1,
                None => {}
            }
        }
    }

    /// Adds the report of a settings file, which does not count as a manifest.
    pub(crate) fn add_settings(&mut self, report: &Report) {
        let manifests = self.manifests;
        self.add(report);
        self.manifests = manifests;
    }

    /// Whether every rule looked at every manifest.
    pub(crate) fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.unreadable.is_empty()
    }

    fn findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (errors, warnings) = (self.errors, self.warnings);
        match (errors, warnings) {
            (0, 0) if !self.is_complete() => write!(f, "{RED}not by all rules{RED:#}"),
            (0, 0) => write!(f, "{GREEN}no mistakes found{GREEN:#}"),
            (0, _) => write!(f, "{YELLOW}{}{YELLOW:#}", count(warnings, "warning")),
            (_, 0) => write!(f, "{RED}{}{RED:#}", count(errors, "error")),
            (_, _) => {
                let (errors, warnings) = (count(errors, "error"), count(warnings, "warning"));
                write!(f, "{RED}{errors}{RED:#}, {YELLOW}{warnings}{YELLOW:#}")
            }
        }
    }

    fn way_out(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.errors + self.warnings;
        match (self.repairs, self.unsafe_repairs) {
            (0, 0) => Ok(()),
            (0, guesses) => write!(
                f,
                "\n{guesses} of {all} can be repaired with `--fix --unsafe-fixes`"
            ),
            (safe, 0) => write!(f, "\n{safe} of {all} can be repaired with `--fix`"),
            (safe, guesses) => write!(
                f,
                "\n{safe} of {all} can be repaired with `--fix`, and {guesses} more with `--fix --unsafe-fixes`"
            ),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} checked: ", count(self.manifests, "manifest"))?;
        self.findings(f)?;
        if self.suppressed > 0 {
            write!(f, ", {} suppressed", self.suppressed)?;
        }
        self.way_out(f)?;
        for rule in &self.failed {
            write!(
                f,
                "\n{RED}the rule `{rule}` broke down{RED:#}, and nobody knows what it would have found; please report it"
            )?;
        }
        Ok(())
    }
}

/// The number with its noun.
pub(crate) fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_is_not_complete_is_not_called_clean() {
        let failed = Report {
            manifest: None,
            diagnostics: Vec::new(),
            omitted: 0,
            failed: vec!["unknown-key"],
        };
        let mut summary = Summary::default();
        summary.add(&failed);
        let text = anstream::adapter::strip_str(&summary.to_string()).to_string();
        assert!(text.starts_with("1 manifest checked: not by all rules"));
        assert!(text.contains("`unknown-key` broke down"), "{text}");
        assert!(!summary.is_complete());
    }

    #[test]
    fn repairs_are_counted_by_what_asks_for_them() {
        let summary = |repairs, unsafe_repairs| {
            let summary = Summary {
                manifests: 2,
                errors: 5,
                repairs,
                unsafe_repairs,
                ..Summary::default()
            };
            let text = anstream::adapter::strip_str(&summary.to_string()).to_string();
            text.lines().nth(1).unwrap_or_default().to_owned()
        };
        assert_eq!(summary(0, 0), "");
        assert_eq!(summary(3, 0), "3 of 5 can be repaired with `--fix`");
        assert_eq!(
            summary(0, 1),
            "1 of 5 can be repaired with `--fix --unsafe-fixes`"
        );
        assert_eq!(
            summary(3, 1),
            "3 of 5 can be repaired with `--fix`, and 1 more with `--fix --unsafe-fixes`"
        );
    }
}
