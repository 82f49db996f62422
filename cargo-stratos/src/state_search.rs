//! Search for the state folder of a running shell.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use crate::error::Error;

/// Name of state folders.
const STATE_DIR: &str = ".stratos";
/// Levels of subfolders that are searched.
const DEPTH: usize = 3;
/// Subfolders with copies and build output.
const SKIPPED: [&str; 2] = ["target", "node_modules"];

/// The state folder that a command without `--state` is about.
///
/// The nearest `.stratos` in the current folder or above with a running shell comes first, then the only one in a
/// subfolder. Without a running shell, the same search is done for config values.
///
/// # Errors
///
/// Returns an error if several subfolders have a running shell, or config values.
pub(crate) fn find_state_dir(current: &Path) -> Result<PathBuf, Error> {
    for file in ["host.json", "config.redb"] {
        let above = current.ancestors().map(|folder| folder.join(STATE_DIR));
        let mut above = above.filter(|state_dir| state_dir.join(file).is_file());
        if let Some(nearest) = above.next() {
            return Ok(nearest);
        }
        let mut below = subfolders_with(current, file);
        match below.len() {
            0 => {}
            1 => return Ok(below.remove(0)),
            _ => {
                let relative = |path: &PathBuf| {
                    let path = path.strip_prefix(current).unwrap_or(path);
                    path.display().to_string()
                };
                let list = below.iter().map(relative).collect::<Vec<_>>().join(", ");
                return Err(Error::usage(
                    format!("there are several state folders below this folder: {list}"),
                    "name one of them with `--state DIR`",
                ));
            }
        }
    }
    Ok(current.join(STATE_DIR))
}

/// State folders in `folder` and its subfolders that contain this file, in order.
fn subfolders_with(folder: &Path, file: &str) -> Vec<PathBuf> {
    let is_entered = |entry: &DirEntry| {
        let is_skipped = SKIPPED
            .iter()
            .any(|name| entry.file_name() == OsStr::new(name));
        entry.file_type().is_some_and(|kind| kind.is_dir()) && !is_skipped
    };
    let walk = WalkBuilder::new(folder)
        .standard_filters(false)
        .hidden(true)
        .max_depth(Some(DEPTH))
        .sort_by_file_name(OsStr::cmp)
        .filter_entry(is_entered)
        .build();
    walk.filter_map(Result::ok)
        .map(|folder| folder.path().join(STATE_DIR))
        .filter(|state_dir| state_dir.join(file).is_file())
        .collect()
}
