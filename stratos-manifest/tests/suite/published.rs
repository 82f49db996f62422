//! Manifests of plugins that exist have nothing wrong with them.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use stratos_manifest::{
    FileStatus, Levels, Linter, ParsedManifest, ProjectFacts, SettingType, check,
};

use crate::render::render;

/// Made after published plugins and the documentation: old and new fields, all types of settings, both ways to write
/// an icon's path, many languages, and every way to lay out a file.
#[test]
fn shapes_of_published_manifests_are_clean() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/published");
    let manifests = manifests(&folder);
    assert!(manifests.len() > 15);
    manifests
        .iter()
        .for_each(|manifest| is_clean_but_for_icons(manifest));
}

/// What the files above are there for must be in them.
#[test]
fn published_manifests_are_of_every_kind() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/published");
    let sources: Vec<_> = manifests(&folder)
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for piece in [
        "\"$schema\"",
        "entryModule",
        "\"contact\"",
        "\"homepage\"",
        "\"availableSettings\": []",
        "\"airline\"",
        "\"assets/icon-light.svg\"",
        "\"./assets/icon-light.svg\"",
        "\"icon-light.svg\"",
        "icon-light.png",
        "-rc.1",
        "\r\n",
        "\t\"id\"",
        "ő",
        "ß",
        "着",
        "س",
        "\\ud83c",
        "\"scope\":\"airline\"",
    ] {
        assert!(
            sources.iter().any(|source| source.contains(piece)),
            "{piece:?}"
        );
    }
    for kind in SettingType::NAMES {
        assert!(
            sources
                .iter()
                .any(|source| source.contains(&format!("\"type\": \"{kind}\""))),
            "{kind}"
        );
    }
}

/// The same for a folder of real ones, wherever it is.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test of files that are not ours to publish has to be told where they are"
)]
fn real_manifests_are_clean() {
    let Some(folder) = env::var_os("STRATOS_MANIFEST_CORPUS") else {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            concat!(
                "skipped: STRATOS_MANIFEST_CORPUS names no folder of manifests",
                "\n"
            )
            .as_bytes(),
        );
        return;
    };
    let manifests = manifests(Path::new(&folder));
    assert!(!manifests.is_empty(), "no manifest in {folder:?}");
    manifests
        .iter()
        .for_each(|manifest| is_clean_but_for_icons(manifest));
}

fn is_clean_but_for_icons(path: &Path) {
    let source = fs::read(path).unwrap();
    let linter = Linter::new(Levels::default());
    assert!(!check(&source, &ProjectFacts::none()).has_errors());
    let report = linter.check(&source, &ProjectFacts::none());
    assert_eq!(
        render(&source, &report.diagnostics),
        "",
        "{}",
        path.display()
    );
    assert!(report.manifest.is_some());

    // Where nothing is known of the build either, only the icons are missed.
    let mut facts = ProjectFacts::collect(path.parent().unwrap(), &ParsedManifest::parse(&source));
    facts.files.retain(|file, _| {
        let file = file.to_lowercase();
        file.ends_with(".svg") || file.ends_with(".png")
    });
    assert_eq!(facts.files.len(), 4, "{}", path.display());
    facts
        .files
        .values_mut()
        .for_each(|fact| *fact = FileStatus::Missing);
    let report = linter.check(&source, &facts);
    let rules: Vec<_> = report.diagnostics.iter().map(|d| d.rule).collect();
    assert_eq!(rules, ["missing-icon-file"; 2], "{}", path.display());
    assert!(
        report.manifest.is_some(),
        "files that are missing do not make the manifest unreadable"
    );
}

fn manifests(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(manifests(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}
