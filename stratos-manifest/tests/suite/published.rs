//! Manifests of plugins that exist have nothing wrong with them.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use stratos_manifest::{FileFact, ProjectFacts, check};

use crate::render::render;

/// Made after published plugins: their fields, order, and both ways to write an icon's path.
#[test]
fn shapes_of_published_manifests_are_clean() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/published");
    let manifests = manifests(&folder);
    assert_eq!(manifests.len(), 2);
    manifests
        .iter()
        .for_each(|manifest| is_clean_but_for_icons(manifest));
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
    let report = check(&source, &ProjectFacts::none());
    assert_eq!(
        render(&source, &report.diagnostics),
        "",
        "{}",
        path.display()
    );
    assert!(report.manifest.is_some());

    let mut facts = ProjectFacts::collect(path.parent().unwrap(), &source);
    let icons = facts
        .files
        .keys()
        .filter(|file| file.ends_with(".svg") || file.ends_with(".png"));
    assert_eq!(icons.count(), 4);
    facts
        .files
        .values_mut()
        .for_each(|fact| *fact = FileFact::Missing);
    let report = check(&source, &facts);
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
