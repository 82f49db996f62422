//! The fixes, applied: examples, and properties that hold for any file.

use std::{fs, sync::LazyLock};

use proptest::{collection, prelude::*, sample};
use serde_json::{Value, json};
use stratos_manifest::{
    FixedManifest, Level, Levels, Linter, ParsedManifest, ProjectFacts, RULES, RuleLevel, Safety,
    apply_fixes, retain_applicable_fixes,
};

use crate::files::{json_files, package_folder};

const VALID: &str = include_str!("../published/airline-with-schema.json");

/// A manifest with all optional fields, and settings of most types.
const RICH: &str = r#"{
  "id": "fuel-check",
  "name": "Fuel check",
  "version": "1.2.3",
  "description": "Compares planned and loaded fuel.",
  "type": "user",
  "author": { "id": "jane-doe", "name": "Jane Doe", "contact": "jane@fleet.example" },
  "icon_light": "icon-light.svg",
  "icon_dark": "icon-dark.svg",
  "background": { "entryModule": "background/index.js" },
  "availableSettings": [
    { "key": "base", "name": "Base", "type": "text", "scope": "user", "pattern": "^[A-Z]{4}$", "default": "EDDF" },
    { "key": "notes", "name": "Notes", "type": "longtext", "scope": "user", "placeholder": "Any" },
    { "key": "limit", "name": "Limit", "type": "number", "scope": "user", "min": 0, "max": 9, "default": 3 },
    { "key": "volume", "name": "Volume", "type": "range", "scope": "user", "min": 0, "max": 10, "step": 2 },
    { "key": "on", "name": "On", "type": "boolean", "scope": "user", "default": true },
    {
      "key": "unit",
      "name": "Unit",
      "type": "list",
      "scope": "user",
      "default": "kg",
      "options": [{ "value": "kg", "label": "Kilograms" }, { "value": "lb", "label": "Pounds" }]
    }
  ],
  "homepage": "https://fleet.example"
}
"#;

/// Maps in the place of arrays: the fix for each covers the fixes for all mistakes inside it.
const MAPPED: &str = r#"{
  "id": "fuel-check",
  "name": "Fuel check",
  "version": "1.2.3",
  "type": "user",
  "settings": {
    "base": { "name": "Base\ud83d", "type": "text", "scope": "user" }, // comment
    "on": { "name": " On", "type": "bool" },
    "unit": { "name": "Unit", "type": "list", "scope": "user", "options": { "kg": "Kilograms\u200b" } }
  }
}
"#;

