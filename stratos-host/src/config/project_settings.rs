//! The settings of a run: the content of all `stratos.toml` files that count for its plugins.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::config::stratos_toml::SettingsFile;
use crate::config::{EnvVars, Origin, Persona, StratosTomlError};

/// The folders whose `stratos.toml` counts: the current one, and those from each plugin's folder up to a root.
#[derive(Debug, Clone)]
pub struct SettingsFolders {
    /// Absolute path of the current folder. Its settings apply to all plugins.
    current: PathBuf,
    /// Absolute paths of the plugins' folders, by plugin id.
    plugins: BTreeMap<String, PathBuf>,
    /// Folders whose `stratos.toml` counts, each after those around it.
    folders: BTreeSet<PathBuf>,
}

/// A plugin's folder and the folders around it whose `stratos.toml` counts. Paths are absolute and without symbolic links.
#[derive(Debug, Clone)]
pub struct PluginFolder {
    /// Id of the plugin.
    pub id: String,
    /// The folder of the plugin's project.
    pub folder: PathBuf,
    /// The outermost folder that counts.
    pub root: PathBuf,
}

/// The settings of a run.
#[derive(Debug, Clone, Default)]
pub struct ProjectSettings {
    /// Origins whose pages may call the shell, of all files.
    pub origins: Vec<Origin>,
    /// Personas beside the built-in ones, of all files.
    pub personas: BTreeMap<String, Persona>,
    /// Environment variables by plugin id. The file nearest to the plugin decides; that of a current folder elsewhere has
    /// defaults.
    pub env: BTreeMap<String, EnvVars>,
    /// Paths of the files, relative to the current folder where they are inside it.
    pub files: Vec<PathBuf>,
}

impl SettingsFolders {
    /// The folders of a run in the folder `current`, whose path is absolute and without symbolic links.
    pub fn new(current: PathBuf, plugins: impl IntoIterator<Item = PluginFolder>) -> Self {
        let mut folders = BTreeSet::from([current.clone()]);
        let plugins = plugins.into_iter().map(|plugin| {
            let PluginFolder { id, folder, root } = plugin;
            let inside = folder
                .ancestors()
                .take_while(|above| above.starts_with(&root));
            folders.extend(inside.map(Path::to_owned));
            (id, folder)
        });
        Self {
            current,
            plugins: plugins.collect(),
            folders,
        }
    }

    /// The folders, which need not have a file.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(PathBuf::as_path)
    }

    /// Loads the files and merges them.
    ///
    /// # Errors
    ///
    /// When a file exists and cannot be read or is not valid, and when two files define a persona differently.
    pub fn load(&self) -> Result<ProjectSettings, StratosTomlError> {
        let files = self.load_files()?;
        let mut settings = ProjectSettings::default();
        let mut personas: BTreeMap<String, Definition> = BTreeMap::new();
        for file in &files {
            add_personas(&mut personas, file)?;
            settings.origins.extend(file.content.dev.origins.clone());
        }
        for (id, plugin) in &self.plugins {
            let (around, elsewhere): (Vec<_>, Vec<_>) = files
                .iter()
                .partition(|file| plugin.starts_with(&file.folder));
            let current = elsewhere
                .into_iter()
                .filter(|file| file.folder == self.current);
            let env = settings.env.entry(id.clone()).or_default();
            for file in current.chain(around) {
                env.extend(file.content.env.clone());
            }
        }
        settings.personas = personas
            .into_iter()
            .map(|(name, definition)| (name, definition.persona))
            .collect();
        settings.files = files.into_iter().map(|file| file.path).collect();
        Ok(settings)
    }

    /// Loads the files that exist, each after those around it.
    fn load_files(&self) -> Result<Vec<SettingsFile>, StratosTomlError> {
        let files = self.folders.iter();
        let files = files.map(|folder| SettingsFile::load(folder, &self.current));
        files.filter_map(Result::transpose).collect()
    }
}

