//! Where a plugin's background module is, and what it is built from.

use std::collections::BTreeMap;

use crate::{
    background::{BUILDS, CONVENTIONAL, built_twin, source_ending, source_twins},
    facts::{FileFact, folder::PluginFolder},
};

/// Looks for everything that says how the module at `entry` comes into being.
pub(super) fn look_around(
    folder: &mut PluginFolder,
    entry: Option<&str>,
    files: &mut BTreeMap<String, FileFact>,
) {
    let fixed = BUILDS
        .into_iter()
        .chain(["background", "ui/index.js", CONVENTIONAL])
        .map(str::to_owned);
    let named = entry.into_iter().flat_map(|entry| {
        source_twins(entry)
            .chain(built_twin(entry))
            .chain([entry.to_owned()])
    });
    for path in fixed.chain(named) {
        let fact = folder.look(&path);
        files.insert(path, fact);
    }
    let in_background = folder.files_in("background").into_iter();
    let sources = in_background.filter(|path| source_ending(path).is_some());
    files.extend(sources.map(|path| (path, FileFact::Present)));
}
