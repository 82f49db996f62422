//! Git, asked about a folder and about nothing else, and where its repositories begin.

use std::path::Path;
use std::process::{Command, Stdio};

use stratos_host::Guard;

/// What would make git work on another repository than the one in its folder.
const ELSEWHERE: [&str; 4] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
];

/// A command of git in this folder. It fetches nothing: the repository's own settings say which program that would run.
pub(crate) fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(folder).stdin(Stdio::null());
    for variable in ELSEWHERE {
        git.env_remove(variable);
    }
    if Guard::GitFetch.is_on() {
        git.envs([("GIT_NO_LAZY_FETCH", "1"), ("GIT_ALLOW_PROTOCOL", "")]);
    }
    git
}

/// Whether this folder is a repository's root. A work tree's `.git` may also be a file that says where the repository
/// is.
pub(crate) fn is_root(folder: &Path) -> bool {
    folder.join(".git").symlink_metadata().is_ok()
}

/// The root of the repository that this folder lies in; the path is a whole one.
pub(crate) fn root(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| is_root(folder))
}
