//! A run of the linter as SARIF.

use serde_json::{Value, json};

use crate::error::Error;
use crate::output::report::json_list::JsonListWriter;
use crate::output::report::sarif::findings::{Findings, message};
use crate::output::report::sarif::{bundles, rules};
use crate::output::report::{
    CheckedBundle, CheckedFile, Reporter, Summary, Unreadable, repository_path,
};
use crate::output::{Output, to_json};

/// Prints one SARIF run. Each finding in it is printed when its manifest has been checked.
pub(crate) struct Sarif<'a> {
    results: JsonListWriter<'a>,
}

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

impl<'a> Sarif<'a> {
    pub(crate) fn new(output: &'a Output) -> Self {
        let tool = to_json(&rules::tool());
        let head = format!(
            r#"{{"$schema":"{SCHEMA}","version":"2.1.0","runs":[{{"columnKind":"unicodeCodePoints","tool":{tool},"results":["#
        );
        Self {
            results: JsonListWriter::new(output, head),
        }
    }
}

impl Reporter for Sarif<'_> {
    fn manifest(&mut self, file: &CheckedFile<'_>) -> Result<(), Error> {
        let path = repository_path(file.absolute);
        let text = String::from_utf8_lossy(file.source);
        let mut findings = Findings::new(&path, &text);
        for found in &file.report.diagnostics {
            self.results.push(&findings.convert(found))?;
        }
        Ok(())
    }

    fn bundle(&mut self, bundle: &CheckedBundle<'_>) -> Result<(), Error> {
        let path = repository_path(bundle.absolute);
        for found in bundle.findings {
            self.results.push(&bundles::result(&path, found))?;
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), Error> {
        let invocations = to_json(&json!([{
            "executionSuccessful": summary.is_complete(),
            "toolExecutionNotifications": notifications(summary),
        }]));
        self.results
            .finish(&format!(r#"],"invocations":{invocations}}}]}}"#))
    }
}

fn notifications(summary: &Summary) -> Value {
    let error = |text: String| json!({ "level": "error", "message": message(&text) });
    let failed = summary.failed.iter().map(|rule| {
        error(format!(
            "internal error: the rule `{rule}` panicked; its findings are missing"
        ))
    });
    let unreadable = summary.unreadable.iter().map(|unreadable| {
        let Unreadable {
            repository_path,
            reason,
            ..
        } = unreadable;
        error(format!("cannot read {repository_path}: {reason}"))
    });
    let note = |text: String| json!({ "level": "note", "message": message(&text) });
    let omitted = (summary.omitted > 0)
        .then(|| note(format!("{} more findings are not listed", summary.omitted)));
    let unread_tags = summary.unread_tags.iter().map(|unread| {
        note(format!(
            "the git tags were not looked at: {}",
            unread.reason
        ))
    });
    failed
        .chain(unreadable)
        .chain(omitted)
        .chain(unread_tags)
        .collect()
}
