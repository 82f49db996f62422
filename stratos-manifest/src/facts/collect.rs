//! What is known of a plugin's folder. No other folder of the crate than this one reads the disk.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::Path,
};

use crate::{
    facts::{
        CrateFact, FileFact, FileVersion, ICON_KEYS, IconFact, Image, ProjectFacts, background,
        beside, cargo, folder::PluginFolder, npm,
    },
    icon::{MAX_ICON_BYTES, inspect},
    plugin_path::{entry_place, icon_places, path_fault},
    reading::{decode, find, key_text, parse},
};

impl ProjectFacts {
    /// Looks at the files in the plugin's folder `dir` that the manifest `source` names or that rules want to know of.
    ///
    /// It never fails: a manifest that cannot be read names no files, and a file that cannot be reached is missing.
    /// It never blocks, and looks at nothing outside of the folder, wherever links lead, but the `Cargo.toml` in the
    /// folders above, from which a crate inherits.
    pub fn collect(dir: &Path, source: &[u8]) -> Self {
        let mut facts = Self::none();
        let Some(named) = named_files(source) else {
            return facts;
        };
        let mut folder = PluginFolder::new(dir);
        for place in &named.icons {
            let fact = match read_icon(&mut folder, place) {
                Ok(icon) => {
                    facts.icons.insert(place.clone(), icon);
                    FileFact::Present
                }
                Err(fact) => fact,
            };
            facts.files.insert(place.clone(), fact);
        }
        background::look_around(&mut folder, named.entry.as_deref(), &mut facts.files);
        facts.beside = beside::files(
            &mut folder,
            &facts.files,
            named
                .icons
                .chunks(ICON_PLACES)
                .chain([named.entry.as_slice()]),
        );
        let (rust_crate, versions) = crates(&mut folder, dir);
        facts.rust_crate = rust_crate;
        facts.versions = versions;
        let packages = PACKAGES.iter().filter_map(|file| {
            Some(FileVersion {
                file: (*file).to_owned(),
                version: npm::version(&mut folder, file)?,
            })
        });
        facts.versions.extend(packages);
        facts
    }
}

/// Where a plugin's crate may lie; the first one is built.
const CRATES: [&str; 2] = ["Cargo.toml", "background/Cargo.toml"];

/// As many as [`icon_places`] gives for each.
const ICON_PLACES: usize = 2;

const PACKAGES: [&str; 2] = ["package.json", "background/package.json"];

/// The crate that is built, and the versions of all that use the SDK: others need not be the plugin's.
fn crates(folder: &mut PluginFolder, dir: &Path) -> (Option<CrateFact>, Vec<FileVersion>) {
    let found = CRATES.map(|file| cargo::look(folder, dir, file));
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
    let mut is_there =
        |file: &str| !matches!(folder.look(file), FileFact::Missing | FileFact::Folder);
    let built = CRATES.iter().position(|file| is_there(file));
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

fn read_icon(folder: &mut PluginFolder, place: &str) -> Result<IconFact, FileFact> {
    let (content, bytes) = folder.read(place, MAX_ICON_BYTES + 1)?;
    let is_whole = content.len() as u64 <= MAX_ICON_BYTES;
    let mut hasher = DefaultHasher::new();
    (bytes, &content).hash(&mut hasher);
    Ok(IconFact {
        bytes,
        fingerprint: hasher.finish(),
        image: match is_whole {
            true => inspect(&content),
            false => Image::Unread,
        },
    })
}

/// What a manifest names that may lie in the plugin's folder.
struct Named {
    /// All the places of one after all those of the other.
    icons: Vec<String>,
    entry: Option<String>,
}

fn named_files(source: &[u8]) -> Option<Named> {
    let (text, _) = decode(source);
    let text = text?;
    let (value, _) = parse(&text);
    let root = value.as_ref()?.as_object()?;
    let is_inside = |path: &&str| path_fault(path).is_none() && !path.trim().is_empty();
    let background = find(root, "background").and_then(|field| field.value.as_object());
    Some(Named {
        icons: ICON_KEYS
            .iter()
            .filter_map(|key| key_text(root, key))
            .filter(is_inside)
            .flat_map(icon_places)
            .collect(),
        entry: background
            .and_then(|background| key_text(background, "entryModule"))
            .filter(is_inside)
            .map(entry_place),
    })
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
        for (file, expected) in [
            ("assets/dark.svg", Some(FileFact::Folder)),
            ("assets/light.svg", Some(FileFact::Present)),
            ("dark.svg", Some(FileFact::Missing)),
            ("light.svg", Some(FileFact::Missing)),
            ("plugin.json", None),
        ] {
            assert_eq!(facts.files.get(file), expected.as_ref(), "{file}");
        }
        let icons: Vec<_> = facts.icons.iter().collect();
        assert!(
            matches!(icons[..], [(place, IconFact { bytes: 0, image: Image::Empty, .. })] if place == "assets/light.svg"),
            "{icons:?}"
        );

        let outside = br#"{ "icon_light": "../outside.svg", "icon_dark": 1, "background": { "entryModule": "/x" } }"#;
        let facts = ProjectFacts::collect(&plugin, outside);
        assert!(
            !facts
                .files
                .keys()
                .any(|file| file.contains("..") || file.starts_with('/'))
        );
        assert!(facts.icons.is_empty());
        for source in [&b"[]"[..], b"\xff"] {
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
            let fact = collect(&files).rust_crate;
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

    #[cfg(unix)]
    #[test]
    fn nothing_is_read_through_a_link_that_leads_out() {
        let dir = tempfile::tempdir().unwrap();
        let plugin = dir.path().join("plugin");
        fs::create_dir_all(plugin.join("inside")).unwrap();
        for (file, text) in [
            ("Cargo.toml", CRATE),
            ("package.json", "{\"version\": \"1.2.5\"}"),
        ] {
            let link = plugin.join(file);
            for target in ["..", "inside"] {
                fs::write(plugin.join(target).join(file), text).unwrap();
            }
            for (target, expected) in [("..", 0), ("inside", 1)] {
                std::os::unix::fs::symlink(Path::new(target).join(file), &link).unwrap();
                let facts = ProjectFacts::collect(&plugin, b"{}");
                assert_eq!(facts.versions.len(), expected, "{file} {target}");
                fs::remove_file(&link).unwrap();
            }
        }
    }

    #[test]
    fn a_large_icon_is_not_inspected() {
        let dir = tempfile::tempdir().unwrap();
        let icon = fs::File::create(dir.path().join("icon.svg")).unwrap();
        icon.set_len(8 * MAX_ICON_BYTES).unwrap();
        let facts = ProjectFacts::collect(dir.path(), br#"{ "icon_light": "icon.svg" }"#);
        let icon = &facts.icons["icon.svg"];
        assert_eq!(
            (icon.bytes, &icon.image),
            (8 * MAX_ICON_BYTES, &Image::Unread)
        );
    }
}