#[test]
fn fixes_keep_the_rest_of_the_source() {
    for (source, expected) in [
        (
            "{ \"id\": \"a\tb\r\n\u{7}\" }",
            "{ \"id\": \"a\\tb\\r\\n\\u0007\" }",
        ),
        (r#"{ "name": "Caf\u00e9 " }"#, r#"{ "name": "Caf\u00e9" }"#),
        (
            r#"{ "name": "\t\u00a0\ud83d\ude00 \u200b\\\u200b\/😀\t" }"#,
            r#"{ "name": "\ud83d\ude00 \\\/😀" }"#,
        ),
        // A misspelt key is not renamed to a key that exists, or that another key would get, too.
        (
            r#"{ "Name": "A", "name": "B" }"#,
            r#"{ "Name": "A", "name": "B" }"#,
        ),
        (
            r#"{ "iconLight": "a.svg", "icon-light": "b.svg" }"#,
            r#"{ "iconLight": "a.svg", "icon-light": "b.svg" }"#,
        ),
    ] {
        let fixed = fix(source.as_bytes(), Safety::Safe);
        assert_eq!(text(&fixed), expected, "{source:?}");
    }
}

#[test]
fn all_duplicate_keys_are_removed_at_once() {
    for (unit, count) in [("\"id\": \"a\",\n", 250), ("\"id\":0,\"name\":1,", 250)] {
        let left = unit.trim_end_matches([',', '\n']);
        let source = format!("{{{}{left}}}", unit.repeat(count));
        let once = fix(source.as_bytes(), Safety::Safe);
        assert_eq!(text(&once), format!("{{{left}}}"));
        let twice = fix(&once.source, Safety::Safe);
        assert_eq!(twice.applied, [""; 0]);
    }
}

#[test]
fn utf16_is_converted_and_then_fixed() {
    let text_before = "{ \"iconLight\": \"ä.svg\", }\r\n";
    let source: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(text_before.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let fixed = fix(&source, Safety::Safe);
    assert_eq!(text(&fixed), "{ \"icon_light\": \"ä.svg\" }\r\n");
    assert_eq!(
        fixed.applied,
        ["utf16-text", "missing-field", "trailing-comma"]
    );
}

#[test]
fn utf32_is_not_changed() {
    for mark in ["", "\u{feff}"] {
        for to_bytes in [u32::to_le_bytes, u32::to_be_bytes] {
            let text = mark.chars().chain(VALID.chars());
            let source: Vec<u8> = text.flat_map(|char| to_bytes(char.into())).collect();
            assert_eq!(fix(&source, Safety::Unsafe).source, source);
        }
    }
}

#[test]
fn properties_hold_for_every_fixture() {
    for rule in RULES {
        let folder = package_folder("tests/rules").join(rule.id).join("fail");
        for path in json_files(&folder) {
            assert_properties(&fs::read(path).unwrap());
        }
    }
}

#[test]
fn a_manifest_without_findings_is_not_changed() {
    for valid in [VALID, RICH] {
        let fixed = fix(valid.as_bytes(), Safety::Unsafe);
        assert_eq!(text(&fixed), valid);
        assert_eq!(fixed.applied, [""; 0]);
    }
}

/// Values under unknown keys are not checked, so some of these manifests are valid until the key is renamed.
#[test]
fn properties_hold_for_wrong_values_under_misspelt_keys() {
    for (key, misspelt) in MISSPELT {
        for wrong in [
            json!(0),
            json!("none"),
            json!(null),
            json!([0]),
            json!([{}]),
        ] {
            let mut manifest: Value = serde_json::from_str(RICH).unwrap();
            misspell(
                &mut manifest,
                key.trim_matches('"'),
                misspelt.trim_matches('"'),
                &wrong,
            );
            assert_properties(manifest.to_string().as_bytes());
        }
    }
}

/// The fix for the map would add errors, so that those for the mistakes inside it are applied.
#[test]
fn properties_hold_for_a_rejected_fix_that_covers_others() {
    for (mistake, corrected) in [("F\\ud83d\"}, ", "F\"}, "), ("F\"}, // c\n", "F\"},\n")] {
        let with = |text: &str| {
            format!(r#"{{"availableSettings":{{"a":{{"name":"{text}"b":{{}},"c":{{}}}}}}"#)
        };
        let source = with(mistake);
        assert_properties(source.as_bytes());
        let fixed = fix(source.as_bytes(), Safety::Unsafe);
        assert_eq!(text(&fixed), with(corrected));
    }
    assert_properties(MAPPED.as_bytes());
}

#[test]
fn a_rename_that_adds_errors_is_left_out_beside_another_error() {
    for misspelt in [
        r#""available_settings": [{ "key": "a" }, { "key": "b" }]"#,
        r#""Background": "x""#,
    ] {
        let source = VALID.replacen("\"id\"", &format!("{misspelt},\n  \"id\""), 1);
        let source = source.replace("\"airline\"", "\"spaceship\"");
        assert_properties(source.as_bytes());
        assert_eq!(text(&fix(source.as_bytes(), Safety::Safe)), source);
    }
}

fn misspell(value: &mut Value, key: &str, misspelt: &str, wrong: &Value) {
    match value {
        Value::Object(object) => {
            if object.remove(key).is_some() {
                object.insert(misspelt.to_owned(), wrong.clone());
            }
            object
                .values_mut()
                .for_each(|value| misspell(value, key, misspelt, wrong));
        }
        Value::Array(values) => values
            .iter_mut()
            .for_each(|value| misspell(value, key, misspelt, wrong)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn properties_hold_for_mutated_manifests(
        changes in collection::vec((any::<sample::Index>(), any::<sample::Index>(), 0..5_u8), 0..6),
        valid in sample::select(&[VALID, RICH, MAPPED][..]),
    ) {
        assert_properties(&mutate(valid, &changes));
    }

    #[test]
    fn fixes_undo_known_mistakes(
        mistakes in collection::vec((0..6_u8, any::<sample::Index>()), 1..6),
        crlf in any::<bool>(),
    ) {
        let valid = match crlf {
            true => VALID.replace('\n', "\r\n"),
            false => VALID.to_owned(),
        };
        let source = add_mistakes(&valid, &mistakes);
        let fixed = fix(source.as_bytes(), Safety::Unsafe);
        let data = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        prop_assert_eq!(data(&text(&fixed)), data(&valid), "{}", source);
        prop_assert_eq!(text(&fixed).contains("\r\n"), crlf);
        prop_assert_eq!(text(&fixed).replace("\r\n", "").contains('\n'), !crlf);
    }
}

/// Asserts that fixing is idempotent, keeps valid manifests and JSON valid, adds no errors, changes no other data, and
/// applies all fixes that are offered.
fn assert_properties(source: &[u8]) {
    for safety in [Safety::Safe, Safety::Unsafe] {
        let before = linter().check(source, &ProjectFacts::none());
        let once = fix(source, safety);
        let after = linter().check(&once.source, &ProjectFacts::none());
        let shown = || format!("{}\n=>\n{}", String::from_utf8_lossy(source), text(&once));

        let twice = fix(&once.source, safety);
        assert_eq!(
            twice.source,
            once.source,
            "fixing again changes the file: {}",
            shown()
        );
        assert_eq!(
            once.applied.is_empty(),
            once.source == source,
            "{}",
            shown()
        );
        assert_eq!(
            offered(&once.source, safety),
            [""; 0],
            "fixes are offered and not applied: {}",
            shown()
        );
        assert_eq!(
            offered(source, safety).is_empty(),
            once.applied.is_empty(),
            "fixes are applied if and only if some are offered: {}",
            shown()
        );
        let data = serde_json::from_slice::<Value>(source).ok();
        assert!(
            after.manifest.is_some() || before.manifest.is_none(),
            "a valid manifest stays valid: {}",
            shown()
        );
        let data_after = serde_json::from_slice::<Value>(&once.source).ok();
        assert!(
            data_after.is_some() || data.is_none(),
            "JSON stays JSON: {}",
            shown()
        );
        let errors = |report: &stratos_manifest::Report| {
            let errors = report.diagnostics.iter();
            errors.filter(|d| d.level == Level::Error).count()
        };
        if data.is_some() {
            assert!(
                errors(&after) <= errors(&before),
                "no new errors: {}",
                shown()
            );
        }
        if let (Some(data), Some(data_after)) = (data, data_after) {
            let fixed_paths: Vec<String> = before
                .diagnostics
                .iter()
                .filter(|d| d.fix.is_some())
                .map(|d| d.at.clone())
                .collect();
            assert_unchanged_except(&fixed_paths, &data, &data_after, &shown());
        }
    }
}

/// The rules whose fixes up to the given safety a report offers.
fn offered(source: &[u8], safety: Safety) -> Vec<&'static str> {
    let check =
        |manifest: &ParsedManifest<'_>| linter().check_parsed(manifest, &ProjectFacts::none());
    let manifest = ParsedManifest::parse(source);
    let mut report = check(&manifest);
    retain_applicable_fixes(&mut report, &manifest, check);
    let found = report.diagnostics.iter();
    let is_offered = |fix: &stratos_manifest::Fix| fix.safety <= safety;
    found
        .filter(|found| found.fix.as_ref().is_some_and(is_offered))
        .map(|found| found.rule)
        .collect()
}

/// Asserts that only the values at the key paths `fixed` differ, and none if there are no such paths.
fn assert_unchanged_except(fixed: &[String], before: &Value, after: &Value, shown: &str) {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return;
    };
    for (key, value) in before {
        // Keys may contain dots, so the first key of a path is ambiguous.
        if !fixed.iter().any(|at| at.starts_with(key)) && !fixed.is_empty() {
            assert_eq!(after.get(key), Some(value), "{key}: {shown}");
        }
    }
    if fixed.is_empty() {
        assert_eq!(before, after, "{shown}");
    }
}

/// Known keys with misspellings that a fix corrects.
const MISSPELT: [(&str, &str); 6] = [
    ("\"availableSettings\"", "\"settings\""),
    ("\"icon_light\"", "\"iconLight\""),
    ("\"entryModule\"", "\"entry_module\""),
    ("\"homepage\"", "\"website\""),
    ("\"min\"", "\"Min\""),
    ("\"options\"", "\"choices\""),
];

/// Mutates a valid manifest: removes, repeats, inserts and replaces bytes, and misspells keys.
fn mutate(valid: &str, changes: &[(sample::Index, sample::Index, u8)]) -> Vec<u8> {
    let mut source = valid.as_bytes().to_vec();
    let inserted: [&[u8]; 13] = [
        b"\"", b",", b"{", b"}", b"]", b"null", b"//x\n", b"/**/", b"\"5\"", b"7", b" ", b"\xff",
        b"\\ud83d",
    ];
    for (at, other, kind) in changes {
        let at = at.index(source.len());
        let end = (at + other.index(12)).min(source.len());
        match kind {
            0 => drop(source.drain(at..end)),
            1 => {
                let lines: Vec<&[u8]> = source.split_inclusive(|&byte| byte == b'\n').collect();
                let line = lines[other.index(lines.len())].to_vec();
                let start = source[..at].iter().rposition(|&byte| byte == b'\n');
                let start = start.map_or(0, |newline| newline + 1);
                drop(source.splice(start..start, line));
            }
            2 => drop(source.splice(
                at..at,
                inserted[other.index(inserted.len())].iter().copied(),
            )),
            3 => {
                let (key, misspelt) = MISSPELT[other.index(MISSPELT.len())];
                source = String::from_utf8_lossy(&source)
                    .replacen(key, misspelt, 1)
                    .into_bytes();
            }
            _ => source[at] = source[other.index(source.len())],
        }
        if source.is_empty() {
            source.push(b'{');
        }
    }
    source
}

/// Adds mistakes that have only one possible correction.
fn add_mistakes(valid: &str, mistakes: &[(u8, sample::Index)]) -> String {
    let mut source = valid.to_owned();
    for (kind, at) in mistakes {
        let closing: Vec<_> = source.match_indices(['}', ']']).map(|(at, _)| at).collect();
        match kind {
            0 if !source.starts_with('\u{feff}') => source.insert(0, '\u{feff}'),
            1 => {
                let at = closing[at.index(closing.len())];
                let end = source[..at].trim_end().len();
                if !source[..end].ends_with([',', '{', '[', '/']) {
                    source.insert(end, ',');
                }
            }
            2 => {
                let ends: Vec<_> = source.match_indices(",\n").map(|(at, _)| at + 1).collect();
                let ends_crlf = source.match_indices(",\r\n").map(|(at, _)| at + 1);
                let ends: Vec<_> = ends.into_iter().chain(ends_crlf).collect();
                if !ends.is_empty() {
                    source.insert_str(ends[at.index(ends.len())], " // a comment");
                }
            }
            3 => source = source.replacen("\"icon_light\"", "\"iconLight\"", 1),
            4 => source = source.replacen("\"version\"", "\"verzion\"", 1),
            _ => {
                let version = source.find("\"id\"").unwrap();
                let end = version + source[version..].find(',').unwrap() + 1;
                let line = source[version..end].to_owned();
                source.insert_str(version, &line);
            }
        }
    }
    source
}

fn fix(source: &[u8], safety: Safety) -> FixedManifest {
    apply_fixes(source, safety, |manifest| {
        linter().check_parsed(manifest, &ProjectFacts::none())
    })
}

fn text(fixed: &FixedManifest) -> String {
    String::from_utf8_lossy(&fixed.source).into_owned()
}

/// A shared linter, because compiling the schema is slow.
fn linter() -> &'static Linter {
    static LINTER: LazyLock<Linter> = LazyLock::new(|| {
        let mut levels = Levels::default();
        levels.set("pedantic", RuleLevel::Warn).unwrap();
        Linter::new(levels)
    });
    &LINTER
}
