//! Manifests of published plugins have no findings.

use std::{
    fs,
    path::{Path, PathBuf},
};

use stratos_manifest::{FileStatus, Levels, Linter, ParsedManifest, ProjectFacts, check};

use crate::{
    files::{entries, external_folder, json_files, package_folder},
    render::render,
};

/// The files in `tests/published` are modelled on published plugins and the documentation: old and new fields, all types
/// of settings, both conventions of icon paths, many languages, and different formatting.
#[test]
fn manifests_like_published_ones_have_no_findings() {
    let manifests = manifests(&package_folder("tests/published"));
    assert!(manifests.len() > 15);
    manifests
        .iter()
        .for_each(|manifest| assert_only_icons_are_missing(manifest));
}

/// Checks a folder of published manifests, which are not part of this repository.
#[test]
fn published_manifests_have_no_findings() {
    let Some(folder) = external_folder("STRATOS_MANIFEST_CORPUS") else {
        return;
    };
    let manifests = manifests(&folder);
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

/// The JSON files in a folder and in the folders below it.
fn manifests(folder: &Path) -> Vec<PathBuf> {
    let below = entries(folder).into_iter().filter(|path| path.is_dir());
    let below = below.flat_map(|folder| manifests(&folder));
    json_files(folder).into_iter().chain(below).collect()
}
