//! Every hostile archive is refused by name, and none is unpacked.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use stratos_bundle::{leftover_problems, read_archive};
use stratos_tests::{report, stratos};

use super::other_readers::assert_same_files;
use super::{Case, entry_cases, good, name_cases, structure_cases};

#[test]
fn hostile_archives_are_refused_by_name() {
    let cases = cases();
    assert!(cases.len() > 60, "{}", cases.len());
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = vec!["check".to_owned(), "--format=json".to_owned()];
    for (number, case) in cases.iter().enumerate() {
        let file = file_name(number);
        fs::write(folder.path().join(&file), &case.bytes).unwrap();
        arguments.push(file);
    }
    let checked = stratos(folder.path(), &arguments);
    assert_eq!(checked.code, Some(1), "{}", checked.stderr);
    let output: Value = serde_json::from_str(&checked.stdout).unwrap();
    let found = findings(&output);

    let mut wrong = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let names = &found[&file_name(number)];
        report(format_args!("{:48} {}", case.name, names.join(", ")));
        if !names.iter().any(|name| name == case.expected) {
            wrong.push((case.name, case.expected, names));
        }
    }
    report(format_args!(
        "{} hostile archives, {} accepted",
        cases.len(),
        wrong.len()
    ));
    assert!(wrong.is_empty(), "{wrong:#?}");

    // Nothing but a clean archive gets as far as the linter.
    for manifest in output["manifests"].as_array().unwrap() {
        let path = manifest["path"].as_str().unwrap();
        let file = path.split(['/', '\\']).next().unwrap();
        let number: usize = file.trim_end_matches(".zip").parse().unwrap();
        assert!(read_archive(&cases[number].bytes).is_ok(), "{path}");
    }
}

#[test]
fn the_archive_that_the_cases_change_has_no_findings() {
    let bytes = good().bytes();
    let bundle = read_archive(&bytes).unwrap();
    assert_eq!(leftover_problems(&bundle), []);
    assert_same_files(std::slice::from_ref(&bytes));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bundle.zip"), bytes).unwrap();
    let checked = stratos(folder.path(), ["check", "bundle.zip"]);
    assert_eq!(
        checked.stdout, "1 bundle and 1 manifest checked: no mistakes found\n",
        "{checked:?}"
    );
    assert_eq!(checked.code, Some(0));
}

#[test]
fn every_reason_to_refuse_an_archive_is_in_the_book() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/src/linter.md");
    let page = fs::read_to_string(page).unwrap();
    for Case {
        bytes, expected, ..
    } in cases()
    {
        let listed = page.contains(&format!("`{expected}`"));
        assert!(listed || read_archive(&bytes).is_ok(), "{expected}");
    }
}

fn cases() -> Vec<Case> {
    let parts = [
        structure_cases::cases(),
        entry_cases::cases(),
        name_cases::cases(),
    ];
    parts.into_iter().flatten().collect()
}

fn file_name(number: usize) -> String {
    format!("{number}.zip")
}

/// Names of the findings by zip: errors, and warnings with a prefix.
fn findings(output: &Value) -> BTreeMap<String, Vec<String>> {
    let list = |key: &str| output[key].as_array().unwrap().clone();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for checked in list("bundles").iter().chain(&list("manifests")) {
        let path = checked["path"].as_str().unwrap();
        let file = path.split(['/', '\\']).next().unwrap();
        let names = found.entry(file.to_owned()).or_default();
        for finding in checked["findings"].as_array().unwrap() {
            let name = finding.get("name").unwrap_or(&finding["rule"]);
            let name = name.as_str().unwrap();
            let name = match finding["level"].as_str() {
                Some("error") => name.to_owned(),
                _ => format!("warning:{name}"),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    found
}
