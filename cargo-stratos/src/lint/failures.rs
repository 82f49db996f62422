//! What kept a check from being complete: it goes on with the rest, and does not end well.

use std::collections::BTreeMap;
use std::path::Path;

use stratos_manifest::Report;

use crate::context::Context;
use crate::error::Error;

/// Collected while the check goes on.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    errors: Vec<Error>,
    /// The rules that broke down, each with the first file that it did so on.
    rules: BTreeMap<&'static str, String>,
}

impl Failures {
    /// Something could not be read or written.
    pub(crate) fn add(&mut self, error: Error) {
        self.errors.push(error);
    }

    /// Rules that broke down while they looked at `path`.
    pub(crate) fn add_rules(&mut self, path: &Path, report: &Report) {
        for rule in &report.failed {
            let path = || path.to_string_lossy().into_owned();
            self.rules.entry(rule).or_insert_with(path);
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty() && self.rules.is_empty()
    }

    /// The last one, after all others are printed.
    pub(crate) fn finish(self, cx: &Context) -> Result<(), Error> {
        let rules = self.rules.into_iter();
        let rules = rules.map(|(rule, path)| Error::BrokenRule { rule, path });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Output;

    #[test]
    fn a_rule_that_broke_down_is_named_and_is_no_good_end() {
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
        let mut failures = Failures::default();
        assert!(failures.is_empty());
        failures.add_rules(Path::new("a/plugin.json"), &report);
        failures.add_rules(Path::new("b/plugin.json"), &report);
        assert!(!failures.is_empty());
        let error = failures.finish(&cx).unwrap_err();
        assert_eq!(error.exit(), 3);
        assert_eq!(
            error.to_string(),
            "the rule `some-rule` broke down while it looked at a/plugin.json"
        );
        assert!(Failures::default().finish(&cx).is_ok());
    }
}
