//! A run of the linter over many manifests.

use std::path::Path;

use stratos_manifest::FixedManifest;
use tracing::info;

use crate::context::Context;
use crate::error::Error;
use crate::exit::Outcome;
use crate::lint::bundle_check::BundleCheck;
use crate::lint::catch_panic::catch_panic;
use crate::lint::check_unit::{FixMode, UnitResult, check_again, check_and_fix};
use crate::lint::diff::{Patch, diff};
use crate::lint::errors::Errors;
use crate::lint::exception_usage::ExceptionUsage;
use crate::lint::unit::{Unit, mark_duplicates};
use crate::manifests::{Target, absolute_without_links};
use crate::output::escape;
use crate::output::report::{
    CheckedBundle, CheckedFile, Reporter, Summary, UnreadTags, Unreadable, count, repository_path,
};
use crate::parallel::map_in_order;

/// Reports the findings in `bundles`, checks all units on all cores, and reports the results in order.
///
/// `errors` of files and folders that cannot be read are reported first. The outcome is a failure if there are findings
/// with the level error, or if [`FixMode::Diff`] has something to show.
pub(crate) fn check_units<'a>(
    cx: &'a Context,
    bundles: &[BundleCheck],
    mut units: Vec<Unit<'_>>,
    errors: Vec<Error>,
    reporter: Box<dyn Reporter + 'a>,
    mode: FixMode,
) -> Result<Outcome, Error> {
    info!(manifests = units.len(), ?mode, "checking");
    if mode != FixMode::Off {
        mark_duplicates(&mut units);
    }
    let mut run = CheckRun {
        cx,
        mode,
        reporter: Some(reporter),
        summary: Summary::default(),
        errors: Errors::default(),
        changed: 0,
    };
    for error in errors {
        run.add_unreadable(error);
    }
    for bundle in bundles {
        run.add_bundle(bundle);
    }
    run.summary.unread_tags = unread_tags(&units);
    let mut usage = ExceptionUsage::default();
    map_in_order(
        &units,
        |unit| (!unit.is_duplicate).then(|| check_and_fix(unit, mode)),
        |unit, result| {
            // A duplicate is checked after the fixes to the same file were written.
            let result = result.unwrap_or_else(|| check_again(unit));
            // A bundle lacks the sources, in which an exception may suppress findings.
            if !unit.target.is_in_bundle() {
                usage.add(unit, result.as_ref().ok());
            }
            run.add_manifest(unit, result);
        },
    );
    if run.errors.is_empty() {
        run.report_unused_exceptions(&usage, &units)?;
    }
    run.finish()
}

/// State of a run.
struct CheckRun<'a> {
    cx: &'a Context,
    mode: FixMode,
    /// `None` once stdout is closed. The run still goes on, to write fixes and to return the right exit code.
    reporter: Option<Box<dyn Reporter + 'a>>,
    summary: Summary,
    errors: Errors,
    /// Number of manifests with fixes.
    changed: usize,
}

