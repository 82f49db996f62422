//! Cache of the facts about a plugin's folder.

use std::{collections::HashMap, path::Path};

use crate::{
    facts::{
        collect::{NamedFiles, collect, named_files},
        project_facts::ProjectFacts,
    },
    syntax::ParsedManifest,
};

/// Collector of the facts about one folder, which reads it once for each set of files that a manifest names.
///
/// Fixes are tried by many checks of the same manifest, and few of them change the named files. An icon may take longer
/// to decode than all rules.
#[derive(Debug)]
pub struct FactsCache<'d> {
    dir: &'d Path,
    collected: HashMap<NamedFiles, ProjectFacts>,
}

impl<'d> FactsCache<'d> {
    /// Creates an empty cache for the plugin's folder `dir`.
    pub fn new(dir: &'d Path) -> Self {
        Self {
            dir,
            collected: HashMap::new(),
        }
    }

    /// Returns the same facts as [`ProjectFacts::collect`], as of the first call for the same named files.
    pub fn collect(&mut self, manifest: &ParsedManifest<'_>) -> ProjectFacts {
        let Some(named) = named_files(manifest) else {
            return ProjectFacts::none();
        };
        if let Some(facts) = self.collected.get(&named) {
            return facts.clone();
        }
        let facts = collect(self.dir, &named);
        self.collected.insert(named, facts.clone());
        facts
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_folder_is_read_once_for_each_set_of_named_files() {
        let dir = tempfile::tempdir().unwrap();
        let icon = dir.path().join("icon.svg");
        fs::write(&icon, "").unwrap();
        let mut cache = FactsCache::new(dir.path());
        let mut collect = |source: &str| cache.collect(&ParsedManifest::parse(source.as_bytes()));
        let first = collect(r#"{ "icon_light": "icon.svg" }"#);
        assert_eq!(first.icons["icon.svg"].bytes, 0);

        fs::write(&icon, "<svg").unwrap();
        let renamed = collect(r#"{ "icon_light": "icon.svg", "name": "A" }"#);
        assert_eq!(renamed, first, "the files that it names are the same");
        let other = collect(r#"{ "icon_light": "icon.svg", "icon_dark": "icon.svg" }"#);
        assert_eq!(other.icons["icon.svg"].bytes, 4);
        assert_eq!(collect("[]"), ProjectFacts::none());
    }
}
