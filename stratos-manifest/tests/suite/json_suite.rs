//! What is JSON and what is not: our own small suite, and the public JSONTestSuite.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use stratos_manifest::{Level, ProjectFacts, RULES, Report, Stage, check};

use crate::json_free::{FREE, Verdict};

/// The one rule about files that are JSON, and are something else than a manifest.
const NOT_A_MANIFEST: &str = "not-an-object";

/// `tests/json/accept` and `tests/json/reject`, which are about numbers, escapes, encodings, nesting and white space.
#[test]
fn our_own_suite_is_judged_as_its_folders_say() {
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
    reason = "the suite is not part of this repository, and its place has to be told"
)]
fn agrees_with_the_json_test_suite() {
    let Some(folder) = env::var_os("JSON_TEST_SUITE") else {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            concat!(
                "skipped: JSON_TEST_SUITE does not name the suite's folder test_parsing",
                "\n"
            )
            .as_bytes(),
        );
        return;
    };
    let (mut accepted, mut refused, mut free) = (0, 0, Vec::new());
    for path in files(Path::new(&folder)) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let errors = file_errors(&path);
        match name.split_once('_').unwrap() {
            // JSON has them; that nobody can mean them is another matter.
            ("y", "object_duplicated_key" | "object_duplicated_key_and_value") => {
                assert_eq!(errors, ["duplicate-key"], "{name}");
                accepted += 1;
            }
            ("y", _) => {
                assert!(errors.is_empty(), "{name} was refused: {errors:?}");
                accepted += 1;
            }
            ("n", _) => {
                assert!(!errors.is_empty(), "{name} was accepted");
                refused += 1;
            }
            ("i", name) => free.push((name.to_owned(), errors)),
            _ => panic!("{name} is of no kind"),
        }
    }
    assert_eq!((accepted, refused, free.len()), (95, 188, FREE.len()));
    for (name, errors) in free {
        let (_, verdict, why) = FREE
            .iter()
            .find(|(known, ..)| *known == name)
            .unwrap_or_else(|| panic!("no verdict about {name}"));
        match verdict {
            Verdict::Accepted => assert!(errors.is_empty(), "{name}: {errors:?}, but {why}"),
            Verdict::Refused(rule) => assert_eq!(errors, [*rule], "{name}: {why}"),
        }
    }
}

/// The rules about the file itself that call it broken. They give a place, which lies in the file.
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
