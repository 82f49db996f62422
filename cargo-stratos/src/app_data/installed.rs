//! The plugins in the data folder of the shell.

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;
use stratos_manifest::{Manifest, ProjectFacts, check};

use crate::app_data::folder::AppData;
use crate::app_data::owner::Owner;
use crate::error::Error;
use crate::manifests::read_manifest;

/// An entry of the folder `plugins`.
#[derive(Debug, Serialize)]
pub(crate) struct InstalledPlugin {
    /// Name of the folder.
    pub(crate) folder: String,
    /// Displayed name; `None` if the plugin is broken.
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) installed_by: InstalledBy,
    /// Path that the plugin was installed from, or that the link leads to.
    pub(crate) source: Option<String>,
    /// Reason why the shell cannot load the plugin; `None` if its manifest has no fault.
    pub(crate) problem: Option<String>,
}

/// Kind of an [`Owner`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum InstalledBy {
    CargoStratos,
    Link,
    App,
}

/// Lists the plugins by the name of their folder, broken ones too.
pub(crate) fn list_installed(app: &AppData) -> Result<Vec<InstalledPlugin>, Error> {
    let plugins = app.plugins();
    let failed = |source| Error::file("read", &plugins, source);
    let entries = match fs::read_dir(&plugins) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut installed = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let file_type = entry.file_type().map_err(failed)?;
        // The shell may keep files of its own beside the plugins.
        if file_type.is_dir() || file_type.is_symlink() {
            installed.extend(plugin(&entry.path())?);
        }
    }
    installed.sort_by(|a, b| a.folder.cmp(&b.folder));
    Ok(installed)
}

/// `None` if the plugin was removed meanwhile.
fn plugin(path: &Path) -> Result<Option<InstalledPlugin>, Error> {
    let Some(owner) = Owner::of(path)? else {
        return Ok(None);
    };
    let name = path.file_name().unwrap_or_default();
    let folder = name.to_string_lossy().into_owned();
    let (manifest, problem) = match manifest(path) {
        Ok(manifest) => {
            let is_other = manifest.id.as_str() != name;
            let problem = is_other.then(|| format!("its id is `{}`", manifest.id));
            (Some(manifest), problem)
        }
        Err(problem) => (None, Some(problem)),
    };
    let (installed_by, source) = match owner {
        Owner::CargoStratos(marker) => (InstalledBy::CargoStratos, Some(marker.source)),
        Owner::Link(target) => {
            let target = target.to_string_lossy().into_owned();
            (InstalledBy::Link, Some(target))
        }
        Owner::Other => (InstalledBy::App, None),
    };
    Ok(Some(InstalledPlugin {
        folder,
        name: manifest.as_ref().map(|manifest| manifest.name.clone()),
        version: manifest.map(|manifest| manifest.version.to_string()),
        installed_by,
        source,
        problem,
    }))
}

fn manifest(folder: &Path) -> Result<Manifest, String> {
    let path = folder.join(Manifest::FILE_NAME);
    if !path.exists() {
        return Err(match folder.exists() {
            true => "it has no plugin.json".to_owned(),
            false => "the link leads nowhere".to_owned(),
        });
    }
    let bytes = read_manifest(&path).map_err(|_| "its plugin.json cannot be read".to_owned())?;
    let report = check(&bytes, &ProjectFacts::none());
    report
        .manifest
        .ok_or_else(|| "its plugin.json has errors".to_owned())
}
