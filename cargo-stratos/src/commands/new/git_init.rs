//! Creation of a git repository for a new project.

use std::io;
use std::path::Path;

use crate::context::Context;
use crate::error::Error;
use crate::git;

/// Version control system of a new project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Vcs {
    /// A git repository
    Git,
    /// Nothing
    None,
}

/// Creates a repository in `folder`. By default, does so unless `parent` is in a repository, and unless git is missing.
pub(super) fn init_repository(
    cx: &Context,
    vcs: Option<Vcs>,
    parent: &Path,
    folder: &Path,
) -> Result<(), Error> {
    let is_wanted = match vcs {
        Some(vcs) => vcs == Vcs::Git,
        None => !is_in_repository(parent),
    };
    if !is_wanted {
        return Ok(());
    }
    match git::command(folder).args(["init", "--quiet"]).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(Error::GitInit {
            reason: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match vcs {
            None => {
                cx.output
                    .note("git was not found: the plugin has no repository");
                Ok(())
            }
            Some(_) => Err(Error::GitInit {
                reason: "git was not found".to_owned(),
            }),
        },
        Err(error) => Err(Error::GitInit {
            reason: error.to_string(),
        }),
    }
}

/// The name from git's settings in this folder.
pub(super) fn user_name(folder: &Path) -> Option<String> {
    let output = git::command(folder)
        .args(["config", "user.name"])
        .output()
        .ok()?;
    let name = String::from_utf8(output.stdout).ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty() && !name.contains(char::is_control))
}

fn is_in_repository(folder: &Path) -> bool {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    git::root(&folder).is_some()
}
