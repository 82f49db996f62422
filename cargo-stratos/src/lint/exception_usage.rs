//! Exceptions of settings files that suppress nothing.

use std::cell::LazyCell;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stratos_manifest::{Exception, RULES, Report, RuleLevel, Stage, UnusedSuppression};

use crate::lint::check_unit::UnitResult;
use crate::lint::settings::{LintSettings, SettingsFile};
use crate::lint::unit::Unit;
use crate::manifests::all_manifests;

/// Number of uses of each exception, by settings file.
#[derive(Debug, Default)]
pub(super) struct ExceptionUsage {
    by_file: BTreeMap<PathBuf, FileUsage>,
}

/// Exceptions of one settings file that suppressed nothing.
pub(super) struct UnusedExceptions<'a> {
    pub(super) settings: &'a LintSettings,
    pub(super) file: &'a SettingsFile,
    /// Never empty.
    pub(super) exceptions: Vec<UnusedSuppression>,
}

#[derive(Debug)]
struct FileUsage {
    settings: Arc<LintSettings>,
    /// Number of findings that each exception suppressed, in the order of the exceptions.
    suppressed: Vec<usize>,
    /// Ids of the plugins that were checked completely.
    plugins: HashSet<String>,
    /// Whether all manifests that the settings apply to were checked completely.
    is_complete: bool,
}

impl ExceptionUsage {
    /// Adds the result of a manifest, or `None` if the check of the manifest failed.
    pub(super) fn add(&mut self, unit: &Unit<'_>, result: Option<&UnitResult<'_>>) {
        let settings = &unit.settings;
        let Some(file) = &settings.file else {
            return;
        };
        let usage = self.by_file.entry(file.path.clone());
        let usage = usage.or_insert_with(|| FileUsage {
            settings: Arc::clone(settings),
            suppressed: vec![0; settings.exceptions.len()],
            plugins: HashSet::new(),
            is_complete: true,
        });
        if let Some(result) = result {
            let counts = usage.suppressed.iter_mut().zip(&result.suppressed);
            counts.for_each(|(sum, count)| *sum += count);
        }
        if result.is_some_and(|result| is_complete(&result.report)) {
            usage.plugins.extend(unit.manifest.id().map(str::to_owned));
        } else {
            usage.is_complete = false;
        }
    }

    /// Exceptions that the run proved to be unused. `units` are all manifests of the run.
    pub(super) fn unused<'u>(
        &'u self,
        units: &'u [Unit<'_>],
    ) -> impl Iterator<Item = UnusedExceptions<'u>> {
        self.by_file.values().filter_map(|usage| {
            let settings = &*usage.settings;
            let file = settings.file.as_ref()?;
            // This searches the folder, and is rarely needed.
            let covers_folder = LazyCell::new(|| contains_all_manifests(units, file));
            let counted = settings.exceptions.iter().zip(&usage.suppressed);
            let exceptions: Vec<UnusedSuppression> = counted
                .filter(|(_, count)| **count == 0)
                .filter(|(exception, _)| usage.has_checked_all(exception, || *covers_folder))
                .map(|(exception, _)| exception.into())
                .collect();
            (!exceptions.is_empty()).then_some(UnusedExceptions {
                settings,
                file,
                exceptions,
            })
        })
    }
}

impl FileUsage {
    /// Whether the run would have found every finding that the exception can suppress.
    fn has_checked_all(&self, exception: &Exception, covers_folder: impl Fn() -> bool) -> bool {
        let has_plugin = |id: &String| self.plugins.contains(id);
        self.is_complete
            && self.has_run(exception.rule)
            && (exception.plugin.as_ref().is_some_and(has_plugin) || covers_folder())
    }

    /// Whether the rule was run and depends on single manifests only. Also true for a rule that no longer exists, which
    /// has no findings.
    fn has_run(&self, id: &str) -> bool {
        let rule = RULES.iter().find(|rule| rule.id == id);
        rule.is_none_or(|rule| {
            !rule.depends_on_run && self.settings.levels.of(rule) != RuleLevel::Allow
        })
    }
}

/// Whether the units contain every manifest below the folder, including those inside of plugins, which a search skips
/// but settings apply to.
fn contains_all_manifests(units: &[Unit<'_>], file: &SettingsFile) -> bool {
    let folder = file.absolute.parent().unwrap_or(&file.absolute);
    let checked: HashSet<&Path> = units.iter().map(|unit| &*unit.target.absolute).collect();
    let below = all_manifests(folder);
    below.iter().all(|path| checked.contains(path.as_path()))
}

/// Whether all enabled rules ran and no finding was left out. Rules about the file as a whole prevent others from running.
fn is_complete(report: &Report) -> bool {
    let is_about_the_file = |id: &str| {
        let rule = RULES.iter().find(|rule| rule.id == id);
        rule.is_some_and(|rule| rule.stage == Stage::File || rule.excludes_others)
    };
    let found = &report.diagnostics;
    report.failed.is_empty()
        && report.omitted == 0
        && !found.iter().any(|found| is_about_the_file(found.rule))
}
