//! Manifests of published plugins have no findings.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use stratos_manifest::{
    FileStatus, Levels, Linter, ParsedManifest, ProjectFacts, SettingType, check,
};

use crate::render::render;

/// The files in `tests/published` are modelled on published plugins and the documentation: old and new fields, all types
/// of settings, both conventions of icon paths, many languages, and different formatting.
#[test]
fn manifests_like_published_ones_have_no_findings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/published");
    let manifests = manifests(&folder);
    assert!(manifests.len() > 15);
    manifests
        .iter()
        .for_each(|manifest| assert_only_icons_are_missing(manifest));
}

/// Keeps the files of the test above from losing variety.
#[test]
fn manifests_like_published_ones_cover_all_features() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/published");
    let sources: Vec<_> = manifests(&folder)
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for feature in [
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
            sources.iter().any(|source| source.contains(feature)),
            "{feature:?}"
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

/// Checks a folder of published manifests, which are not part of this repository.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the manifests are not part of this repository, and a variable names their folder"
)]
fn published_manifests_have_no_findings() {
    let Some(folder) = env::var_os("STRATOS_MANIFEST_CORPUS") else {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            concat!(
                "skipped: STRATOS_MANIFEST_CORPUS does not name a folder of manifests",
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
        .for_each(|manifest| assert_only_icons_are_missing(manifest));
}

fn assert_only_icons_are_missing(path: &Path) {
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

    // Without facts about the entry module, only the icons are reported.
    let mut facts = ProjectFacts::collect(path.parent().unwrap(), &ParsedManifest::parse(&source));
    facts.files.retain(|file, _| {
        let file = file.to_lowercase();
        file.ends_with(".svg") || file.ends_with(".png")
    });
    assert_eq!(facts.files.len(), 4, "{}", path.display());
    facts
        .files
        .values_mut()
        .for_each(|status| *status = FileStatus::Missing);
    let report = linter.check(&source, &facts);
    let rules: Vec<_> = report.diagnostics.iter().map(|d| d.rule).collect();
    assert_eq!(rules, ["missing-icon-file"; 2], "{}", path.display());
    assert!(
        report.manifest.is_some(),
        "missing files do not invalidate the manifest"
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