impl CheckRun<'_> {
    /// Adds the error of a file or folder that could not be read.
    fn add_unreadable(&mut self, error: Error) {
        self.summary.unreadable.push(unreadable(&error));
        self.errors.add(error);
    }

    fn add_bundle(&mut self, bundle: &BundleCheck) {
        self.summary.add_bundle(&bundle.findings, bundle.omitted);
        let bundle = CheckedBundle {
            path: &bundle.path.to_string_lossy(),
            absolute: &bundle.absolute,
            findings: &bundle.findings,
            omitted: bundle.omitted,
        };
        self.report(|reporter| reporter.bundle(&bundle));
    }

    fn add_manifest(&mut self, unit: &Unit<'_>, result: Result<UnitResult<'_>, Error>) {
        let result = match result {
            Ok(result) => result,
            Err(error) => return self.add_unreadable(error),
        };
        let Target { path, absolute, .. } = unit.target;
        self.errors.add_rule_panics(path, &result.report);
        self.errors.extend(result.write_error);
        self.summary.suppressed += result.suppressed.iter().sum::<usize>();
        self.summary.add(&result.report);
        if let Some(fixed) = &result.fixed {
            self.changed += 1;
            self.print_fixes(path, &result.source, fixed);
        }
        let file = CheckedFile {
            path: &path.to_string_lossy(),
            absolute,
            source: &result.source,
            report: &result.report,
        };
        self.report(|reporter| reporter.manifest(&file));
    }

    /// Reports the exceptions of settings files that suppressed nothing.
    fn report_unused_exceptions(
        &mut self,
        usage: &ExceptionUsage,
        units: &[Unit<'_>],
    ) -> Result<(), Error> {
        for unused in usage.unused(units) {
            let file = unused.file;
            let report = catch_panic(&file.path, || {
                let linter = &unused.settings.linter;
                Ok(linter.check_suppressions(&unused.exceptions))
            })?;
            if !report.diagnostics.is_empty() {
                self.summary.add_settings(&report);
                let file = CheckedFile {
                    path: &file.path.to_string_lossy(),
                    absolute: &file.absolute,
                    source: file.text.as_bytes(),
                    report: &report,
                };
                self.report(|reporter| reporter.settings(&file));
            }
        }
        Ok(())
    }

    /// Prints the summary and returns the outcome of the run.
    fn finish(mut self) -> Result<Outcome, Error> {
        let summary = self.summary.clone();
        let is_diff = matches!(self.mode, FixMode::Diff(_));
        if is_diff {
            self.cx.output.note(format_args!(
                "{summary}\n{} would be fixed; nothing was written",
                count(self.changed, "manifest")
            ));
        } else {
            self.print(|reporter| reporter.finish(&summary));
        }
        self.errors.print_all_but_last(self.cx)?;
        let has_diff = is_diff && self.changed > 0;
        Ok(Outcome::success_if(!has_diff && summary.errors == 0))
    }

    /// Passes a file to the reporter, except with `--diff`, which prints a patch and nothing else to stdout.
    fn report(&mut self, print: impl FnOnce(&mut dyn Reporter) -> Result<(), Error>) {
        if !matches!(self.mode, FixMode::Diff(_)) {
            self.print(print);
        }
    }

    fn print(&mut self, print: impl FnOnce(&mut dyn Reporter) -> Result<(), Error>) {
        let Some(reporter) = &mut self.reporter else {
            return;
        };
        if let Err(error) = print(&mut **reporter) {
            self.reporter = None;
            if !matches!(error, Error::BrokenPipe) {
                self.errors.add(error);
            }
        }
    }

    /// Prints the patch to stdout with `--diff`, and a line about the fixes to stderr with `--fix`.
    fn print_fixes(&mut self, path: &Path, before: &[u8], fixed: &FixedManifest) {
        let output = &self.cx.output;
        let shown = path.to_string_lossy();
        let shown = escape(&shown);
        if let FixMode::Diff(_) = self.mode {
            let Patch { text, applies } = diff(path, before, &fixed.source);
            if !applies {
                output.note(format_args!(
                    "the patch of {shown} cannot be applied: its path is outside of this folder, it has escaped characters, or the file is not UTF-8"
                ));
            }
            return self.print(|_| output.line(text));
        }
        let mut rules = fixed.applied.clone();
        rules.sort_unstable();
        rules.dedup();
        output.note(format_args!(
            "fixed {shown}: {} ({})",
            count_fixes(fixed.applied.len()),
            rules.join(", ")
        ));
    }
}

fn unreadable(error: &Error) -> Unreadable {
    let (path, reason) = match error {
        Error::File { path, source, .. } => (path.as_path(), source.to_string()),
        Error::CheckPanic { path } => (Path::new(path), "the check panicked".to_owned()),
        error => (Path::new(""), error.to_string()),
    };
    Unreadable {
        path: path.to_string_lossy().into_owned(),
        repository_path: repository_path(&absolute_without_links(path)),
        reason,
    }
}

/// The repositories whose tags were not read although a manifest in them is compared with tags.
fn unread_tags(units: &[Unit<'_>]) -> Vec<UnreadTags> {
    let mut all = Vec::new();
    for (repository, reason) in units.iter().filter_map(Unit::unread_tags) {
        let unread = UnreadTags {
            repository: repository.display().to_string(),
            reason: reason.to_owned(),
        };
        if !all.contains(&unread) {
            all.push(unread);
        }
    }
    all
}

fn count_fixes(number: usize) -> String {
    match number {
        1 => "1 fix".to_owned(),
        _ => format!("{number} fixes"),
    }
}
