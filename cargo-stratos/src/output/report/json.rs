//! Report as JSON.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Serialize;
use stratos_manifest::{Diagnostic, Edit, Fix, Report, Safety};

use crate::error::Error;
use crate::output::report::json_list::JsonListWriter;
use crate::output::report::position_range::PositionRange;
use crate::output::report::{
    CheckedBundle, CheckedFile, Reporter, Summary, UnreadTags, repository_path,
};
use crate::output::{Output, to_json};

/// Prints one JSON object. Each manifest in it is printed when it has been checked.
///
/// `book/src/check-output.schema.json` describes the object. Fields may be added; removing or changing one needs another
/// `version`.
pub(crate) struct Json<'a> {
    manifests: JsonListWriter<'a>,
    /// Settings files with findings, each as JSON.
    settings: Vec<String>,
    /// Bundles, each as JSON.
    bundles: Vec<String>,
}

impl<'a> Json<'a> {
    pub(crate) fn new(output: &'a Output) -> Self {
        let head = r#"{"version":1,"manifests":["#;
        Self {
            manifests: JsonListWriter::new(output, head.to_owned()),
            settings: Vec::new(),
            bundles: Vec::new(),
        }
    }
}

impl Reporter for Json<'_> {
    fn manifest(&mut self, file: &CheckedFile<'_>) -> Result<(), Error> {
        self.manifests.push(&ManifestV1::new(file))
    }

    fn bundle(&mut self, bundle: &CheckedBundle<'_>) -> Result<(), Error> {
        self.bundles.push(to_json(&BundleV1::new(bundle)));
        Ok(())
    }

    fn settings(&mut self, file: &CheckedFile<'_>) -> Result<(), Error> {
        self.settings.push(to_json(&ManifestV1::new(file)));
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), Error> {
        let settings = self.settings.join(",");
        let bundles = self.bundles.join(",");
        let unreadable = to_json(&summary.unreadable);
        let summary = to_json(&SummaryV1 {
            manifests: summary.manifests,
            bundles: summary.bundles,
            errors: summary.errors,
            warnings: summary.warnings,
            suppressed: summary.suppressed,
            failed: &summary.failed,
            unread_tags: &summary.unread_tags,
            complete: summary.is_complete(),
        });
        self.manifests.finish(&format!(
            r#"],"settings":[{settings}],"bundles":[{bundles}],"unreadable":{unreadable},"summary":{summary}}}"#
        ))
    }
}

#[derive(Debug, Serialize)]
struct ManifestV1<'a> {
    path: &'a str,
    repository_path: String,
    findings: Vec<FindingV1<'a>>,
    omitted: usize,
    failed: &'a [&'static str],
}

#[derive(Debug, Serialize)]
struct BundleV1<'a> {
    path: &'a str,
    repository_path: String,
    findings: Vec<BundleFindingV1<'a>>,
    omitted: usize,
}

#[derive(Debug, Serialize)]
struct BundleFindingV1<'a> {
    name: &'static str,
    level: String,
    message: &'a str,
    path: Option<&'a str>,
    offset: Option<usize>,
    help: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct FindingV1<'a> {
    rule: &'static str,
    level: String,
    message: &'a str,
    at: &'a str,
    place: RangeV1,
    note: Option<&'a str>,
    help: Option<&'a str>,
    related: Vec<RelatedV1<'a>>,
    fix: Option<FixV1<'a>>,
}

#[derive(Debug, Serialize)]
struct RelatedV1<'a> {
    message: &'a str,
    place: RangeV1,
}

#[derive(Debug, Serialize)]
struct RangeV1 {
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
    bundles: usize,
    errors: usize,
    warnings: usize,
    suppressed: usize,
    failed: &'a BTreeSet<&'static str>,
    unread_tags: &'a [UnreadTags],
    complete: bool,
}

impl<'a> ManifestV1<'a> {
    fn new(file: &CheckedFile<'a>) -> Self {
        let Report {
            diagnostics,
            omitted,
            failed,
            ..
        } = file.report;
        let text = String::from_utf8_lossy(file.source);
        Self {
            path: file.path,
            repository_path: repository_path(file.absolute),
            findings: diagnostics
                .iter()
                .map(|found| FindingV1::new(&text, found))
                .collect(),
            omitted: *omitted,
            failed,
        }
    }
}

impl<'a> BundleV1<'a> {
    fn new(bundle: &CheckedBundle<'a>) -> Self {
        let findings = bundle.findings.iter().map(|found| BundleFindingV1 {
            name: found.problem.name,
            level: found.problem.level.to_string(),
            message: &found.problem.message,
            path: found.problem.path.as_deref(),
            offset: found.offset,
            help: found.problem.help.as_deref(),
        });
        Self {
            path: bundle.path,
            repository_path: repository_path(bundle.absolute),
            findings: findings.collect(),
            omitted: bundle.omitted,
        }
    }
}

impl<'a> FindingV1<'a> {
    fn new(text: &str, diagnostic: &'a Diagnostic) -> Self {
        let related = diagnostic.related.iter().map(|related| RelatedV1 {
            message: &related.message,
            place: RangeV1::new(text, &related.span),
        });
        Self {
            rule: diagnostic.rule,
            level: diagnostic.level.to_string(),
            message: &diagnostic.message,
            at: &diagnostic.at,
            place: RangeV1::new(text, &diagnostic.span),
            note: diagnostic.note.as_deref(),
            help: diagnostic.help.as_deref(),
            related: related.collect(),
            fix: diagnostic.fix.as_ref().map(FixV1::new),
        }
    }
}

impl RangeV1 {
    fn new(text: &str, span: &Range<usize>) -> Self {
        let range = PositionRange::new(text, span);
        Self {
            line: range.start.line,
            column: range.start.column,
            end_line: range.end.line,
            end_column: range.end.column,
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

/// Label of a fix's safety, in every format.
pub(super) const fn safety(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Unsafe => "unsafe",
    }
}
