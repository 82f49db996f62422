//! What a check says while it goes on, and how it ends.

use std::path::Path;

use stratos_manifest::{Repaired, Report};

use crate::cli::Outcome;
use crate::context::Context;
use crate::error::Error;
use crate::lint::diff::{Patch, diff};
use crate::lint::examine::{Examined, Repairs};
use crate::lint::failures::Failures;
use crate::manifests::Target;
use crate::output::escape;
use crate::output::report::{Checked, Reporter, Summary, Unreadable, count};

/// A check on its way.
pub(crate) struct Run<'a> {
    pub(crate) cx: &'a Context,
    pub(crate) repairs: Repairs,
    /// As long as somebody reads. What is left to do is done all the same, and the exit code is the true one.
    pub(crate) reporter: Option<Box<dyn Reporter + 'a>>,
    pub(crate) totals: Totals,
}

/// What there was so far.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    summary: Summary,
    failures: Failures,
    /// How many manifests repairs change.
    changed: usize,
}

impl Run<'_> {
    /// Something could not be read.
    pub(crate) fn fail(&mut self, error: Error) {
        self.totals.summary.unreadable.push(Unreadable::of(&error));
        self.totals.failures.add(error);
    }

    /// Whether there was nothing that stood in the way.
    pub(crate) fn is_complete(&self) -> bool {
        self.totals.failures.is_empty()
    }

    /// A manifest was examined.
    pub(crate) fn manifest(&mut self, target: &Target, examined: Result<Examined, Error>) {
        let examined = match examined {
            Ok(examined) => examined,
            Err(error) => {
                self.fail(error);
                return;
            }
        };
        let totals = &mut self.totals;
        totals.failures.add_rules(&target.path, &examined.report);
        if let Some(error) = examined.unwritten {
            totals.failures.add(error);
        }
        totals.summary.suppressed += examined.suppressed.iter().sum::<usize>();
        totals.summary.add(&examined.report);
        if let Some(repaired) = &examined.repaired {
            totals.changed += 1;
            self.repaired(&target.path, &examined.source, repaired);
        }
        let (source, report) = (&examined.source, &examined.report);
        self.report(&target.path, source, report, |reporter, checked| {
            reporter.manifest(checked)
        });
    }

    /// A settings file was looked at.
    pub(crate) fn settings(&mut self, path: &Path, text: &str, report: &Report) {
        if !report.diagnostics.is_empty() {
            self.totals.summary.add_settings(report);
            self.report(path, text.as_bytes(), report, |reporter, checked| {
                reporter.settings(checked)
            });
        }
    }

    /// The summary, and the answer.
    pub(crate) fn finish(mut self) -> Result<Outcome, Error> {
        let (summary, changed) = (self.totals.summary.clone(), self.totals.changed);
        let differs = match self.repairs {
            Repairs::Show(_) => {
                self.cx.output.note(format_args!(
                    "{summary}\n{} would be repaired; nothing was written",
                    count(changed, "manifest")
                ));
                changed > 0
            }
            Repairs::Write(_) | Repairs::Leave => {
                self.print(|reporter| reporter.finish(&summary));
                false
            }
        };
        self.totals.failures.finish(self.cx)?;
        match differs || summary.errors > 0 {
            true => Ok(Outcome::No),
            false => Ok(Outcome::Good),
        }
    }

    fn print(&mut self, print: impl FnOnce(&mut dyn Reporter) -> Result<(), Error>) {
        let Some(reporter) = &mut self.reporter else {
            return;
        };
        if let Err(error) = print(&mut **reporter) {
            self.reporter = None;
            if !matches!(error, Error::ClosedPipe) {
                self.totals.failures.add(error);
            }
        }
    }

    /// A patch is all that `--diff` prints to stdout.
    fn report(
        &mut self,
        path: &Path,
        source: &[u8],
        report: &Report,
        print: fn(&mut dyn Reporter, &Checked<'_>) -> Result<(), Error>,
    ) {
        if matches!(self.repairs, Repairs::Show(_)) {
            return;
        }
        let path = &path.to_string_lossy();
        let checked = Checked {
            path,
            source,
            report,
        };
        self.print(|reporter| print(reporter, &checked));
    }

    fn repaired(&mut self, path: &Path, before: &[u8], repaired: &Repaired) {
        let output = &self.cx.output;
        if let Repairs::Show(_) = self.repairs {
            let Patch { text, is_exact } = diff(path, before, &repaired.source);
            if !is_exact {
                output.note(format_args!(
                    "the patch of {} is to be read and not to be applied: its path leads elsewhere, or it shows what would be obeyed, or no text at all",
                    escape(&path.to_string_lossy())
                ));
            }
            return self.print(|_| output.line(text));
        }
        let mut rules = repaired.applied.clone();
        rules.sort_unstable();
        rules.dedup();
        output.note(format_args!(
            "repaired {}: {} ({})",
            escape(&path.to_string_lossy()),
            count(repaired.applied.len(), "repair"),
            rules.join(", ")
        ));
    }
}
