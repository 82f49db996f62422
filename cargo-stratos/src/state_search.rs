//! Search for the state folder of a running shell.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ignore::{DirEntry, WalkBuilder};
use stratos_host::StateDir;
use stratos_host::remote::{Client, HostFile, ListPlugins};
use tokio::time::timeout;

use crate::block_on::block_on;
use crate::error::Error;

/// Levels of subfolders that are searched.
const DEPTH: usize = 3;
/// Subfolders with copies and build output.
const SKIPPED: [&str; 2] = ["target", "node_modules"];
/// Time in which a shell answers, unless its process is suspended.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// The state folder that a command without `--state` is about.
///
/// The nearest `.stratos` in the current folder or above with a running shell comes first, then the only one in a
/// subfolder. Without a running shell, the same search is done for config values.
///
/// # Errors
///
/// Returns an error if several subfolders have a running shell, or config values.
pub(crate) fn find_state_dir(current: &Path) -> Result<PathBuf, Error> {
    for is_match in [has_running_shell, has_config_values] {
        let mut above = current
            .ancestors()
            .map(|folder| folder.join(StateDir::NAME));
        if let Some(nearest) = above.find(|state_dir| is_match(state_dir)) {
            return Ok(nearest);
        }
        let mut below = state_dirs_below(current);
        below.retain(|state_dir| is_match(state_dir));
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
    Ok(current.join(StateDir::NAME))
}

/// Whether the shell that `host.json` names answers. A killed shell leaves the file behind; another one may use its port
/// by now, but does not accept its token.
fn has_running_shell(state_dir: &Path) -> bool {
    let Ok(host) = HostFile::read(state_dir) else {
        return false;
    };
    let is_running = async {
        let client = Client::new(host);
        let answer = timeout(ANSWER_TIMEOUT, client.call(&ListPlugins {})).await;
        // A suspended shell counts, so that the command reports it.
        Ok(!matches!(answer, Ok(Err(_))))
    };
    block_on(is_running).unwrap_or(false)
}

fn has_config_values(state_dir: &Path) -> bool {
    state_dir.join(StateDir::STORE_FILE).is_file()
}

/// State folders in `folder` and its subfolders, in order.
fn state_dirs_below(folder: &Path) -> Vec<PathBuf> {
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
        .map(|folder| folder.path().join(StateDir::NAME))
        .filter(|state_dir| state_dir.is_dir())
        .collect()
}
