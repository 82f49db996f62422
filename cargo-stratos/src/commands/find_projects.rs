//! The plugins that a command line names, for commands that run them.

use std::path::{Path, PathBuf};

use stratos_host::config::{Project, ProjectError};

use crate::error::Error;
use crate::manifests::enclosing_plugin;
use crate::output::escape;

/// Reads the plugins in these folders. Without a plugin in the current folder, the nearest one above counts, as for cargo.
pub(super) fn find_projects(folders: &[PathBuf]) -> Result<Vec<Project>, Error> {
    let error = match Project::discover(folders) {
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
