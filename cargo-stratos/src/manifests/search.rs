//! Search for the manifests that a command line names.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use stratos_manifest::Manifest;
use tracing::debug;

use crate::error::Error;
use crate::manifests::enclosing_plugin::enclosing_plugin;
use crate::manifests::target::{Target, absolute_without_links};
use crate::manifests::walk::plugin_manifests;
use crate::output::escape;

/// Results of a search.
#[derive(Debug, Default)]
pub(crate) struct SearchResults {
    /// The manifests, sorted by path, without duplicates.
    pub(crate) targets: Vec<Target>,
    /// Errors of folders that could not be searched.
    pub(crate) errors: Vec<Error>,
    /// The manifest above the current folder, which was found in place of one in it.
    pub(crate) enclosing: Option<PathBuf>,
}

/// Finds the manifests of a command line. A file is a manifest, and a folder stands for its `plugin.json`, or otherwise
/// for all those below it.
///
/// A manifest that is named is checked even if git ignores it; a search in a folder leaves it out. Without a manifest in
/// the current folder and below, the nearest one above counts, as for cargo.
pub(crate) fn search(paths: &[PathBuf]) -> Result<SearchResults, Error> {
    let mut errors = Vec::new();
    let mut enclosing = None;
    // By absolute path, because two paths may name one file.
    let mut targets: HashMap<PathBuf, Target> = HashMap::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| not_found(path, error))?;
        if !metadata.is_dir() {
            let target = Target::from_file(without_current_dir(path));
            // A named file is no longer bound to a searched folder.
            targets.insert(target.absolute.clone(), target);
            continue;
        }
        let (manifests, mut walk_errors) = plugin_manifests(path);
        if manifests.is_empty() && walk_errors.is_empty() {
            let above = enclosing_plugin(path);
            let Some(above) = above.filter(|_| without_current_dir(path).as_os_str().is_empty())
            else {
                return Err(no_manifest(path));
            };
            let target = Target::from_file(above.join(Manifest::FILE_NAME));
            enclosing = Some(target.path.clone());
            targets.entry(target.absolute.clone()).or_insert(target);
            continue;
        }
        let root = dunce::canonicalize(path).unwrap_or_else(|_| path.clone());
        let search_root: Arc<Path> = root.as_path().into();
        for manifest in manifests {
            let absolute = match manifest.strip_prefix(path) {
                Ok(inside) => root.join(inside),
                Err(_) => absolute_without_links(&manifest),
            };
            targets.entry(absolute.clone()).or_insert_with(|| Target {
                path: without_current_dir(&manifest),
                absolute,
                search_root: Some(Arc::clone(&search_root)),
                contents: None,
                unpacked: None,
            });
        }
        errors.append(&mut walk_errors);
    }
    let mut targets: Vec<_> = targets.into_values().collect();
    targets.sort_by(|a, b| a.path.cmp(&b.path));
    for target in &targets {
        debug!(path = ?target.path, "found manifest");
    }
    Ok(SearchResults {
        targets,
        errors,
        enclosing,
    })
}

impl SearchResults {
    /// Adds a target, and removes those for the same file.
    pub(crate) fn replace(&mut self, target: Target) {
        let resolved = target.resolved();
        let is_other =
            |other: &Target| other.absolute != target.absolute && other.resolved() != resolved;
        self.targets.retain(is_other);
        self.targets.push(target);
        self.targets.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

/// The path without its `.` components.
fn without_current_dir(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

fn not_found(path: &Path, error: io::Error) -> Error {
    if error.kind() != io::ErrorKind::NotFound {
        return Error::file("read", path, error);
    }
    let is_zip = path.extension().is_some_and(|extension| extension == "zip");
    Error::usage(
        format!("there is no file or folder {}", display(path)),
        match is_zip {
            true => "`cargo stratos pack` writes the zip of a plugin",
            false => "name a plugin.json, or a folder with one in it or below",
        },
    )
}

fn no_manifest(path: &Path) -> Error {
    let help = match enclosing_plugin(path) {
        Some(folder) => format!(
            "name the plugin around this folder: {}",
            display(&without_current_dir(&folder.join(Manifest::FILE_NAME)))
        ),
        None => "create a plugin with `cargo stratos new my-plugin`, or name its folder or its manifest; files that git \
                 ignores and further checkouts of git worktrees are not searched"
            .to_owned(),
    };
    Error::usage(
        format!("there is no plugin.json in {} or below", display(path)),
        help,
    )
}

fn display(path: &Path) -> String {
    escape(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let file = dir.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "{}").unwrap();
        }
        dir
    }

    fn found(dir: &Path, inside: &[&str]) -> Vec<String> {
        let paths: Vec<_> = inside.iter().map(|inside| dir.join(inside)).collect();
        let found = search(&paths).unwrap();
        let relative = found
            .targets
            .iter()
            .map(|target| target.path.strip_prefix(dir).unwrap());
        relative
            .map(|path| path.to_str().unwrap().replace('\\', "/"))
            .collect()
    }

    #[test]
    fn build_output_and_hidden_folders_are_searched_only_if_they_are_named() {
        let dir = project(&[
            "a/plugin.json",
            "a/inside/plugin.json",
            "b/c/plugin.json",
            "b/target/plugin.json",
            "node_modules/x/plugin.json",
            ".git/plugin.json",
            ".stratos/plugin.json",
            ".hidden/plugin.json",
        ]);
        let dir = dir.path();
        assert_eq!(found(dir, &[""]), ["a/plugin.json", "b/c/plugin.json"]);
        assert_eq!(found(dir, &["a"]), ["a/plugin.json"]);
        assert_eq!(found(dir, &["a/plugin.json"]), ["a/plugin.json"]);
        for named in ["node_modules", "a/inside", ".hidden", "b/target"] {
            assert_eq!(found(dir, &[named]).len(), 1, "{named}");
        }
    }

    #[test]
    fn manifests_are_sorted_and_have_no_duplicates() {
        let dir = project(&["b/plugin.json", "a/plugin.json", "a-b/plugin.json"]);
        let dir = dir.path();
        let all = ["a/plugin.json", "a-b/plugin.json", "b/plugin.json"];
        assert_eq!(found(dir, &["", "b", "a/../b", "./a/plugin.json"]), all);
        assert_eq!(found(dir, &["b", "a", "a-b/."]), all);
    }

    #[test]
    fn a_search_without_result_is_a_usage_error() {
        let dir = project(&["a/other.json"]);
        for inside in ["a", "b"] {
            let error = search(&[dir.path().join(inside)]).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{error}");
        }
    }
}
