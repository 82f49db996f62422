//! The files that may be meant where a manifest names one that is not there.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{FileFact, folder::PluginFolder};

/// The endings of what a manifest names.
const ENDINGS: [&str; 5] = [".svg", ".png", ".js", ".mjs", ".cjs"];

/// What lies beside those of the `named` files that were not found, and in the folders that were found instead.
pub(super) fn files<'n>(
    folder: &mut PluginFolder,
    known: &BTreeMap<String, FileFact>,
    named: impl IntoIterator<Item = &'n String>,
) -> Vec<String> {
    let mut folders = BTreeSet::new();
    for path in named {
        match known.get(path) {
            Some(FileFact::Missing) => folders.insert(parent(path)),
            Some(FileFact::Folder) => folders.insert(path.trim_end_matches('/')),
            _ => false,
        };
    }
    if !folders.is_empty() && known.get("background") == Some(&FileFact::Folder) {
        folders.insert("background");
    }
    let files = folders.into_iter().flat_map(|path| folder.files_in(path));
    let mut files: Vec<_> = files.filter(|path| has_ending(path)).collect();
    files.sort_unstable();
    files
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn has_ending(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}
