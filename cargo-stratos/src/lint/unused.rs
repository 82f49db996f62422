//! Which suppressions a run proved to suppress nothing.

use std::cell::LazyCell;
use std::collections::{BTreeMap, HashSet};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stratos_manifest::{Exception, Levels, RULES, Report, RuleLevel, Stage, UnusedSuppression};

use crate::lint::examine::Examined;
use crate::lint::project::{Project, SettingsFile};
use crate::manifests::{Target, all_below};

/// What a run looks at.
#[derive(Debug)]
pub(crate) struct Covered<'a> {
    pub(crate) targets: &'a [Target],
}

impl Covered<'_> {
    /// Whether no manifest below the folder is left out: the search ends at a plugin, and settings do not.
    fn has_all_below(&self, folder: &Path) -> bool {
        let places: HashSet<&Path> = self.targets.iter().map(|target| &*target.place).collect();
        let below = all_below(folder);
        below.iter().all(|place| places.contains(place.as_path()))
    }
}

/// What was suppressed by what, and which manifests were really looked at.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    projects: BTreeMap<PathBuf, ProjectUsage>,
}

#[derive(Debug)]
struct ProjectUsage {
    project: Arc<Project>,
    used: Vec<usize>,
    /// The ids of plugins that were looked at.
    plugins: HashSet<String>,
    /// Whether a manifest was not.
    has_gap: bool,
}

impl Usage {
    /// Takes note of a manifest.
    pub(crate) fn add(&mut self, project: &Arc<Project>, examined: Option<&Examined>) {
        let looked_at = examined.filter(|examined| is_proof(&examined.report));
        let Some(file) = &project.file else {
            return;
        };
        let usage = self.projects.entry(file.path.clone());
        let usage = usage.or_insert_with(|| ProjectUsage {
            project: Arc::clone(project),
            used: vec![0; project.exceptions.len()],
            plugins: HashSet::new(),
            has_gap: false,
        });
        usage.has_gap |= looked_at.is_none();
        if let Some(examined) = examined {
            let counts = usage.used.iter_mut().zip(&examined.suppressed);
            counts.for_each(|(sum, used)| *sum += used);
        }
        usage
            .plugins
            .extend(looked_at.and_then(|examined| examined.plugin.clone()));
    }

    /// The exceptions without effect, for each project that has some.
    pub(crate) fn exceptions<'u>(
        &'u self,
        covered: &'u Covered<'_>,
    ) -> impl Iterator<Item = (&'u Arc<Project>, &'u SettingsFile, Vec<UnusedSuppression>)> {
        self.projects.values().filter_map(|usage| {
            let file = usage.project.file.as_ref()?;
            // A search of its own, and rarely needed.
            let is_whole = LazyCell::new(|| covered.has_all_below(&file.folder));
            let exceptions = usage.project.exceptions.iter().zip(&usage.used);
            let unused = exceptions
                .filter(|(exception, used)| **used == 0 && usage.proves(exception, &is_whole))
                .map(|(exception, _)| exception.into());
            let unused: Vec<_> = unused.collect();
            (!unused.is_empty()).then_some((&usage.project, file, unused))
        })
    }
}

impl ProjectUsage {
    /// Whether the exception would have covered something, were there something to cover.
    fn proves(&self, exception: &Exception, is_whole: &impl Deref<Target = bool>) -> bool {
        let has_plugin = |id: &String| self.plugins.contains(id);
        !self.has_gap
            && tells(exception.rule, &self.project.levels)
            && (exception.plugin.as_ref().is_some_and(has_plugin) || **is_whole)
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

/// Whether silence of the rule means that there is nothing. One that does not exist any more will not find anything,
/// either.
fn tells(id: &str, levels: &Levels) -> bool {
    let rule = RULES.iter().find(|rule| rule.id == id);
    rule.is_none_or(|rule| !rule.depends_on_run && levels.of(rule) != RuleLevel::Allow)
}
