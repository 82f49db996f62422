//! Git commands.

use std::path::Path;
use std::process::{Command, Stdio};

/// Environment variables that make git use another repository than the one around its current folder.
const REPOSITORY_VARIABLES: [&str; 4] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
];

/// A git command for the repository around `folder`, without network access: a fetch could run a program that the
/// repository's own settings name.
pub(crate) fn command(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(folder)
        .stdin(Stdio::null())
        .env("LC_ALL", "C")
        .envs([("GIT_NO_LAZY_FETCH", "1"), ("GIT_ALLOW_PROTOCOL", "")]);
    for variable in REPOSITORY_VARIABLES {
        git.env_remove(variable);
    }
    git
}
