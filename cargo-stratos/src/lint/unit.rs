//! Unit of work of the linter: a parsed manifest with facts from other files.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use stratos_manifest::{ParsedManifest, ProjectFacts, SimilarPlugin};

use crate::error::Error;
use crate::lint::catch_panic::catch_panic;
use crate::lint::release_tags::{Head, ReleaseTags, RepositoryCache};
use crate::lint::settings::{LintSettings, SettingsCache};
use crate::lint::similar_ids::find_similar_ids;
use crate::manifests::{Source, Target};
use crate::parallel;

/// A manifest to check, with the facts that other files give about it.
#[derive(Debug)]
pub(crate) struct Unit<'s> {
    pub(crate) target: &'s Target,
    /// Contents of the file when the run began.
    pub(super) bytes: &'s [u8],
    /// Syntax tree of `bytes`.
    pub(super) manifest: ParsedManifest<'s>,
    /// Settings that apply to the manifest.
    pub(super) settings: Arc<LintSettings>,
    /// Release tags of the commit that is checked out.
    pub(super) tags: ReleaseTags,
    /// Other manifests of the run with the same or a similar id.
    pub(super) similar_plugins: Vec<SimilarPlugin>,
    /// Whether an earlier unit has the same file under another path. Always false when no fixes are written.
    pub(super) is_duplicate: bool,
}

impl<'s> Unit<'s> {
    /// Parses all manifests of a run and collects the facts about them. Adds an error for each that cannot be parsed
    /// because of a defect in the linter. `shown_path` is the path of a manifest in messages about another one.
    pub(crate) fn collect(
        sources: &'s [Source],
        settings: &mut SettingsCache,
        errors: &mut Vec<Error>,
        shown_path: fn(&Target) -> String,
    ) -> Result<Vec<Self>, Error> {
        let parse = |Source { target, bytes }: &'s Source| {
            catch_panic(&target.path, || Ok(ParsedManifest::parse(bytes)))
        };
        let parsed = parallel::map(sources, parse);
        let mut repositories = RepositoryCache::default();
        let mut units = Vec::with_capacity(sources.len());
        for (Source { target, bytes }, manifest) in sources.iter().zip(parsed) {
            match manifest {
                Ok(manifest) => {
                    let folder = target.absolute_folder();
                    let head = repositories.for_folder(folder);
                    let root = head.as_deref().map(Head::root);
                    units.push(Self {
                        target,
                        bytes,
                        manifest,
                        settings: settings.for_folder(folder, root)?,
                        // The tags are about the commit, and a bundle may be of another one.
                        tags: ReleaseTags::new(head.filter(|_| !target.is_in_bundle())),
                        similar_plugins: Vec::new(),
                        is_duplicate: false,
                    });
                }
                Err(error) => errors.push(error),
            }
        }
        let ids = units.iter().map(|unit| {
            // A bundle has the id of the folder that it was packed from.
            let id = unit.manifest.id();
            (unit.target, id.filter(|_| !unit.target.is_in_bundle()))
        });
        let ids: Vec<_> = ids.collect();
        let similar = find_similar_ids(&ids, shown_path);
        for (unit, similar) in units.iter_mut().zip(similar) {
            unit.similar_plugins = similar;
        }
        Ok(units)
    }

    /// The repository whose tags were not read, and the reason, if a tag could lead to a finding.
    pub(super) fn unread_tags(&self) -> Option<(&Path, &str)> {
        let unread = self.tags.unread()?;
        let facts = ProjectFacts {
            file_name: self.target.file_name().map(str::to_owned),
            folder_name: self.target.folder_name().map(str::to_owned),
            tags: vec![format!("v{}.0.0", u64::MAX)],
            ..ProjectFacts::none()
        };
        let report = self.settings.linter.check_parsed(&self.manifest, &facts);
        let mut findings = report.diagnostics.iter();
        findings
            .any(|found| found.rule == "tag-drift")
            .then_some(unread)
    }
}

/// Sets [`Unit::is_duplicate`].
pub(super) fn mark_duplicates(units: &mut [Unit<'_>]) {
    let mut files = HashSet::new();
    for unit in units {
        unit.is_duplicate = !files.insert(unit.target.resolved());
    }
}
