//! The settings of a run: the content of all `stratos.toml` files that count for its plugins.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::config::stratos_toml::SettingsFile;
use crate::config::{
    AirlineConfig, AirlineFixtures, AirlineTable, EnvVars, Origin, Persona, PilotTable,
    StratosTomlError,
};

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
    /// The airline, of the one file that has it, with the settings of all files.
    pub airline: AirlineConfig,
    /// Facts about the pilot, of the one file that has it.
    pub pilot: PilotTable,
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
    /// When a file exists and cannot be read or is not valid, and when two files define differently what all plugins
    /// share: a persona, the airline or the pilot.
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
        settings.airline = merge_airline(&files)?;
        settings.pilot = the_only("pilot", &files, |file| file.content.pilot.clone())?;
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

/// The airline of the one file that has it, with its fixtures and the settings of all files.
fn merge_airline(files: &[SettingsFile]) -> Result<AirlineConfig, StratosTomlError> {
    let fixtures = |file: &SettingsFile| {
        let path = file.content.airline.fixtures.as_ref();
        path.map(|path| file.folder.join(path))
    };
    let mut table = the_only("airline", files, |file| AirlineTable {
        fixtures: fixtures(file),
        ..file.content.airline.without_settings()
    })?;
    for file in files {
        for (plugin, values) in &file.content.airline.settings {
            let merged = table.settings.entry(plugin.clone()).or_default();
            merged.extend(values.clone());
        }
        if let Some(reason) = table.error() {
            let path = file.path.clone();
            return Err(StratosTomlError::Airline { path, reason });
        }
    }
    let fixtures = match &table.fixtures {
        Some(path) => AirlineFixtures::load(path).map_err(|reason| {
            let path = path.clone();
            StratosTomlError::Fixtures { path, reason }
        })?,
        None => AirlineFixtures::default(),
    };
    Ok(AirlineConfig { table, fixtures })
}

/// The table that files have which is not the default one. Another file may repeat it, but not change it.
fn the_only<T: Default + PartialEq>(
    name: &str,
    files: &[SettingsFile],
    table: impl Fn(&SettingsFile) -> T,
) -> Result<T, StratosTomlError> {
    let tables = files.iter().map(|file| (table(file), &file.path));
    let mut tables = tables.filter(|(table, _)| *table != T::default());
    let Some((first, first_path)) = tables.next() else {
        return Ok(T::default());
    };
    match tables.find(|(other, _)| *other != first) {
        Some((_, path)) => Err(StratosTomlError::Conflict {
            table: name.to_owned(),
            first: first_path.display().to_string(),
            second: path.display().to_string(),
        }),
        None => Ok(first),
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
                    table: format!("auth.{name}"),
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
    fn the_airline_is_that_of_one_file_and_settings_of_all_files_count() {
        let sky = "[airline]\nname = \"Sky\"\n[airline.settings.one]\nhub = \"EDDF\"\nlevel = 1";
        let two = "[airline.settings.one]\nhub = \"LGIR\"\n[airline.settings.two]\nhub = \"EGLL\"";
        let settings = load("", &[("", sky), ("two", two)]).unwrap();
        let table = settings.airline.table;
        assert_eq!(table.name.as_deref(), Some("Sky"));
        assert_eq!(table.settings["one"]["hub"], "LGIR");
        assert_eq!(table.settings["one"]["level"], 1);
        assert_eq!(table.settings["two"]["hub"], "EGLL");
        let other = "[airline]\nname = \"Other\"";
        let conflict = load("", &[("", sky), ("two", other)]).unwrap_err();
        let file = Path::new("two").join(StratosToml::FILE_NAME);
        let expected = format!(
            "`[airline]` is defined differently in stratos.toml and {}",
            file.display()
        );
        assert_eq!(conflict, expected);
    }

    #[test]
    fn keys_of_the_mock_airline_and_large_settings_are_refused() {
        let url = "[airline]\nbase_url = \"http://localhost:1\"\nexpires_in_seconds = 1";
        let error = load("", &[("", url)]).unwrap_err();
        assert_eq!(
            error,
            "cannot use stratos.toml: `expires_in_seconds` in `[airline]` is for the mock airline: remove it, or `base_url`"
        );
        let large = format!("[airline.settings.one]\nkey = \"{}\"", "x".repeat(65_536));
        let error = load("", &[("", &large)]).unwrap_err();
        assert_eq!(
            error,
            "cannot use stratos.toml: `[airline.settings.one]` has 65541 bytes of values, at most 65536 are allowed"
        );
    }

    #[test]
    fn fixtures_lie_beside_their_stratos_toml_and_mistakes_have_a_place() {
        let table = "[airline]\nfixtures = \"airline.json\"";
        let missing = load("", &[("two", table)]).unwrap_err();
        let place = Path::new("two").join("airline.json");
        assert!(missing.contains(&place.display().to_string()), "{missing}");
        let folder = tempfile::tempdir().unwrap();
        for (name, text, expected) in [
            (
                "a.toml",
                "pilot.name = \"Ada\"\nfleet = []\n[routes]\n\"GET /api/news\" = [1]",
                None,
            ),
            ("a.json", "{ \"bids\": [{ \"id\": 1 }] }", None),
            (
                "b.toml",
                "\npilots = 1",
                Some(
                    "line 2:1: unknown field `pilots`, expected one of `pilot`, `fleet`, `bids`, `flights`, `routes`; did you mean `pilot`?",
                ),
            ),
            (
                "b.json",
                "{ \"bids\": 1 }",
                Some("invalid type: integer `1`, expected a sequence at line 1 column 11"),
            ),
            (
                "c.toml",
                "[routes]\n\"/api/news\" = 1",
                Some("the route `/api/news` is not a method and a path such as `GET /api/news`"),
            ),
            (
                "c.yaml",
                "",
                Some("its name must end with `.toml` or `.json`"),
            ),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            let error = AirlineFixtures::load(&path).err();
            assert_eq!(error.as_deref(), expected, "{name}");
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
