//! The collector of facts.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::Path,
};

use crate::{
    facts::{
        cargo_toml::read_crate,
        entry_module,
        nearby_files::nearby_files,
        package_json,
        plugin_folder::PluginFolder,
        project_facts::{CrateFacts, FileStatus, FileVersion, ICON_KEYS, IconFacts, ProjectFacts},
    },
    icon::{IconContent, MAX_ICON_BYTES, inspect},
    plugin_path::{PathError, entry_location, icon_locations, path_error},
    syntax::{ParsedManifest, find, find_text},
};

/// The locations of a plugin's crate; cargo builds the first that exists.
const CRATES: [&str; 2] = ["Cargo.toml", "background/Cargo.toml"];

const PACKAGES: [&str; 2] = ["package.json", "background/package.json"];

impl ProjectFacts {
    /// Collects the facts about the files in the plugin's folder `dir`.
    ///
    /// The collection cannot fail: a manifest that could not be parsed names no files, and a file that cannot be read is
    /// missing. The collector opens regular files only, so it does not block, and reads nothing outside of the folder,
    /// even through symbolic links, except for a `Cargo.toml` in the folders above from which the crate inherits.
    pub fn collect(dir: &Path, manifest: &ParsedManifest<'_>) -> Self {
        named_files(manifest).map_or_else(Self::none, |named| collect(dir, &named))
    }
}

/// Collects the facts about the files in the plugin's folder `dir`, whose manifest names these files.
pub(super) fn collect(dir: &Path, named: &NamedFiles) -> ProjectFacts {
    let mut facts = ProjectFacts::none();
    let mut folder = PluginFolder::new(dir);
    for location in named.icons.iter().flatten() {
        let status = match read_icon(&mut folder, location) {
            Ok(icon) => {
                facts.icons.insert(location.clone(), icon);
                FileStatus::Present
            }
            Err(status) => status,
        };
        facts.files.insert(location.clone(), status);
    }
    entry_module::add_statuses(&mut folder, named.entry.as_deref(), &mut facts.files);
    let icons = named.icons.iter().map(|locations| locations.as_slice());
    let named = icons.chain([named.entry.as_slice()]);
    facts.nearby_files = nearby_files(&mut folder, &facts.files, named);
    (facts.rust_crate, facts.versions) = read_crates(&mut folder, dir);
    let packages = PACKAGES.iter().filter_map(|file| {
        Some(FileVersion {
            file: (*file).to_owned(),
            version: package_json::version(&mut folder, file)?,
        })
    });
    facts.versions.extend(packages);
    facts
}

/// The crate that is built, and the versions of all crates that use the SDK; others may not belong to the plugin.
fn read_crates(folder: &mut PluginFolder, dir: &Path) -> (Option<CrateFacts>, Vec<FileVersion>) {
    let crates = CRATES.map(|file| read_crate(folder, dir, file));
    let versions = crates
        .iter()
        .flatten()
        .filter(|found| found.facts.sdk.is_some())
        .filter_map(|found| {
            Some(FileVersion {
                file: found.facts.file.clone(),
                version: found.version.clone()?,
            })
        })
        .collect();
    // An invalid `Cargo.toml` is the one that is built, too, and has no facts.
    let mut exists = |file: &str| {
        !matches!(
            folder.status(file),
            FileStatus::Missing | FileStatus::Folder
        )
    };
    let built = CRATES.iter().position(|file| exists(file));
    let [mut outer, inner] = crates.map(|found| found.map(|found| found.facts));
    if let (Some(outer), Some(inner)) = (&mut outer, &inner)
        && outer.package.is_none()
        && outer.sdk.is_none()
    {
        // The outer crate is a virtual workspace around the inner one.
        outer.sdk.clone_from(&inner.sdk);
    }
    match built {
        Some(0) => (outer, versions),
        _ => (inner, versions),
    }
}

fn read_icon(folder: &mut PluginFolder, location: &str) -> Result<IconFacts, FileStatus> {
    let (content, bytes) = folder.read(location, MAX_ICON_BYTES + 1)?;
    let is_whole = content.len() as u64 <= MAX_ICON_BYTES;
    let mut hasher = DefaultHasher::new();
    (bytes, &content).hash(&mut hasher);
    Ok(IconFacts {
        bytes,
        fingerprint: hasher.finish(),
        content: match is_whole {
            true => inspect(&content),
            false => IconContent::TooLarge,
        },
    })
}

/// The files that a manifest names, without those outside of the plugin's folder.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct NamedFiles {
    /// The locations of each icon.
    icons: Vec<[String; 2]>,
    entry: Option<String>,
}

