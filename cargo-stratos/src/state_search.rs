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

/// A state folder, and the ids of the plugins that run there.
struct FoundStateDir {
    path: PathBuf,
    plugins: Vec<String>,
}

type Found = Box<dyn Iterator<Item = FoundStateDir>>;

/// The state folder of the shell that a command without `--state` is about.
///
/// The nearest `.stratos` in the current folder or above with a running shell comes first, then the only one in a
/// subfolder. Without a running shell, the result is the path of one in the current folder.
///
/// # Errors
///
/// Returns an error if several subfolders have a running shell.
pub(crate) fn find_running_shell(current: &Path) -> Result<PathBuf, Error> {
    find(current, &[with_running_shell])
}

/// The state folder of the config values that a command without `--state` is about.
///
/// Without a [running shell](find_running_shell), the same search is done for config values.
///
/// # Errors
///
/// Returns an error if several subfolders have a running shell, or config values.
pub(crate) fn find_config_values(current: &Path) -> Result<PathBuf, Error> {
    find(current, &[with_running_shell, with_config_values])
}

fn find(current: &Path, filters: &[fn(Vec<PathBuf>) -> Found]) -> Result<PathBuf, Error> {
    for filter in filters {
        let above = current.ancestors();
        let above = above.map(|folder| folder.join(StateDir::NAME)).collect();
        if let Some(nearest) = filter(above).next() {
            return Ok(nearest.path);
        }
        let mut below: Vec<_> = filter(state_dirs_below(current)).collect();
        match below.len() {
            0 => {}
            1 => return Ok(below.remove(0).path),
            _ => {
                let describe = |FoundStateDir { path, plugins }: &FoundStateDir| {
                    let path = path.strip_prefix(current).unwrap_or(path).display();
                    match plugins.is_empty() {
                        true => path.to_string(),
                        false => format!("{path} (runs {})", plugins.join(" and ")),
                    }
                };
                let list = below.iter().map(describe).collect::<Vec<_>>().join(", ");
                return Err(Error::usage(
                    format!("there are several state folders below this folder: {list}"),
                    "name one of them with `--state DIR`",
                ));
            }
        }
    }
    Ok(current.join(StateDir::NAME))
}

/// The state folders whose shell [is running](running_plugins). All shells are asked at the same time.
fn with_running_shell(state_dirs: Vec<PathBuf>) -> Found {
    let hosts = state_dirs
        .into_iter()
        .filter_map(|path| Some((HostFile::read(&path).ok()?, path)));
    let asked: Vec<_> = hosts
        .map(|(host, path)| {
            thread::spawn(|| {
                let plugins = running_plugins(host)?;
                Some(FoundStateDir { path, plugins })
            })
        })
        .collect();
    Box::new(asked.into_iter().filter_map(|thread| thread.join().ok()?))
}

/// The plugins of the shell that `host.json` names, if it answers; none if nobody does in time. A suspended shell counts,
/// so that the command reports it; a foreign program on its port that does not answer cannot be told from it.
///
/// A killed shell leaves the file behind; another shell on its port does not accept its token.
fn running_plugins(host: HostFile) -> Option<Vec<String>> {
    let answer = async {
        let client = Client::new(host);
        Ok(timeout(ANSWER_TIMEOUT, client.call(&ListPlugins {})).await)
    };
    match block_on(answer).ok()? {
        Ok(plugins) => Some(plugins.ok()?.into_iter().map(|plugin| plugin.id).collect()),
        Err(_) => Some(Vec::new()),
    }
}

fn with_config_values(state_dirs: Vec<PathBuf>) -> Found {
    let found = state_dirs.into_iter().map(|path| FoundStateDir {
        path,
        plugins: Vec::new(),
    });
    Box::new(found.filter(|found| found.path.join(StateDir::STORE_FILE).is_file()))
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
