//! The files that may be meant where a manifest names one that is not there.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{FileFact, folder::PluginFolder};

/// The endings of what a manifest names.
const ENDINGS: [&str; 5] = [".svg", ".png", ".js", ".mjs", ".cjs"];

/// What lies beside those of the `named` files that were not found, and in the folders that were found instead. Each of
/// them has all the places where it may lie.
pub(super) fn files<'n>(
    folder: &mut PluginFolder,
    known: &BTreeMap<String, FileFact>,
    named: impl IntoIterator<Item = &'n [String]>,
) -> Vec<String> {
    let mut folders = BTreeSet::new();
    let is_found = |path: &String| known.get(path) == Some(&FileFact::Present);
    let lost = named
        .into_iter()
        .filter(|places| !places.iter().any(is_found));
    for path in lost.flatten() {
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

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::ProjectFacts;

    #[test]
    fn only_where_a_file_is_missing_others_are_listed() {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["assets", "background", "icons", "other"] {
            fs::create_dir(dir.path().join(folder)).unwrap();
        }
        for file in [
            "assets/light.svg",
            "assets/notes.txt",
            "background/main.js",
            "icons/dark.PNG",
            "other/light.svg",
        ] {
            fs::write(dir.path().join(file), "").unwrap();
        }
        let beside = |source: &str| ProjectFacts::collect(dir.path(), source.as_bytes()).beside;
        for (source, expected) in [
            ("{}", &[][..]),
            (
                r#"{ "icon_light": "assets/light.svg", "icon_dark": "../dark.svg" }"#,
                &[],
            ),
            (
                r#"{ "icon_light": "lihgt.svg" }"#,
                &["assets/light.svg", "background/main.js"],
            ),
            (
                r#"{ "icon_light": "icons" }"#,
                &["assets/light.svg", "background/main.js", "icons/dark.PNG"],
            ),
            (
                r#"{ "background": { "entryModule": "background/index.js" } }"#,
                &["background/main.js"],
            ),
            (
                r#"{ "background": { "entryModule": "background/main.js" } }"#,
                &[],
            ),
        ] {
            assert_eq!(beside(source), expected, "{source}");
        }
    }
}
