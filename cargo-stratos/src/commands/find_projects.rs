//! The plugins that a command line names, for commands that run them.

use std::path::{Path, PathBuf};
use std::slice;

use stratos_host::config::Project;
use stratos_manifest::Manifest;

use crate::context::Context;
use crate::error::Error;
use crate::manifests::{Target, search};
use crate::output::escape;

/// Plugins that a command line names.
#[derive(Debug)]
pub(super) struct FoundProjects {
    /// In the order of the command line, those of one folder sorted by path.
    pub(super) projects: Vec<Project>,
    /// Errors of folders that could not be searched.
    pub(super) errors: Vec<Error>,
    /// The manifest above the current folder, which was found in place of one in it.
    pub(super) enclosing: Option<PathBuf>,
}

/// Reads the only plugin in a folder, for commands about one plugin. A note names one that is in a folder above.
pub(super) fn find_project(cx: &Context, folder: &Path) -> Result<Project, Error> {
    let FoundProjects {
        mut projects,
        enclosing,
        ..
    } = find_projects(&[folder.to_owned()])?;
    if let Some(manifest) = enclosing {
        cx.output.note(format_args!(
            "there is no plugin.json in this folder; using {}",
            escape(&manifest.to_string_lossy())
        ));
    }
    match (projects.pop(), projects.first()) {
        (Some(project), None) => Ok(project),
        (Some(_), Some(other)) => Err(Error::usage(
            format!("{} has several plugins", folder.display()),
            format!("name the folder of one, such as {}", other.folder.display()),
        )),
        (None, _) => Err(Error::usage(
            format!("there is no plugin in {}", folder.display()),
            "name the folder of a plugin, which has a plugin.json",
        )),
    }
}

/// Reads the plugins in these folders. As for `check`, a folder without `plugin.json` stands for all plugins below it, and
/// without a plugin in the current folder, the nearest one above counts.
pub(super) fn find_projects(folders: &[PathBuf]) -> Result<FoundProjects, Error> {
    let mut plugins = Vec::new();
    let mut errors = Vec::new();
    let mut enclosing = None;
    for folder in folders {
        // Unlike for `check`, the plugin of a folder counts even if git ignores its manifest.
        if !folder.is_dir() || folder.join(Manifest::FILE_NAME).is_file() {
            plugins.push(folder.clone());
            continue;
        }
        let found = search(slice::from_ref(folder))?;
        plugins.extend(found.targets.iter().map(Target::folder).map(PathBuf::from));
        errors.extend(found.errors);
        enclosing = enclosing.or(found.enclosing);
    }
    if plugins.is_empty()
        && let Some(error) = errors.pop()
    {
        return Err(error);
    }
    Ok(FoundProjects {
        projects: Project::discover(&plugins)?,
        errors,
        enclosing,
    })
}
