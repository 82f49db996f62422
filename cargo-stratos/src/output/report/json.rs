//! Findings in manifests for programs.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Serialize;
use stratos_manifest::{Diagnostic, Edit, Fix, Report, Safety};

use crate::error::Error;
use crate::output::report::places::Places;
use crate::output::report::stream::ListStream;
use crate::output::report::{Checked, Reporter, Summary};
use crate::output::{Output, to_json};

/// Prints one object, the manifests in it as they come.
///
/// It is described by `book/src/check-output.schema.json`. New fields may come; none goes or changes its meaning
/// without another `version`.
pub(crate) struct Json<'a> {
    manifests: ListStream<'a>,
    settings: Vec<String>,
}

impl<'a> Json<'a> {
    pub(crate) fn new(output: &'a Output) -> Self {
        let head = r#"{"version":1,"manifests":["#;
        Self {
            manifests: ListStream::new(output, head.to_owned()),
            settings: Vec::new(),
        }
    }
}

impl Reporter for Json<'_> {
    fn manifest(&mut self, checked: &Checked<'_>) -> Result<(), Error> {
        self.manifests.push(&ManifestV1::new(checked))
    }

    fn settings(&mut self, checked: &Checked<'_>) -> Result<(), Error> {
        self.settings.push(to_json(&ManifestV1::new(checked)));
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), Error> {
        let settings = self.settings.join(",");
        let unreadable = to_json(&summary.unreadable);
        let summary = to_json(&SummaryV1 {
            manifests: summary.manifests,
            errors: summary.errors,
            warnings: summary.warnings,
            suppressed: summary.suppressed,
            failed: &summary.failed,
            complete: summary.is_complete(),
        });
        self.manifests.end(&format!(
            r#"],"settings":[{settings}],"unreadable":{unreadable},"summary":{summary}}}"#
        ))
    }
}

#[derive(Debug, Serialize)]
struct ManifestV1<'a> {
    path: &'a str,
    findings: Vec<FindingV1<'a>>,
    omitted: usize,
    failed: &'a [&'static str],
}

#[derive(Debug, Serialize)]
struct FindingV1<'a> {
    rule: &'static str,
    level: String,
    message: &'a str,
    at: &'a str,
    place: PlaceV1,
    note: Option<&'a str>,
    help: Option<&'a str>,
    related: Vec<RelatedV1<'a>>,
    fix: Option<FixV1<'a>>,
}

#[derive(Debug, Serialize)]
struct RelatedV1<'a> {
    message: &'a str,
    place: PlaceV1,
}

#[derive(Debug, Serialize)]
struct PlaceV1 {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    bytes: Range<usize>,
}

#[derive(Debug, Serialize)]
struct FixV1<'a> {
    safety: &'static str,
    edits: Vec<EditV1<'a>>,
}

#[derive(Debug, Serialize)]
struct EditV1<'a> {
    bytes: Range<usize>,
    text: &'a str,
}

#[derive(Debug, Serialize)]
struct SummaryV1<'a> {
    manifests: usize,
    errors: usize,
    warnings: usize,
    suppressed: usize,
    failed: &'a BTreeSet<&'static str>,
    complete: bool,
}

impl<'a> ManifestV1<'a> {
    fn new(checked: &Checked<'a>) -> Self {
        let Report {
            diagnostics,
            omitted,
            failed,
            ..
        } = checked.report;
        let text = String::from_utf8_lossy(checked.source);
        let places = Places::new(&text);
        Self {
            path: checked.path,
            findings: diagnostics
                .iter()
                .map(|found| FindingV1::new(&places, found))
                .collect(),
            omitted: *omitted,
            failed,
        }
    }
}

impl<'a> FindingV1<'a> {
    fn new(places: &Places<'_>, diagnostic: &'a Diagnostic) -> Self {
        let related = diagnostic.related.iter().map(|related| RelatedV1 {
            message: &related.message,
            place: PlaceV1::new(places, &related.span),
        });
        Self {
            rule: diagnostic.rule,
            level: diagnostic.level.to_string(),
            message: &diagnostic.message,
            at: &diagnostic.at,
            place: PlaceV1::new(places, &diagnostic.span),
            note: diagnostic.note.as_deref(),
            help: diagnostic.help.as_deref(),
            related: related.collect(),
            fix: diagnostic.fix.as_ref().map(FixV1::new),
        }
    }
}

impl PlaceV1 {
    fn new(places: &Places<'_>, span: &Range<usize>) -> Self {
        let place = places.of(span);
        Self {
            line: place.start.line,
            column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
            bytes: span.clone(),
        }
    }
}

impl<'a> FixV1<'a> {
    fn new(fix: &'a Fix) -> Self {
        let edits = fix.edits.iter().map(|Edit { span, text }| EditV1 {
            bytes: span.clone(),
            text,
        });
        Self {
            safety: safety(fix.safety),
            edits: edits.collect(),
        }
    }
}

/// The word for it, in every format.
pub(super) const fn safety(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Unsafe => "unsafe",
    }
}
