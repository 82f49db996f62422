//! The only place of the crate that reads the disk.

use std::path::Path;

use crate::{
    facts::{CrateFact, FileFact, FileVersion, ICON_KEYS, ProjectFacts, cargo, npm},
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
        let (crate_fact, mut versions) = crates(dir);
        versions.extend(PACKAGES.iter().filter_map(|file| {
            Some(FileVersion {
                file: (*file).to_owned(),
                version: npm::version(&dir.join(file))?,
            })
        }));
        Self {
            files,
            versions,
            crate_fact,
            ..Self::none()
        }
    }
}

/// Where a plugin's crate may lie; the first one is built.
const CRATES: [&str; 2] = ["Cargo.toml", "background/Cargo.toml"];

const PACKAGES: [&str; 2] = ["package.json", "background/package.json"];

/// The crate that is built, and the versions of all that use the SDK: others need not be the plugin's.
fn crates(dir: &Path) -> (Option<CrateFact>, Vec<FileVersion>) {
    let found = CRATES.map(|file| cargo::look(dir, file));
    let versions = found
        .iter()
        .flatten()
        .filter(|found| found.fact.sdk.is_some())
        .filter_map(|found| {
            Some(FileVersion {
                file: found.fact.file.clone(),
                version: found.version.clone()?,
            })
        })
        .collect();
    // A broken one is built as well, and nothing is known of it.
    let built = CRATES.iter().position(|file| dir.join(file).is_file());
    let [mut first, second] = found.map(|found| found.map(|found| found.fact));
    if let (Some(first), Some(second)) = (&mut first, &second)
        && first.package.is_none()
        && first.sdk.is_none()
    {
        // A workspace around the plugin's crate, which is what the SDK is for.
        first.sdk.clone_from(&second.sdk);
    }
    match built {
        Some(0) => (first, versions),
        _ => (second, versions),
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

    const CRATE: &str =
        "[package]\nname = \"a\"\nversion = \"1.2.3\"\n[dependencies]\nstratos-sdk = \"0.1\"";
    const OTHER_CRATE: &str = "[package]\nname = \"b\"\nversion = \"1.2.4\"";
    const WORKSPACE: &str = "[workspace]\nmembers = [\"background\"]";

    fn collect(files: &[(&str, &str)]) -> ProjectFacts {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("background")).unwrap();
        for (file, text) in files {
            fs::write(dir.path().join(file), text).unwrap();
        }
        ProjectFacts::collect(dir.path(), b"{}")
    }

    #[test]
    fn the_crate_is_the_one_that_is_built() {
        let [root, inner] = CRATES;
        for (files, expected) in [
            (
                vec![(root, CRATE), (inner, OTHER_CRATE)],
                "Cargo.toml: Some(\"a\"), sdk",
            ),
            (
                vec![(root, OTHER_CRATE), (inner, CRATE)],
                "Cargo.toml: Some(\"b\")",
            ),
            (
                vec![(inner, CRATE)],
                "background/Cargo.toml: Some(\"a\"), sdk",
            ),
            (
                vec![(root, WORKSPACE), (inner, CRATE)],
                "Cargo.toml: None, sdk",
            ),
            (vec![(root, WORKSPACE)], "Cargo.toml: None"),
            (vec![(root, "broken"), (inner, CRATE)], ""),
            (vec![("package.json", "{}")], ""),
        ] {
            let fact = collect(&files).crate_fact;
            let said = fact.map_or_else(String::new, |fact| {
                let sdk = fact.sdk.map_or("", |_| ", sdk");
                format!("{}: {:?}{sdk}", fact.file, fact.package)
            });
            assert_eq!(said, expected, "{files:?}");
        }
    }

    #[test]
    fn versions_are_those_of_the_plugin() {
        let huge = format!("{{\"version\": \"1.2.5\"{}}}", " ".repeat(1024 * 1024));
        for (files, expected) in [
            (
                vec![
                    ("Cargo.toml", OTHER_CRATE),
                    ("background/Cargo.toml", CRATE),
                ],
                vec!["background/Cargo.toml 1.2.3"],
            ),
            (
                vec![
                    ("package.json", "{\"version\": \"1.2.5\"}"),
                    ("background/package.json", "{\"version\": \"1\"}"),
                ],
                vec!["package.json 1.2.5", "background/package.json 1"],
            ),
            (vec![("package.json", "{\"version\": 1}")], vec![]),
            (vec![("package.json", "{\"version\": ")], vec![]),
            (vec![("package.json", &huge)], vec![]),
        ] {
            let found: Vec<_> = collect(&files)
                .versions
                .iter()
                .map(|found| format!("{} {}", found.file, found.version))
                .collect();
            assert_eq!(found, expected);
        }
    }
}
