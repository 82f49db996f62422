//! A git repository for the new project.

use std::io;
use std::path::Path;

use crate::commands::new::place::Place;
use crate::context::Context;
use crate::error::Error;
use crate::git;

/// What keeps the project's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Vcs {
    /// A git repository
    Git,
    /// Nothing
    None,
}

/// Makes a repository in the folder where the project waits, if one is wanted or nothing was said.
pub(super) fn make(
    cx: &Context,
    wanted: Option<Vcs>,
    place: &Place,
    folder: &Path,
) -> Result<(), Error> {
    let is_wanted = match wanted {
        Some(vcs) => vcs == Vcs::Git,
        None => !is_in_repository(place.near()),
    };
    if !is_wanted {
        return Ok(());
    }
    match git::command(folder).args(["init", "--quiet"]).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(Error::GitInit {
            reason: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match wanted {
            None => {
                cx.output
                    .note("git was not found: the plugin is made without a repository");
                Ok(())
            }
            Some(_) => Err(Error::GitInit {
                reason: "it was not found".to_owned(),
            }),
        },
        Err(error) => Err(Error::GitInit {
            reason: error.to_string(),
        }),
    }
}

/// The name that git signs commits with in this folder, if any.
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
