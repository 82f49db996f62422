//! The last line of a check.

use std::fmt;

use stratos_manifest::{Level, Report};

use crate::output::{GREEN, RED, YELLOW};

/// How many manifests there were, and what was found in all of them.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) manifests: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
}

impl Summary {
    pub(crate) fn add(&mut self, report: &Report) {
        let errors = report
            .diagnostics
            .iter()
            .filter(|found| found.level == Level::Error)
            .count();
        self.manifests += 1;
        self.errors += errors;
        self.warnings += report.diagnostics.len() - errors;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            manifests,
            errors,
            warnings,
        } = *self;
        write!(f, "{} checked: ", count(manifests, "manifest"))?;
        match (errors, warnings) {
            (0, 0) => write!(f, "{GREEN}no mistakes found{GREEN:#}"),
            (0, _) => write!(f, "{YELLOW}{}{YELLOW:#}", count(warnings, "warning")),
            (_, 0) => write!(f, "{RED}{}{RED:#}", count(errors, "error")),
            (_, _) => {
                let (errors, warnings) = (count(errors, "error"), count(warnings, "warning"));
                write!(f, "{RED}{errors}{RED:#}, {YELLOW}{warnings}{YELLOW:#}")
            }
        }
    }
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