/// A persona and the place of its definition.
struct Definition {
    persona: Persona,
    place: String,
}

/// Adds the personas of a file. Another file may repeat a persona, but not change it, since all plugins have one login.
fn add_personas(
    personas: &mut BTreeMap<String, Definition>,
    file: &SettingsFile,
) -> Result<(), StratosTomlError> {
    for (name, persona) in &file.content.auth {
        let place = file.place(name);
        let name = name.get_ref();
        match personas.get(name) {
            Some(other) if other.persona != *persona => {
                return Err(StratosTomlError::Conflict {
                    name: name.clone(),
                    first: other.place.clone(),
                    second: place,
                });
            }
            Some(_) => {}
            None => {
                let persona = persona.clone();
                personas.insert(name.clone(), Definition { persona, place });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::StratosToml;
    use stratos_protocol::error::chain;

    /// Loads the settings of two plugins, `group/one` and `two`, for a run in the folder `current`.
    fn load(current: &str, files: &[(&str, &str)]) -> Result<ProjectSettings, String> {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        for (folder, text) in files {
            fs::create_dir_all(root.join(folder)).unwrap();
            fs::write(root.join(folder).join(StratosToml::FILE_NAME), text).unwrap();
        }
        let plugins = [("one", "group/one"), ("two", "two")];
        let plugins = plugins.map(|(id, folder)| PluginFolder {
            id: id.to_owned(),
            folder: root.join(folder),
            root: root.clone(),
        });
        let folders = SettingsFolders::new(root.join(current), plugins);
        folders.load().map_err(|error| chain(&error))
    }

    #[test]
    fn the_nearest_variable_counts_and_origins_are_added() {
        let settings = load(
            "elsewhere",
            &[
                (
                    "elsewhere",
                    "[env]\nA = \"current\"\nB = \"current\"\nC = \"current\"",
                ),
                (
                    "",
                    "[env]\nB = \"root\"\n[dev]\norigins = [\"http://localhost:1\"]",
                ),
                ("group", "[env]\nC = \"group\""),
                (
                    "two",
                    "[env]\nC = \"two\"\n[dev]\norigins = [\"http://localhost:2\"]",
                ),
            ],
        )
        .unwrap();
        let values = |id: &str| settings.env[id].values().cloned().collect::<Vec<_>>();
        assert_eq!(values("one"), ["current", "root", "group"]);
        assert_eq!(values("two"), ["current", "root", "two"]);
        assert_eq!(settings.origins.len(), 2);
        assert_eq!(settings.files.len(), 4);
        let in_current = Path::new(StratosToml::FILE_NAME);
        assert!(settings.files.iter().any(|file| file == in_current));
    }

    #[test]
    fn the_file_beside_the_plugin_counts_before_one_above_in_the_current_folder_too() {
        let files = [("", "[env]\nA = \"root\""), ("two", "[env]\nA = \"two\"")];
        for current in ["", "two", "two/src"] {
            let settings = load(current, &files).unwrap();
            assert_eq!(settings.env["two"]["A"], "two", "{current}");
            assert_eq!(settings.env["one"]["A"], "root", "{current}");
        }
    }

    #[test]
    fn personas_with_one_name_have_to_be_equal() {
        let short = "[auth.short]\nsigned_in = true\nexpires_in_seconds = 1\n";
        let both = load("", &[("", short), ("two", short)]).unwrap();
        assert_eq!(both.personas.len(), 1);
        let long = format!("[env]\nA = \"x\"\n\n{}", short.replace('1', "10"));
        let conflict = load("", &[("", short), ("two", &long)]).unwrap_err();
        let two = Path::new("two").join(StratosToml::FILE_NAME);
        let expected = format!(
            "`[auth.short]` is defined differently in stratos.toml:1:7 and {}:4:7",
            two.display()
        );
        assert_eq!(conflict, expected);
    }
}
