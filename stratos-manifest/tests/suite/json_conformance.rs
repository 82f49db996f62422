//! Conformance of the parser: our own cases, and the public JSONTestSuite.

use std::{fs, path::Path};

use stratos_manifest::{Level, ProjectFacts, RULES, Report, Stage, check};

use crate::files::{external_folder, json_files, package_folder};

/// The rule of the stage `File` that reports valid JSON.
const NOT_A_MANIFEST: &str = "not-an-object";

/// The cases in `tests/json/accept` and `tests/json/reject`: numbers, escapes, encodings, nesting and white space.
#[test]
fn own_cases_are_accepted_and_rejected() {
    let accepted = json_files(&package_folder("tests/json/accept"));
    let rejected = json_files(&package_folder("tests/json/reject"));
    assert!(accepted.len() > 15 && rejected.len() > 45);
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

/// The cases of the JSONTestSuite for which the standard leaves the result open, by the rule that rejects them (`None`
/// for those that are accepted), without the prefix `i_` of their names.
///
/// The shell decodes a manifest from UTF-8 and calls `JSON.parse`. A file is rejected if the decoder would silently change
/// its content, and otherwise accepted: numbers are rounded to 64-bit floats, and a lone surrogate is a warning, but a
/// decoder replaces bytes that are not UTF-8.
const UNDEFINED: [(Option<&str>, &[&str]); 5] = [
    (
        None,
        &[
            "number_double_huge_neg_exp",
            "number_huge_exp",
            "number_neg_int_huge_exp",
            "number_pos_double_huge_exp",
            "number_real_neg_overflow",
            "number_real_pos_overflow",
            "number_real_underflow",
            "number_too_big_neg_int",
            "number_too_big_pos_int",
            "number_very_big_negative_int",
            "object_key_lone_2nd_surrogate",
            "string_1st_surrogate_but_2nd_missing",
            "string_1st_valid_surrogate_2nd_invalid",
            "string_incomplete_surrogate_and_escape_valid",
            "string_incomplete_surrogate_pair",
            "string_incomplete_surrogates_escape_valid",
            "string_invalid_lonely_surrogate",
            "string_invalid_surrogate",
            "string_inverted_surrogates_U+1D11E",
            "string_lone_second_surrogate",
        ],
    ),
    (
        Some("not-utf8"),
        &[
            "string_UTF-8_invalid_sequence",
            "string_UTF8_surrogate_U+D800",
            "string_invalid_utf-8",
            "string_iso_latin_1",
            "string_lone_utf8_continuation_byte",
            "string_not_in_unicode_range",
            "string_overlong_sequence_2_bytes",
            "string_overlong_sequence_6_bytes",
            "string_overlong_sequence_6_bytes_null",
            "string_truncated-utf-8",
        ],
    ),
    (
        Some("utf16-text"),
        &[
            "string_UTF-16LE_with_BOM",
            "string_utf16BE_no_BOM",
            "string_utf16LE_no_BOM",
        ],
    ),
    (Some("nested-too-deep"), &["structure_500_nested_arrays"]),
    (
        Some("byte-order-mark"),
        &["structure_UTF-8_BOM_empty_object"],
    ),
];

#[test]
fn the_json_test_suite_passes() {
    let Some(folder) = external_folder("JSON_TEST_SUITE") else {
        return;
    };
    let (mut accepted, mut rejected, mut undefined) = (0, 0, 0);
    for path in json_files(&folder) {
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
            ("i", case) => {
                let is_known = |(_, cases): &&(_, &[&str])| cases.contains(&case);
                let (expected, _) = UNDEFINED
                    .iter()
                    .find(is_known)
                    .unwrap_or_else(|| panic!("no expected result of {name}"));
                assert_eq!(errors, Vec::from_iter(*expected), "{name}");
                undefined += 1;
            }
            _ => panic!("{name} has no known prefix"),
        }
    }
    assert_eq!((accepted, rejected, undefined), (95, 188, 35));
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
