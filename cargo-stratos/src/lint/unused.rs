//! Which suppressions a run proved to suppress nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stratos_manifest::{
    Baseline, Exception, Levels, RULES, Report, RuleLevel, Stage, UnusedSuppression,
};

use crate::lint::examine::Examined;
use crate::lint::ledger::Ledger;
use crate::lint::project::{Project, SettingsFile};
use crate::manifests::Target;

/// What was suppressed by what, and which manifests were really looked at.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    projects: BTreeMap<PathBuf, ProjectUsage>,
    /// The entries of the baseline whose manifest was looked at, with the findings that they cover.
    entries: HashMap<usize, usize>,
    /// The manifests of the baseline that are part of this run, looked at or not.
    manifests: HashSet<String>,
}

#[derive(Debug)]
struct ProjectUsage {
    project: Arc<Project>,
    used: Vec<usize>,
    /// The ids of plugins that were looked at.
    plugins: HashSet<String>,
    /// Whether a manifest was not.
    has_gap: bool,
    /// Whether the manifest beside the settings is one of them.
    is_own: bool,
}

impl Usage {
    /// Takes note of a manifest.
    pub(crate) fn add(
        &mut self,
        target: &Target,
        project: &Arc<Project>,
        ledger: Option<&Ledger>,
        examined: Option<&Examined>,
    ) {
        let looked_at = examined.filter(|examined| is_proof(&examined.report));
        if let Some(name) = ledger.and_then(|ledger| ledger.name(target)) {
            self.manifests.insert(name);
        }
        if let Some(examined) = looked_at {
            self.entries.extend(examined.used.entries.iter().copied());
        }
        let Some(file) = &project.file else {
            return;
        };
        let usage = self.projects.entry(file.path.clone());
        let usage = usage.or_insert_with(|| ProjectUsage {
            project: Arc::clone(project),
            used: vec![0; project.exceptions.len()],
            plugins: HashSet::new(),
            has_gap: false,
            is_own: false,
        });
        usage.has_gap |= looked_at.is_none();
        usage.is_own |= target
            .folder()
            .canonicalize()
            .is_ok_and(|folder| folder == file.folder);
        if let Some(examined) = examined {
            let counts = usage.used.iter_mut().zip(&examined.used.exceptions);
            counts.for_each(|(sum, used)| *sum += used);
        }
        usage
            .plugins
            .extend(looked_at.and_then(|examined| examined.plugin.clone()));
    }

    /// The exceptions without effect, for each project that has some. `searched` are the folders of this run.
    pub(crate) fn exceptions<'u>(
        &'u self,
        searched: &'u [PathBuf],
    ) -> impl Iterator<Item = (&'u Arc<Project>, &'u SettingsFile, Vec<UnusedSuppression>)> {
        self.projects.values().filter_map(|usage| {
            let file = usage.project.file.as_ref()?;
            let is_whole = usage.is_own || is_inside(&file.folder, searched);
            let exceptions = usage.project.exceptions.iter().zip(&usage.used);
            let unused = exceptions
                .filter(|(exception, used)| **used == 0 && usage.proves(exception, is_whole))
                .map(|(exception, _)| exception.into());
            let unused: Vec<_> = unused.collect();
            (!unused.is_empty()).then_some((&usage.project, file, unused))
        })
    }

    /// The baseline's entries without effect.
    pub(crate) fn entries(
        &self,
        ledger: &Ledger,
        levels: &Levels,
        searched: &[PathBuf],
    ) -> Vec<UnusedSuppression> {
        let Ledger {
            baseline, folder, ..
        } = ledger;
        let entries = Baseline::entries(baseline).iter().enumerate();
        entries
            .filter_map(|(index, entry)| {
                if let Some(&used) = self.entries.get(&index) {
                    return entry.unused(used).filter(|_| is_on(&entry.rule, levels));
                }
                let file = joined(folder, &entry.manifest);
                let is_gone = !self.manifests.contains(&entry.manifest)
                    && is_inside(&file, searched)
                    && file
                        .symlink_metadata()
                        .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
                is_gone.then(|| entry.without_manifest())
            })
            .collect()
    }
}

impl ProjectUsage {
    /// Whether the exception would have covered something, were there something to cover.
    fn proves(&self, exception: &Exception, is_whole: bool) -> bool {
        let has_plugin = |id: &String| self.plugins.contains(id);
        !self.has_gap
            && is_on(exception.rule, &self.project.levels)
            && (is_whole || exception.plugin.as_ref().is_some_and(has_plugin))
    }
}

/// Whether every rule that is on had its say about the manifest.
fn is_proof(report: &Report) -> bool {
    let is_about_the_file = |id: &str| {
        RULES
            .iter()
            .any(|rule| rule.id == id && rule.stage == Stage::File)
    };
    let found = &report.diagnostics;
    report.failed.is_empty()
        && report.omitted == 0
        && !found.iter().any(|found| is_about_the_file(found.rule))
}

/// A rule that does not exist any more is as good as one that is on: it will not find anything either.
fn is_on(id: &str, levels: &Levels) -> bool {
    let rule = RULES.iter().find(|rule| rule.id == id);
    rule.is_none_or(|rule| levels.of(rule) != RuleLevel::Allow)
}

/// The file that a baseline in `folder` means; its paths have `/` and may lead up first.
fn joined(folder: &Path, relative: &str) -> PathBuf {
    let mut path = folder.to_owned();
    for part in relative.split('/') {
        match part {
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    path
}

fn is_inside(path: &Path, folders: &[PathBuf]) -> bool {
    folders.iter().any(|folder| path.starts_with(folder))
}
