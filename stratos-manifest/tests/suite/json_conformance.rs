//! Conformance of the parser: our own cases, and the public JSONTestSuite.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use stratos_manifest::{Level, ProjectFacts, RULES, Report, Stage, check};

use crate::json_undefined_cases::{Expected, UNDEFINED_CASES};

/// The rule of the stage `File` that reports valid JSON.
const NOT_A_MANIFEST: &str = "not-an-object";

/// The cases in `tests/json/accept` and `tests/json/reject`: numbers, escapes, encodings, nesting and white space.
#[test]
fn own_cases_are_accepted_and_rejected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/json");
    let accepted = files(&folder.join("accept"));
    let rejected = files(&folder.join("reject"));
    assert!(accepted.len() > 15 && rejected.len() > 50);
    for path in &accepted {
        let expected = match path.file_stem().unwrap().to_str().unwrap() {
            "duplicate-key" => vec!["duplicate-key"],
            _ => vec![],
        };
        assert_eq!(file_errors(path), expected, "{}", path.display());
    }
    for path in &rejected {
        assert!(
            !file_errors(path).is_empty(),
            "{} was accepted",
            path.display()
        );
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the suite is not part of this repository, and a variable names its folder"
)]
fn the_json_test_suite_passes() {
    let Some(folder) = env::var_os("JSON_TEST_SUITE") else {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            concat!(
                "skipped: JSON_TEST_SUITE does not name the folder test_parsing of the suite",
                "\n"
            )
            .as_bytes(),
        );
        return;
    };
    let (mut accepted, mut rejected, mut undefined) = (0, 0, Vec::new());
    for path in files(Path::new(&folder)) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let errors = file_errors(&path);
        match name.split_once('_').unwrap() {
            // Duplicate keys are JSON, and rejected by a rule.
            ("y", "object_duplicated_key" | "object_duplicated_key_and_value") => {
                assert_eq!(errors, ["duplicate-key"], "{name}");
                accepted += 1;
            }
            ("y", _) => {
                assert!(errors.is_empty(), "{name} was rejected: {errors:?}");
                accepted += 1;
            }
            ("n", _) => {
                assert!(!errors.is_empty(), "{name} was accepted");
                rejected += 1;
            }
            ("i", name) => undefined.push((name.to_owned(), errors)),
            _ => panic!("{name} has no known prefix"),
        }
    }
    assert_eq!(
        (accepted, rejected, undefined.len()),
        (95, 188, UNDEFINED_CASES.len())
    );
    for (name, errors) in undefined {
        let (_, expected, reason) = UNDEFINED_CASES
            .iter()
            .find(|(known, ..)| *known == name)
            .unwrap_or_else(|| panic!("no expected result of {name}"));
        match expected {
            Expected::Accepted => assert!(errors.is_empty(), "{name}: {errors:?}, but {reason}"),
            Expected::Rejected(rule) => assert_eq!(errors, [*rule], "{name}: {reason}"),
        }
    }
}

/// The rules of the stage `File` that reject the file. Asserts that their spans are inside the file.
fn file_errors(path: &Path) -> Vec<&'static str> {
    let source = fs::read(path).unwrap();
    let Report {
        diagnostics,
        failed,
        ..
    } = check(&source, &ProjectFacts::none());
    assert!(failed.is_empty(), "{}: {failed:?}", path.display());
    let is_about_the_file = |id| {
        RULES
            .iter()
            .any(|rule| rule.id == id && rule.stage == Stage::File && id != NOT_A_MANIFEST)
    };
    let mut errors: Vec<_> = diagnostics
        .iter()
        .filter(|d| d.level == Level::Error && is_about_the_file(d.rule))
        .inspect(|d| {
            let span = &d.span;
            let is_inside = span.start <= span.end && span.end <= source.len();
            assert!(is_inside, "{}: {span:?}", path.display());
        })
        .map(|d| d.rule)
        .collect();
    errors.dedup();
    errors
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    paths
}
