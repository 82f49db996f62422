//! Findings in manifests for programs.

use std::ops::Range;

use serde::Serialize;
use stratos_manifest::{Diagnostic, Report, position};

use crate::error::Error;
use crate::output::Output;
use crate::output::report::{Checked, Reporter, Summary};

/// Collects findings, and prints them as one object.
pub(crate) struct Json<'a> {
    output: &'a Output,
    check: CheckV1,
}

impl<'a> Json<'a> {
    pub(crate) const fn new(output: &'a Output) -> Self {
        Self {
            output,
            check: CheckV1 {
                version: 1,
                manifests: Vec::new(),
            },
        }
    }
}

impl Reporter for Json<'_> {
    fn manifest(&mut self, checked: &Checked<'_>) -> Result<(), Error> {
        self.check.manifests.push(ManifestV1::new(
            checked.path,
            checked.source,
            checked.report,
        ));
        Ok(())
    }

    fn finish(&mut self, _: &Summary) -> Result<(), Error> {
        self.output.json(&self.check)
    }
}

/// What `cargo stratos check --format json` prints. New fields may come; none goes or changes its meaning.
#[derive(Debug, Serialize)]
struct CheckV1 {
    /// Always 1.
    version: u32,
    manifests: Vec<ManifestV1>,
}

#[derive(Debug, Serialize)]
struct ManifestV1 {
    path: String,
    findings: Vec<FindingV1>,
    /// How many findings more there are than `findings` has.
    omitted: usize,
}

#[derive(Debug, Serialize)]
struct FindingV1 {
    rule: &'static str,
    level: String,
    message: String,
    place: PlaceV1,
    note: Option<String>,
    help: Option<String>,
    related: Vec<RelatedV1>,
}

#[derive(Debug, Serialize)]
struct RelatedV1 {
    message: String,
    place: PlaceV1,
}

/// Lines and columns start at 1, and columns count Unicode scalar values. The end is exclusive.
#[derive(Debug, Serialize)]
struct PlaceV1 {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    /// The bytes of the file, starting at 0.
    bytes: Range<usize>,
}

impl ManifestV1 {
    fn new(path: &str, source: &[u8], report: &Report) -> Self {
        let text = String::from_utf8_lossy(source);
        Self {
            path: path.to_owned(),
            findings: report
                .diagnostics
                .iter()
                .map(|found| FindingV1::new(&text, found))
                .collect(),
            omitted: report.omitted,
        }
    }
}

impl FindingV1 {
    fn new(text: &str, diagnostic: &Diagnostic) -> Self {
        let related = diagnostic.related.iter().map(|related| RelatedV1 {
            message: related.message.clone(),
            place: PlaceV1::new(text, &related.span),
        });
        Self {
            rule: diagnostic.rule,
            level: diagnostic.level.to_string(),
            message: diagnostic.message.clone(),
            place: PlaceV1::new(text, &diagnostic.span),
            note: diagnostic.note.clone(),
            help: diagnostic.help.clone(),
            related: related.collect(),
        }
    }
}

impl PlaceV1 {
    fn new(text: &str, span: &Range<usize>) -> Self {
        let (start, end) = (position(text, span.start), position(text, span.end));
        Self {
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            bytes: span.clone(),
        }
    }
}
