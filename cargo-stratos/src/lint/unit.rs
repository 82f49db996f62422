//! Unit of work of the linter: a manifest with facts from other files.

use std::collections::HashSet;
use std::sync::Arc;

use stratos_manifest::SimilarPlugin;

use crate::error::Error;
use crate::lint::release_tags::{ReleaseTags, RepositoryCache};
use crate::lint::settings::{LintSettings, SettingsCache};
use crate::lint::similar_ids::find_similar_ids;
use crate::manifests::Target;

/// A manifest to check, with the facts that other files give about it.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) target: Target,
    /// Settings that apply to the manifest.
    pub(super) settings: Arc<LintSettings>,
    /// Release tags of the commit that is checked out.
    pub(super) tags: ReleaseTags,
    /// Other manifests of the run with the same or a similar id.
    pub(super) similar_plugins: Vec<SimilarPlugin>,
    /// Whether an earlier unit has the same file under another path. Always false when no fixes are written.
    pub(super) is_duplicate: bool,
}

impl Unit {
    /// Collects the facts about all manifests of a run.
    pub(crate) fn collect(
        targets: Vec<Target>,
        settings: &mut SettingsCache,
    ) -> Result<Vec<Self>, Error> {
        let mut repositories = RepositoryCache::default();
        let similar_plugins = find_similar_ids(&targets);
        let units = targets.into_iter().zip(similar_plugins);
        units
            .map(|(target, similar_plugins)| {
                Ok(Self {
                    settings: settings.for_folder(target.absolute_folder())?,
                    tags: ReleaseTags::new(repositories.for_folder(target.absolute_folder())),
                    similar_plugins,
                    is_duplicate: false,
                    target,
                })
            })
            .collect()
    }
}

/// Sets [`Unit::is_duplicate`].
pub(super) fn mark_duplicates(units: &mut [Unit]) {
    let mut files = HashSet::new();
    for unit in units {
        unit.is_duplicate = !files.insert(unit.target.resolved());
    }
}
