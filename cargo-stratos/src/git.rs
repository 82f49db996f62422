//! Git, asked about a folder and about nothing else.

use std::path::Path;
use std::process::{Command, Stdio};

/// What would make git work on another repository than the one in its folder.
const ELSEWHERE: [&str; 4] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
];

/// A command of git in this folder.
pub(crate) fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(folder).stdin(Stdio::null());
    for variable in ELSEWHERE {
        git.env_remove(variable);
    }
    git
}
