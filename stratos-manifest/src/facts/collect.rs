//! The only place of the crate that reads the disk.

use std::path::Path;

use crate::{
    facts::{FileFact, ICON_KEYS, ProjectFacts},
    plugin_path::{icon_places, path_fault},
    reading::{decode, key_text, parse},
};

impl ProjectFacts {
    /// Looks at the files in the plugin's folder `dir` that the manifest `source` names or that rules want to know of.
    ///
    /// It never fails: a manifest that cannot be read names no files, and a file that cannot be reached is missing.
    /// Paths that lead out of the folder are not followed.
    pub fn collect(dir: &Path, source: &[u8]) -> Self {
        let files = named_files(source)
            .into_iter()
            .map(|file| {
                let is_present = dir.join(&file).is_file();
                let fact = if is_present {
                    FileFact::Present
                } else {
                    FileFact::Missing
                };
                (file, fact)
            })
            .collect();
        Self {
            files,
            ..Self::none()
        }
    }
}

fn named_files(source: &[u8]) -> Vec<String> {
    let (Some(text), _) = decode(source) else {
        return Vec::new();
    };
    let (value, _) = parse(&text);
    let Some(root) = value.as_ref().and_then(|value| value.as_object()) else {
        return Vec::new();
    };
    ICON_KEYS
        .iter()
        .filter_map(|key| key_text(root, key))
        .filter(|path| path_fault(path).is_none())
        .flat_map(icon_places)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn looks_in_both_places_and_nowhere_else() {
        let dir = tempfile::tempdir().unwrap();
        let plugin = dir.path().join("plugin");
        fs::create_dir_all(plugin.join("assets/dark.svg")).unwrap();
        fs::write(plugin.join("assets/light.svg"), "").unwrap();
        fs::write(dir.path().join("outside.svg"), "").unwrap();

        let source = br#"{ "icon_light": "light.svg", "icon_dark": "dark.svg" }"#;
        let facts = ProjectFacts::collect(&plugin, source);
        let expected = [
            ("assets/dark.svg", FileFact::Missing),
            ("assets/light.svg", FileFact::Present),
            ("dark.svg", FileFact::Missing),
            ("light.svg", FileFact::Missing),
        ];
        assert_eq!(
            facts.files,
            expected.map(|(file, fact)| (file.to_owned(), fact)).into()
        );

        for source in [
            &br#"{ "icon_light": "../outside.svg", "icon_dark": 1 }"#[..],
            b"[]",
            b"\xff",
        ] {
            assert_eq!(ProjectFacts::collect(&plugin, source), ProjectFacts::none());
        }
    }
}
