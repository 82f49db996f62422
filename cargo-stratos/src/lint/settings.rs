//! Linter settings of a project, from the nearest `stratos.toml`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stratos_host::config::StratosToml;
use stratos_manifest::{CheckSettings, Exception, Levels, Linter, MAX_BYTES, position};
use tracing::debug;

use crate::error::Error;
use crate::lint::level_args::LevelArgs;
use crate::manifests::read_text;
use crate::output::escape;

/// Settings for the manifests of a project.
#[derive(Debug)]
pub(super) struct LintSettings {
    /// `None` if there is no `stratos.toml`.
    pub(super) file: Option<SettingsFile>,
    pub(super) exceptions: Vec<Exception>,
    pub(super) levels: Levels,
    pub(super) linter: Linter,
}

/// A `stratos.toml`.
#[derive(Debug)]
pub(super) struct SettingsFile {
    /// Path for messages.
    pub(super) path: PathBuf,
    /// Absolute path, without symbolic links.
    pub(super) absolute: PathBuf,
    pub(super) text: String,
}

/// Settings of all projects of a run. Each file is read once.
#[derive(Debug)]
pub(crate) struct SettingsCache {
    level_args: LevelArgs,
    current_dir: PathBuf,
    /// Settings where there is no `stratos.toml`.
    default: Arc<LintSettings>,
    by_folder: HashMap<PathBuf, Arc<LintSettings>>,
}

impl SettingsCache {
    /// `level_args` take precedence over the levels of every settings file.
    pub(crate) fn new(level_args: LevelArgs) -> Result<Self, Error> {
        let current_dir =
            dunce::canonicalize(".").map_err(Error::system("find the current folder"))?;
        let mut levels = Levels::default();
        level_args.apply(&mut levels)?;
        let default = Arc::new(LintSettings {
            file: None,
            exceptions: Vec::new(),
            linter: Linter::new(levels.clone()),
            levels,
        });
        Ok(Self {
            level_args,
            current_dir,
            default,
            by_folder: HashMap::new(),
        })
    }

    /// The settings in `folder` or the nearest ones above, up to the root of the repository if it is in one. `folder` is
    /// an absolute path without symbolic links.
    pub(super) fn for_folder(
        &mut self,
        folder: &Path,
        repository: Option<&Path>,
    ) -> Result<Arc<LintSettings>, Error> {
        if let Some(known) = self.by_folder.get(folder) {
            return Ok(Arc::clone(known));
        }
        let settings = match (self.load(folder)?, folder.parent()) {
            (Some(settings), _) => settings,
            (None, Some(parent)) if repository != Some(folder) => {
                self.for_folder(parent, repository)?
            }
            (None, _) => Arc::clone(&self.default),
        };
        self.by_folder
            .insert(folder.to_owned(), Arc::clone(&settings));
        Ok(settings)
    }

    /// Reads the settings file in `folder`, if there is one.
    fn load(&mut self, folder: &Path) -> Result<Option<Arc<LintSettings>>, Error> {
        let file = folder.join(StratosToml::FILE_NAME);
        let Some(text) = read_text(&file, MAX_BYTES)? else {
            return Ok(None);
        };
        debug!(path = ?file, "read settings file");
        let path = file
            .strip_prefix(&self.current_dir)
            .unwrap_or(&file)
            .to_owned();
        let settings = CheckSettings::parse(&text).map_err(|error| {
            let position = position(&text, error.span.start);
            Error::Usage {
                message: format!("{}:{position}: {error}", escape(&path.to_string_lossy())),
                help: error.help,
            }
        })?;
        let mut levels = settings.to_levels();
        self.level_args.apply(&mut levels)?;
        Ok(Some(Arc::new(LintSettings {
            exceptions: settings.exceptions,
            linter: Linter::new(levels.clone()),
            levels,
            file: Some(SettingsFile {
                path,
                absolute: file,
                text,
            }),
        })))
    }
}
