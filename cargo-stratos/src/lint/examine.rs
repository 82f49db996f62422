//! One manifest, from its bytes to its report.

use std::collections::HashMap;
use std::sync::Arc;

use stratos_manifest::{
    Neighbour, ProjectFacts, Repaired, Report, Safety, plugin_id, repair, suppress,
};

use crate::error::Error;
use crate::lint::git_tags::Tags;
use crate::lint::guard::guarded;
use crate::lint::project::Project;
use crate::lint::rewrite::rewrite;
use crate::manifests::Target;

/// What to do with the repairs of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repairs {
    /// Nothing.
    Leave,
    /// Show what they would do.
    Show(Safety),
    /// Write them to the file.
    Write(Safety),
}

/// Looks at manifests, from any thread.
#[derive(Debug)]
pub(crate) struct Examiner<'a> {
    pub(crate) projects: &'a [Arc<Project>],
    pub(crate) tags: Tags,
    pub(crate) neighbours: HashMap<usize, Vec<Neighbour>>,
    pub(crate) repairs: Repairs,
}

/// What was found out about a manifest.
#[derive(Debug)]
pub(crate) struct Examined {
    /// The file as the report sees it: repaired, if repairs were written.
    pub(crate) source: Vec<u8>,
    pub(crate) report: Report,
    pub(crate) plugin: Option<String>,
    /// What repairs did or would do.
    pub(crate) repaired: Option<Repaired>,
    /// Why they could not be written.
    pub(crate) unwritten: Option<Error>,
    /// Number of findings that each exception of the project suppressed, in the order of the exceptions.
    pub(crate) suppressed: Vec<usize>,
}

impl Examiner<'_> {
    /// Reads, checks, and repairs if it is to.
    pub(crate) fn examine(&self, index: usize, target: &Target) -> Result<Examined, Error> {
        guarded(&target.path, || {
            self.repaired(index, target, self.looked(index, target)?)
        })
    }

    /// Reads and checks.
    pub(crate) fn look(&self, index: usize, target: &Target) -> Result<Examined, Error> {
        guarded(&target.path, || self.looked(index, target))
    }

    fn looked(&self, index: usize, target: &Target) -> Result<Examined, Error> {
        let source = target.read()?;
        let plugin = plugin_id(&source);
        let (report, suppressed) = self.check(index, target, plugin.as_deref(), &source);
        Ok(Examined {
            source,
            report,
            plugin,
            repaired: None,
            unwritten: None,
            suppressed,
        })
    }

    fn repaired(
        &self,
        index: usize,
        target: &Target,
        mut examined: Examined,
    ) -> Result<Examined, Error> {
        let plugin = examined.plugin.clone();
        let check = |source: &[u8]| self.check(index, target, plugin.as_deref(), source);
        let safety = match self.repairs {
            Repairs::Leave => return Ok(examined),
            Repairs::Show(safety) | Repairs::Write(safety) => safety,
        };
        if !examined
            .report
            .diagnostics
            .iter()
            .any(|found| found.fix.is_some())
        {
            return Ok(examined);
        }
        let repaired = repair(&examined.source, safety, |source| check(source).0);
        if repaired.applied.is_empty() {
            return Ok(examined);
        }
        if matches!(self.repairs, Repairs::Write(_)) {
            match rewrite(target, &examined.source, &repaired.source) {
                Ok(()) => {
                    (examined.report, examined.suppressed) = check(&repaired.source);
                    examined.source.clone_from(&repaired.source);
                }
                Err(error) => {
                    examined.unwritten = Some(error);
                    return Ok(examined);
                }
            }
        }
        examined.repaired = Some(repaired);
        Ok(examined)
    }

    /// What is found in `source` as the manifest, without what is suppressed.
    fn check(
        &self,
        index: usize,
        target: &Target,
        plugin: Option<&str>,
        source: &[u8],
    ) -> (Report, Vec<usize>) {
        let project = &self.projects[index];
        let mut facts = ProjectFacts::collect(target.folder(), source);
        facts.file_name = target.file_name();
        facts.tags = self.tags.of(index, target, plugin, source);
        if let Some(neighbours) = self.neighbours.get(&index) {
            facts.neighbours.clone_from(neighbours);
        }
        let mut report = project.linter.check(source, &facts);
        let suppressed = suppress(&mut report, &project.exceptions, plugin);
        (report, suppressed)
    }
}
