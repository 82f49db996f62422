//! The plugins near a state folder, whose manifests have the settings where no shell runs.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use stratos_host::config::{Project, Setting, StratosToml};
use stratos_manifest::{Manifest, ParsedManifest};

use crate::manifests::read_manifest;

/// The plugins beside a state folder and in the current folder.
///
/// A command looks up few of them, or all plugins of an import one after the other. So the ids are read once, and only
/// the manifests of plugins that are looked up are checked, each once.
pub(super) struct NearbyPlugins {
    /// The folder of a plugin, or one with plugins in it.
    folders: Vec<PathBuf>,
    found: OnceCell<Vec<NearbyPlugin>>,
}

/// A folder with a manifest.
struct NearbyPlugin {
    folder: PathBuf,
    /// The id in the manifest, which may have errors elsewhere.
    id: String,
    /// The settings, once they were read; `None` if the manifest has errors.
    settings: OnceCell<Option<Vec<Setting>>>,
}

impl NearbyPlugins {
    /// The plugins in the folder beside the state folder, where `run` looks for them, and in the current one.
    pub(super) fn new(state_dir: &Path) -> Self {
        let beside = state_dir.parent().filter(|folder| *folder != Path::new(""));
        let folders = beside.into_iter().chain([Path::new(".")]);
        Self {
            folders: folders.map(Path::to_owned).collect(),
            found: OnceCell::new(),
        }
    }

    /// The settings of a plugin. A manifest that has errors is skipped, and the first folder counts.
    pub(super) fn settings(&self, id: &str) -> Option<&[Setting]> {
        let found = self.found().iter().filter(|plugin| plugin.id == id);
        found.filter_map(NearbyPlugin::settings).next()
    }

    /// Whether `stratos.toml` beside the plugin, or in the folders, has a value of the airline for the key.
    pub(super) fn is_set_by_airline(&self, id: &str, key: &str) -> bool {
        let plugins = self.found().iter().filter(|plugin| plugin.id == id);
        let mut folders = plugins.map(|plugin| &plugin.folder).chain(&self.folders);
        folders.any(|folder| {
            let toml = StratosToml::load(folder).unwrap_or_default();
            let values = toml.airline.settings.get(id);
            values.is_some_and(|values| values.contains_key(key))
        })
    }

    /// The ids of all plugins whose manifests have no errors.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        let valid = self.found().iter();
        let valid = valid.filter(|plugin| plugin.settings().is_some());
        valid.map(|plugin| plugin.id.as_str())
    }

    fn found(&self) -> &[NearbyPlugin] {
        self.found.get_or_init(|| {
            let candidates = self.folders.iter().flat_map(|folder| candidates(folder));
            candidates.filter_map(NearbyPlugin::find).collect()
        })
    }
}

impl NearbyPlugin {
    fn find(folder: PathBuf) -> Option<Self> {
        let manifest = read_manifest(&folder.join(Manifest::FILE_NAME)).ok()?;
        Some(Self {
            id: ParsedManifest::parse(&manifest).id()?.to_owned(),
            folder,
            settings: OnceCell::new(),
        })
    }

    fn settings(&self) -> Option<&[Setting]> {
        let read = || Some(Project::read(&self.folder).ok()?.manifest.settings);
        self.settings.get_or_init(read).as_deref()
    }
}

/// The folder itself if it has `plugin.json`, otherwise what it contains.
fn candidates(folder: &Path) -> Vec<PathBuf> {
    if folder.join(Manifest::FILE_NAME).is_file() {
        return vec![folder.to_owned()];
    }
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use stratos_host::StateDir;

    use super::*;

    /// Writes the manifest of a plugin with one setting.
    fn write(folder: &Path, id: &str, key: &str) {
        fs::create_dir_all(folder).unwrap();
        let manifest = format!(
            r#"{{
                "id": "{id}", "name": "Demo", "version": "1.0.0", "description": "A demo.", "type": "user",
                "author": {{ "id": "me", "name": "Me" }},
                "icon_light": "icon-light.svg", "icon_dark": "icon-dark.svg",
                "availableSettings": [{{ "key": "{key}", "name": "Key", "type": "text", "scope": "user" }}]
            }}"#
        );
        fs::write(folder.join(Manifest::FILE_NAME), manifest).unwrap();
    }

    #[test]
    fn manifests_are_searched_once_and_checked_when_their_plugin_is_looked_up() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        write(&root.join("one"), "one", "before");
        write(&root.join("two"), "two", "before");
        let plugins = NearbyPlugins::new(&root.join(StateDir::NAME));
        let keys = |id| {
            let settings = plugins.settings(id)?.iter();
            Some(settings.map(|setting| setting.key.clone()).collect())
        };
        let one = |key: &str| Some(vec![key.to_owned()]);
        assert_eq!(keys("one"), one("before"));
        for name in ["one", "two", "three"] {
            write(&root.join(name), name, "after");
        }
        assert_eq!(keys("one"), one("before"), "it is checked once");
        assert_eq!(keys("two"), one("after"), "it was not checked before");
        assert_eq!(keys("three"), None, "folders are searched once");
    }

    #[test]
    fn the_first_manifest_without_errors_counts() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        fs::create_dir(root.join("a")).unwrap();
        fs::write(root.join("a/plugin.json"), r#"{ "id": "demo" }"#).unwrap();
        write(&root.join("b"), "demo", "second");
        write(&root.join("c"), "demo", "third");
        let plugins = NearbyPlugins::new(&root.join(StateDir::NAME));
        assert_eq!(plugins.settings("demo").unwrap()[0].key, "second");
    }
}
