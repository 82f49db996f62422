//! What a check says while it goes on, and how it ends.

use std::path::Path;

use stratos_manifest::{Repaired, Report};

use crate::cli::Outcome;
use crate::context::Context;
use crate::error::Error;
use crate::lint::diff::{Patch, diff};
use crate::lint::examine::{Examined, Repairs};
use crate::lint::failures::Failures;
use crate::lint::ledger::Ledger;
use crate::manifests::Target;
use crate::output::escape;
use crate::output::report::{Checked, Reporter, Summary, count};

/// A check on its way.
pub(crate) struct Run<'a> {
    pub(crate) cx: &'a Context,
    pub(crate) repairs: Repairs,
    pub(crate) reporter: Box<dyn Reporter + 'a>,
    /// Where findings are recorded instead of being reported.
    pub(crate) recorded: Option<Ledger>,
    pub(crate) totals: Totals,
}

/// What there was so far.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    summary: Summary,
    failures: Failures,
    recorded: usize,
    /// How many manifests repairs change.
    changed: usize,
}

impl Run<'_> {
    /// Something could not be read.
    pub(crate) fn fail(&mut self, error: Error) {
        self.totals.summary.unreadable += 1;
        self.totals.failures.add(error);
    }

    /// Whether there was nothing that stood in the way.
    pub(crate) fn is_complete(&self) -> bool {
        self.totals.failures.is_empty()
    }

    /// A manifest was examined.
    pub(crate) fn manifest(
        &mut self,
        target: &Target,
        examined: Result<Examined, Error>,
    ) -> Result<(), Error> {
        let mut examined = match examined {
            Ok(examined) => examined,
            Err(error) => {
                self.fail(error);
                return Ok(());
            }
        };
        let totals = &mut self.totals;
        totals.failures.add_rules(&target.path, &examined.report);
        if let Some(error) = examined.unwritten {
            totals.failures.add(error);
        }
        if let Some(ledger) = &mut self.recorded
            && let Some(name) = ledger.name(target)
        {
            let before = examined.report.diagnostics.len();
            ledger.baseline.record(&name, &mut examined.report);
            totals.recorded += before - examined.report.diagnostics.len();
        }
        totals.summary.suppressed += examined.used.count();
        totals.summary.add(&examined.report);
        if let Some(repaired) = &examined.repaired {
            totals.changed += 1;
            self.repaired(&target.path, &examined.source, repaired)?;
        }
        self.report(&target.path, &examined.source, &examined.report)
    }

    /// The settings or the baseline was looked at.
    pub(crate) fn suppressions(
        &mut self,
        path: &Path,
        text: &str,
        report: &Report,
    ) -> Result<(), Error> {
        if report.diagnostics.is_empty() {
            return Ok(());
        }
        self.totals.summary.add_settings(report);
        self.report(path, text.as_bytes(), report)
    }

    /// The summary, and the answer.
    pub(crate) fn finish(mut self) -> Result<Outcome, Error> {
        let Totals {
            summary,
            failures,
            recorded,
            changed,
        } = self.totals;
        if let Some(ledger) = self.recorded.as_ref().filter(|_| failures.is_empty()) {
            ledger.write()?;
            self.cx.output.note(format_args!(
                "{} recorded in {}",
                count(recorded, "finding"),
                escape(&ledger.path.to_string_lossy())
            ));
        }
        let differs = match self.repairs {
            Repairs::Show(_) => {
                self.cx.output.note(format_args!(
                    "{summary}\n{} would be repaired; nothing was written",
                    count(changed, "manifest")
                ));
                changed > 0
            }
            Repairs::Write(_) | Repairs::Leave => {
                self.reporter.finish(&summary)?;
                false
            }
        };
        failures.finish(self.cx)?;
        match differs || summary.errors > 0 {
            true => Ok(Outcome::No),
            false => Ok(Outcome::Good),
        }
    }

    /// A patch is all that `--diff` prints to stdout.
    fn report(&mut self, path: &Path, source: &[u8], report: &Report) -> Result<(), Error> {
        if matches!(self.repairs, Repairs::Show(_)) {
            return Ok(());
        }
        self.reporter.manifest(&Checked {
            path: &path.to_string_lossy(),
            source,
            report,
        })
    }

    fn repaired(&self, path: &Path, before: &[u8], repaired: &Repaired) -> Result<(), Error> {
        let output = &self.cx.output;
        if let Repairs::Show(_) = self.repairs {
            let Patch { text, is_exact } = diff(path, before, &repaired.source);
            if !is_exact {
                output.note(format_args!(
                    "the patch of {} is to be read and not to be applied: it shows what would be obeyed, or no text at all",
                    escape(&path.to_string_lossy())
                ));
            }
            return output.line(text);
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
        Ok(())
    }
}
