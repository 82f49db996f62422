//! JSONTestSuite: we call the same files JSON as everybody else does.

use std::{env, fs, path::Path};

use stratos_manifest::{Level, ProjectFacts, RULES, Report, Stage, check};

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
    let (mut accepted, mut rejected) = (0, 0);
    for entry in fs::read_dir(Path::new(&folder)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let report = check(&fs::read(&path).unwrap(), &ProjectFacts::none());
        match name.split('_').next() {
            Some("n") => {
                assert!(has_file_error(&report), "{name} was accepted");
                rejected += 1;
            }
            Some("y") => {
                let refusals = ["not-json", "comment-in-json", "trailing-comma"];
                let refused = report
                    .diagnostics
                    .iter()
                    .find(|d| refusals.contains(&d.rule));
                assert!(refused.is_none(), "{name} was rejected: {refused:?}");
                accepted += 1;
            }
            // Either is right; that it does not panic is what counts.
            _ => {}
        }
    }
    assert!(
        accepted > 90 && rejected > 180,
        "{accepted} and {rejected} files are not the whole suite"
    );
}

fn has_file_error(report: &Report) -> bool {
    let is_about_the_file = |id| {
        RULES
            .iter()
            .any(|rule| rule.id == id && rule.stage == Stage::File)
    };
    let mut errors = report
        .diagnostics
        .iter()
        .filter(|d| d.level == Level::Error);
    errors.any(|d| is_about_the_file(d.rule))
}
