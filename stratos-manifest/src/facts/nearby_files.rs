//! Candidates for a file that the manifest names and that does not exist.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{plugin_folder::PluginFolder, project_facts::FileStatus};

/// The extensions of the files that a manifest names.
const EXTENSIONS: [&str; 5] = [".svg", ".png", ".js", ".mjs", ".cjs"];

/// The files in the folders where one of the `named` files was not found, or that were found in its place, and in the
/// folders where a plugin usually has such files.
///
/// Each named file is given by all locations where it may lie.
pub(super) fn nearby_files<'n>(
    folder: &mut PluginFolder,
    known: &BTreeMap<String, FileStatus>,
    named: impl IntoIterator<Item = &'n [String]>,
) -> Vec<String> {
    let mut folders = BTreeSet::new();
    let is_found = |path: &String| known.get(path) == Some(&FileStatus::Present);
    let lost = named
        .into_iter()
        .filter(|locations| !locations.iter().any(is_found));
    for path in lost.flatten() {
        match known.get(path) {
            Some(FileStatus::Missing) => folders.insert(parent(path)),
            Some(FileStatus::Folder) => folders.insert(path.trim_end_matches('/')),
            _ => false,
        };
    }
    if !folders.is_empty() {
        folders.extend(["", "assets", "background"]);
    }
    let files = folders.into_iter().flat_map(|path| folder.files_in(path));
    let mut files: Vec<_> = files.filter(|path| has_extension(path)).collect();
    files.sort_unstable();
    files
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn has_extension(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    EXTENSIONS.iter().any(|extension| path.ends_with(extension))
}
