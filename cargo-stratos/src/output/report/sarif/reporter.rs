//! The run as SARIF describes it.

use crate::error::Error;
use crate::output::report::repository::Repository;
use crate::output::report::sarif::catalogue;
use crate::output::report::sarif::format::{Invocation, Message, Notification};
use crate::output::report::sarif::result::Findings;
use crate::output::report::stream::ListStream;
use crate::output::report::{Checked, Reporter, Summary, Unreadable};
use crate::output::{Output, to_json};

/// Prints one run, the findings in it as they come.
pub(crate) struct Sarif<'a> {
    results: ListStream<'a>,
    repository: Repository,
}

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

impl<'a> Sarif<'a> {
    pub(crate) fn new(output: &'a Output) -> Self {
        let tool = to_json(&catalogue::tool());
        let head = format!(
            r#"{{"$schema":"{SCHEMA}","version":"2.1.0","runs":[{{"columnKind":"unicodeCodePoints","tool":{tool},"results":["#
        );
        Self {
            results: ListStream::new(output, head),
            repository: Repository::here(),
        }
    }
}

impl Reporter for Sarif<'_> {
    fn manifest(&mut self, checked: &Checked<'_>) -> Result<(), Error> {
        let path = self.repository.name(checked.path);
        let text = String::from_utf8_lossy(checked.source);
        let mut findings = Findings::new(&path, &text);
        for found in &checked.report.diagnostics {
            self.results.push(&findings.describe(found))?;
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), Error> {
        let invocations = to_json(&[Invocation {
            execution_successful: summary.is_complete(),
            tool_execution_notifications: notifications(summary),
        }]);
        self.results
            .end(&format!(r#"],"invocations":{invocations}}}]}}"#))
    }
}

fn notifications(summary: &Summary) -> Vec<Notification> {
    let error = |text: String| Notification {
        level: "error",
        message: Message::sentence(&text),
    };
    let failed = summary.failed.iter().map(|rule| {
        error(format!(
            "the rule `{rule}` broke down, and nobody knows what it would have found"
        ))
    });
    let unreadable = summary.unreadable.iter();
    let unreadable = unreadable
        .map(|Unreadable { path, reason }| error(format!("cannot read {path}: {reason}")));
    let omitted = (summary.omitted > 0).then(|| Notification {
        level: "note",
        message: Message::sentence(&format!("{} more findings are left out", summary.omitted)),
    });
    failed.chain(unreadable).chain(omitted).collect()
}
