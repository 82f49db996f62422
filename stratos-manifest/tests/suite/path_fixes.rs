//! Fixes of the rules about paths: the fields of a fixture after its fixes were applied.

use std::{fs, path::Path};

use serde_json::Value;
use stratos_manifest::{Levels, Linter, Safety};

use crate::fixture_facts::fixture_facts;

/// Applies the fixes of the fixture's rule that have this safety, and returns the manifest, parsed and as text.
fn fixed(fixture: &str, safety: Safety) -> (Value, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/rules")
        .join(format!("{fixture}.json"));
    let source = fs::read(&path).unwrap();
    let facts = fixture_facts(&path, &source, false);
    let rule = fixture.split('/').next().unwrap();
    let report = Linter::new(Levels::default()).check(&source, &facts);
    let mut text = String::from_utf8(source).unwrap();
    let fixes = report.diagnostics.iter().rev();
    for fix in fixes
        .filter(|finding| finding.rule == rule)
        .filter_map(|finding| finding.fix.as_ref())
        .filter(|fix| fix.safety == safety)
    {
        for edit in fix.edits.iter().rev() {
            text.replace_range(edit.span.clone(), &edit.text);
        }
    }
    (serde_json::from_str(&text).unwrap(), text)
}

fn check(fixture: &str, safety: Safety, expected: [&str; 3]) {
    let (manifest, _) = fixed(fixture, safety);
    let field = |path: &str| {
        manifest
            .pointer(path)
            .map_or("none", |v| v.as_str().unwrap())
    };
    let actual = ["/icon_light", "/icon_dark", "/background/entryModule"].map(field);
    assert_eq!(actual, expected, "{fixture}");
}

#[test]
fn fixes_write_the_expected_paths() {
    use Safety::*;

    let [light, dark] = ["icon-light.svg", "icon-dark.svg"];
    for (fixture, safety, expected) in [
        (
            "unsafe-path/fail/control-and-file",
            Safe,
            ["icon\0.svg", "file:icon.svg", "background/index.js"],
        ),
        (
            "unsafe-path/fail/backslash-to-parent",
            Safe,
            [
                "..\\icon.svg",
                "assets/icon/dark.svg",
                "\\\\server\\share\\index.js",
            ],
        ),
        (
            "wrong-case-path/fail/file-and-folder",
            Safe,
            [
                "icon-light.svg",
                "assets/icon-dark.svg",
                "background/index.js",
            ],
        ),
        (
            "wrong-case-path/fail/folder-for-icons",
            Safe,
            ["Assets/icon-light.svg", "Assets/icon-dark.svg", "none"],
        ),
        (
            "unportable-path/fail/lost-ends",
            Unsafe,
            [
                "assets/icon.svg",
                "assets/icon-dark.svg",
                "background/index.js",
            ],
        ),
        (
            "source-entry-module/fail/built-twin",
            Safe,
            [light, dark, "background/index.js"],
        ),
        (
            "source-entry-module/fail/rust",
            Unsafe,
            [light, dark, "background/index.js"],
        ),
        (
            "source-entry-module/fail/rust",
            Safe,
            [light, dark, "background/src/main.rs"],
        ),
        (
            "unconventional-entry-module/fail/rust",
            Unsafe,
            [light, dark, "background/index.js"],
        ),
        (
            "unconventional-entry-module/fail/dist",
            Unsafe,
            [light, dark, "dist/main.js"],
        ),
        (
            "leftover-entry-module/fail/only-a-ui",
            Unsafe,
            [light, dark, "none"],
        ),
        (
            "leftover-entry-module/fail/only-a-ui",
            Safe,
            [light, dark, "background/index.js"],
        ),
        (
            "undeclared-background/fail/crate-at-the-root",
            Safe,
            [light, dark, "background/index.js"],
        ),
    ] {
        check(fixture, safety, expected);
    }
}

#[test]
fn the_fix_of_undeclared_background_inserts_a_line() {
    let (_, text) = fixed("undeclared-background/fail/crate-at-the-root", Safety::Safe);
    let end = "\",\n  \"background\": { \"entryModule\": \"background/index.js\" }\n}\n";
    assert!(text.ends_with(end), "{text}");
}
