//! Search for the state folder of a running shell.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::thread;
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
    for filter in [with_running_shell, with_config_values] {
        let above = current.ancestors();
        let above = above.map(|folder| folder.join(StateDir::NAME)).collect();
        if let Some(nearest) = filter(above).next() {
            return Ok(nearest);
        }
        let mut below: Vec<_> = filter(state_dirs_below(current)).collect();
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

/// The state folders whose shell [is running](is_running). All shells are asked at the same time.
fn with_running_shell(state_dirs: Vec<PathBuf>) -> Box<dyn Iterator<Item = PathBuf>> {
    let hosts = state_dirs
        .into_iter()
        .filter_map(|state_dir| Some((HostFile::read(&state_dir).ok()?, state_dir)));
    let asked: Vec<_> = hosts
        .map(|(host, state_dir)| thread::spawn(|| is_running(host).then_some(state_dir)))
        .collect();
    Box::new(asked.into_iter().filter_map(|thread| thread.join().ok()?))
}

/// Whether the shell that `host.json` names answers, or nobody does in time. A suspended shell counts, so that the
/// command reports it; a foreign program on its port that does not answer cannot be told from it.
///
/// A killed shell leaves the file behind; another shell on its port does not accept its token.
fn is_running(host: HostFile) -> bool {
    let answer = async {
        let client = Client::new(host);
        Ok(timeout(ANSWER_TIMEOUT, client.call(&ListPlugins {})).await)
    };
    block_on(answer).is_ok_and(|answer| !matches!(answer, Ok(Err(_))))
}

fn with_config_values(state_dirs: Vec<PathBuf>) -> Box<dyn Iterator<Item = PathBuf>> {
    let has_config_values = |state_dir: &PathBuf| state_dir.join(StateDir::STORE_FILE).is_file();
    Box::new(state_dirs.into_iter().filter(has_config_values))
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
