//! The settings that apply to a manifest: the nearest `stratos.toml`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stratos_host::config::StratosToml;
use stratos_manifest::{CheckSettings, Exception, Levels, Linter, MAX_BYTES, RuleLevel, position};

use crate::error::Error;
use crate::git::is_root;
use crate::lint::LevelArgs;
use crate::manifests::{Target, read_text};
use crate::output::escape;

/// What applies to the manifests of a project.
#[derive(Debug)]
pub(crate) struct Project {
    /// Where it says so, unless it says nothing.
    pub(crate) file: Option<SettingsFile>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) levels: Levels,
    pub(crate) linter: Arc<Linter>,
}

/// A `stratos.toml`.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    /// Its path as messages name it.
    pub(crate) path: PathBuf,
    /// Its folder on the disk.
    pub(crate) folder: PathBuf,
    pub(crate) text: String,
}

/// The projects of all manifests of a run. Each file is read once.
#[derive(Debug)]
pub(crate) struct Projects {
    said: LevelArgs,
    here: PathBuf,
    default: Arc<Project>,
    by_folder: HashMap<PathBuf, Arc<Project>>,
    /// A linter is worth keeping: most projects want the same levels.
    linters: HashMap<Vec<(String, RuleLevel)>, Arc<Linter>>,
}

impl Projects {
    /// With what the command line says about levels, which counts more than any file.
    pub(crate) fn new(said: LevelArgs) -> Result<Self, Error> {
        let here = dunce::canonicalize(".").map_err(|source| Error::System {
            what: "find the current folder",
            source,
        })?;
        let mut levels = Levels::default();
        said.apply(&mut levels)?;
        let linter = Arc::new(Linter::new(levels.clone()));
        let default = Arc::new(Project {
            file: None,
            exceptions: Vec::new(),
            levels,
            linter: Arc::clone(&linter),
        });
        Ok(Self {
            said,
            here,
            default,
            by_folder: HashMap::new(),
            linters: HashMap::from([(Vec::new(), linter)]),
        })
    }

    /// The projects of these manifests, in their order.
    pub(crate) fn of_all(&mut self, targets: &[Target]) -> Result<Vec<Arc<Project>>, Error> {
        let folders = targets.iter().map(Target::home);
        folders.map(|folder| self.of(folder)).collect()
    }

    /// The settings in `folder` or the nearest one above, up to the root of the repository; `folder` is as the disk has it.
    pub(crate) fn of(&mut self, folder: &Path) -> Result<Arc<Project>, Error> {
        let mut passed = Vec::new();
        let mut found = None;
        for folder in folder.ancestors() {
            if let Some(known) = self.by_folder.get(folder) {
                found = Some(Arc::clone(known));
                break;
            }
            passed.push(folder.to_owned());
            found = self.load(folder)?;
            if found.is_some() || is_root(folder) {
                break;
            }
        }
        let found = found.unwrap_or_else(|| Arc::clone(&self.default));
        for folder in passed {
            self.by_folder.insert(folder, Arc::clone(&found));
        }
        Ok(found)
    }

    fn load(&mut self, folder: &Path) -> Result<Option<Arc<Project>>, Error> {
        let file = folder.join(StratosToml::FILE_NAME);
        let Some(text) = read_text(&file, MAX_BYTES)? else {
            return Ok(None);
        };
        let path = file.strip_prefix(&self.here).unwrap_or(&file).to_owned();
        let settings = CheckSettings::parse(&text).map_err(|error| {
            let place = position(&text, error.span.start);
            Error::Usage {
                message: format!("{}:{place}: {error}", escape(&path.to_string_lossy())),
                help: error.help,
            }
        })?;
        let mut levels = settings.to_levels();
        self.said.apply(&mut levels)?;
        let linter = self.linters.entry(settings.levels);
        let linter = linter.or_insert_with(|| Arc::new(Linter::new(levels.clone())));
        Ok(Some(Arc::new(Project {
            linter: Arc::clone(linter),
            exceptions: settings.exceptions,
            levels,
            file: Some(SettingsFile {
                path,
                folder: folder.to_owned(),
                text,
            }),
        })))
    }
}
