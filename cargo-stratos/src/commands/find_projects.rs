//! The plugins that a command line names, for commands that run them.

use std::iter;
use std::path::{Path, PathBuf};

use stratos_host::config::{Project, ProjectError};

use crate::error::Error;
use crate::manifests::{enclosing_plugin, plugin_manifests};
use crate::output::escape;

/// Reads the plugins in these folders. As for `check`, a folder without `plugin.json` stands for all plugins below it, and
/// without a plugin in the current folder, the nearest one above counts.
pub(super) fn find_projects(folders: &[PathBuf]) -> Result<Vec<Project>, Error> {
    let plugins: Vec<_> = folders
        .iter()
        .flat_map(|folder| plugins_in(folder))
        .collect();
    let error = match Project::discover(&plugins) {
        Ok(projects) => return Ok(projects),
        Err(error) => error,
    };
    let ProjectError::NoPlugin { folder } = &error else {
        return Err(error.into());
    };
    match enclosing_plugin(folder) {
        Some(above) if folders == [Path::new(".")] => Ok(Project::discover(&[above])?),
        Some(above) => {
            let above = above.display().to_string();
            let help = format!("name the plugin around this folder: {}", escape(&above));
            Err(Error::usage(error.to_string(), help))
        }
        None => Err(error.into()),
    }
}

/// The folder itself, which stands for the plugins directly in it, and the folders of those further below.
fn plugins_in(folder: &Path) -> Vec<PathBuf> {
    let (manifests, _) = plugin_manifests(folder);
    let folders = manifests.iter().filter_map(|manifest| manifest.parent());
    let levels = |plugin: &Path| {
        plugin
            .strip_prefix(folder)
            .map_or(0, |inside| inside.components().count())
    };
    let (near, mut far): (Vec<_>, Vec<_>) = folders
        .map(Path::to_owned)
        .partition(|plugin| levels(plugin) < 2);
    far.sort();
    match near.is_empty() && !far.is_empty() {
        true => far,
        false => iter::once(folder.to_owned()).chain(far).collect(),
    }
}
