//! Errors that made a run incomplete, without ending it.

use std::collections::BTreeMap;
use std::path::Path;

use stratos_manifest::Report;

use crate::context::Context;
use crate::error::Error;

/// Errors of a run, in the order in which they occurred.
#[derive(Debug, Default)]
pub(super) struct Errors {
    errors: Vec<Error>,
    /// Rules that panicked, each with the first file that it panicked on.
    panicked_rules: BTreeMap<&'static str, String>,
}

impl Errors {
    pub(super) fn add(&mut self, error: Error) {
        self.errors.push(error);
    }

    /// Adds the rules that panicked while the file `path` was checked.
    pub(super) fn add_rule_panics(&mut self, path: &Path, report: &Report) {
        for rule in &report.failed {
            let path = || path.to_string_lossy().into_owned();
            self.panicked_rules.entry(rule).or_insert_with(path);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.errors.is_empty() && self.panicked_rules.is_empty()
    }

    /// Returns the last error, to be printed by the caller, and prints the others.
    pub(super) fn print_all_but_last(self, cx: &Context) -> Result<(), Error> {
        let rules = self.panicked_rules.into_iter();
        let rules = rules.map(|(rule, path)| Error::RulePanic { rule, path });
        let mut errors: Vec<_> = self.errors.into_iter().chain(rules).collect();
        let Some(last) = errors.pop() else {
            return Ok(());
        };
        for error in &errors {
            cx.output.error(error);
        }
        Err(last)
    }
}

impl Extend<Error> for Errors {
    fn extend<I: IntoIterator<Item = Error>>(&mut self, errors: I) {
        self.errors.extend(errors);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Output;

    #[test]
    fn a_rule_that_panicked_is_an_error_with_the_first_file() {
        let report = Report {
            manifest: None,
            diagnostics: Vec::new(),
            omitted: 0,
            failed: vec!["some-rule"],
        };
        let cx = Context {
            output: Output,
            cargo: "cargo".into(),
            interactive: false,
        };
        let mut errors = Errors::default();
        assert!(errors.is_empty());
        errors.add_rule_panics(Path::new("a/plugin.json"), &report);
        errors.add_rule_panics(Path::new("b/plugin.json"), &report);
        assert!(!errors.is_empty());
        let error = errors.print_all_but_last(&cx).unwrap_err();
        assert_eq!(error.exit_code(), 3);
        assert_eq!(
            error.to_string(),
            "internal error: the rule `some-rule` panicked while it checked a/plugin.json"
        );
        assert!(Errors::default().print_all_but_last(&cx).is_ok());
    }
}