/// The files that the manifest names; `None` if it is not an object.
pub(super) fn named_files(manifest: &ParsedManifest<'_>) -> Option<NamedFiles> {
    let root = manifest.root.as_ref()?.as_object()?;
    let is_inside = |path: &&str| {
        let error = path_error(path);
        matches!(error, None | Some(PathError::Variable)) && !path.trim().is_empty()
    };
    let background = find(root, "background").and_then(|field| field.value.as_object());
    Some(NamedFiles {
        icons: ICON_KEYS
            .iter()
            .filter_map(|key| find_text(root, key))
            .filter(is_inside)
            .map(icon_locations)
            .collect(),
        entry: background
            .and_then(|background| find_text(background, "entryModule"))
            .filter(is_inside)
            .map(entry_location),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn collect_from(dir: &Path, source: &[u8]) -> ProjectFacts {
        ProjectFacts::collect(dir, &ParsedManifest::parse(source))
    }

    #[test]
    fn only_the_locations_of_named_files_are_collected() {
        let dir = tempfile::tempdir().unwrap();
        let plugin = dir.path().join("plugin");
        fs::create_dir_all(plugin.join("assets/dark.svg")).unwrap();
        fs::write(plugin.join("assets/light.svg"), "").unwrap();
        fs::write(dir.path().join("outside.svg"), "").unwrap();

        let source = br#"{ "icon_light": "light.svg", "icon_dark": "dark.svg" }"#;
        let facts = collect_from(&plugin, source);
        for (file, expected) in [
            ("assets/dark.svg", Some(FileStatus::Folder)),
            ("assets/light.svg", Some(FileStatus::Present)),
            ("dark.svg", Some(FileStatus::Missing)),
            ("light.svg", Some(FileStatus::Missing)),
            ("plugin.json", None),
        ] {
            assert_eq!(facts.files.get(file), expected.as_ref(), "{file}");
        }
        let icons: Vec<_> = facts.icons.iter().collect();
        assert!(
            matches!(icons[..], [(place, IconFacts { bytes: 0, content: IconContent::Empty, .. })] if place == "assets/light.svg"),
            "{icons:?}"
        );

        assert!(!facts.files.contains_key("background/index.ts"));
        let entry = br#"{ "background": { "entryModule": "background/index.js" } }"#;
        let facts = collect_from(&plugin, entry);
        let files = ["Cargo.toml", "background", "background/index.ts"];
        assert!(files.iter().all(|file| facts.files.contains_key(*file)));

        let outside = br#"{ "icon_light": "../outside.svg", "icon_dark": 1, "background": { "entryModule": "/x" } }"#;
        let facts = collect_from(&plugin, outside);
        assert!(
            !facts
                .files
                .keys()
                .any(|file| file.contains("..") || file.starts_with('/'))
        );
        assert!(facts.icons.is_empty());
        for source in [&b"[]"[..], b"\xff"] {
            assert_eq!(collect_from(&plugin, source), ProjectFacts::none());
        }
    }

    #[test]
    fn candidates_for_a_missing_icon_are_beside_it_and_in_background() {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["assets", "background", "ui"] {
            fs::create_dir(dir.path().join(folder)).unwrap();
            fs::write(dir.path().join(folder).join("icon.svg"), "").unwrap();
        }
        let nearby = |source| collect_from(dir.path(), source).nearby_files;
        assert_eq!(
            nearby(br#"{ "icon_light": "light.svg" }"#),
            ["assets/icon.svg", "background/icon.svg"]
        );
        assert_eq!(nearby(br#"{ "icon_light": "icon.svg" }"#), [""; 0]);
    }

    const CRATE: &str =
        "[package]\nname = \"a\"\nversion = \"1.2.3\"\n[dependencies]\nstratos-sdk = \"0.1\"";
    const OTHER_CRATE: &str = "[package]\nname = \"b\"\nversion = \"1.2.4\"";
    const WORKSPACE: &str = "[workspace]\nmembers = [\"background\"]";

    fn collect_files(files: &[(&str, &str)]) -> ProjectFacts {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("background")).unwrap();
        for (file, text) in files {
            fs::write(dir.path().join(file), text).unwrap();
        }
        collect_from(dir.path(), b"{}")
    }

    #[test]
    fn the_first_existing_crate_is_the_one_that_is_built() {
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
            let rust_crate = collect_files(&files).rust_crate;
            let shown = rust_crate.map_or_else(String::new, |found| {
                let sdk = found.sdk.map_or("", |_| ", sdk");
                format!("{}: {:?}{sdk}", found.file, found.package)
            });
            assert_eq!(shown, expected, "{files:?}");
        }
    }

    #[test]
    fn versions_come_from_crates_with_the_sdk_and_from_packages() {
        let marked = format!("\u{feff}{CRATE}");
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
            (
                vec![
                    ("package.json", "\u{feff}{\"version\": \"1.2.5\"}"),
                    ("Cargo.toml", &marked),
                ],
                vec!["Cargo.toml 1.2.3", "package.json 1.2.5"],
            ),
            (vec![("package.json", "{\"version\": 1}")], vec![]),
            (vec![("package.json", "{\"version\": ")], vec![]),
            (vec![("package.json", &huge)], vec![]),
        ] {
            let found: Vec<_> = collect_files(&files)
                .versions
                .iter()
                .map(|found| format!("{} {}", found.file, found.version))
                .collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_large_icon_is_not_inspected() {
        let dir = tempfile::tempdir().unwrap();
        let icon = fs::File::create(dir.path().join("icon.svg")).unwrap();
        icon.set_len(8 * MAX_ICON_BYTES).unwrap();
        let facts = collect_from(dir.path(), br#"{ "icon_light": "icon.svg" }"#);
        let icon = &facts.icons["icon.svg"];
        assert_eq!(
            (icon.bytes, &icon.content),
            (8 * MAX_ICON_BYTES, &IconContent::TooLarge)
        );
    }
}
