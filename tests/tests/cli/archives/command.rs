//! Output, options and exit codes of `cargo stratos check` for zips.

use std::fs;
use std::path::Path;

use serde_json::Value;
use stratos_tests::{CommandOutput, ICON, MANIFEST, RawEntry, RawZip, folder, stratos};

use super::{DEFLATED, good};
use crate::formats::schemas::{self, assert_valid, check_output};

fn check(zips: &[(&str, &RawZip)], arguments: &[&str]) -> CommandOutput {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), zips);
    let checked = stratos(folder.path(), [&["check"], arguments].concat());
    let temporary = std::env::temp_dir();
    let temporary = temporary.to_string_lossy();
    if !arguments.contains(&"sarif") {
        assert!(!checked.stdout.contains(&*temporary), "{}", checked.stdout);
    }
    checked
}

fn write(folder: &Path, zips: &[(&str, &RawZip)]) {
    for (name, zip) in zips {
        fs::write(folder.join(name), zip.bytes()).unwrap();
    }
}

/// A zip with an error in the archive that names a file.
fn with_link() -> RawZip {
    let mut zip = good();
    zip.push(RawEntry::stored("assets/a\u{1b}b", b"up").with_mode(0o120_777));
    zip
}

/// A zip whose manifest has an error.
fn with_bad_manifest() -> RawZip {
    let mut zip = good();
    let manifest = MANIFEST.replace("\"1.0.0\"", "\"1.0\"");
    zip.entries[0] = RawEntry::deflated("plugin.json", manifest.as_bytes());
    zip
}

#[test]
fn errors_name_the_file_in_the_zip_and_the_byte() {
    let checked = check(&[("bundle.zip", &with_link())], &["bundle.zip"]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    insta::assert_snapshot!(checked.stdout);
}

#[test]
fn the_manifest_in_a_zip_is_checked_with_the_files_in_it() {
    let mut zip = with_bad_manifest();
    zip.entries.remove(1);
    let checked = check(&[("my bundle.zip", &zip)], &["my bundle.zip"]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    insta::assert_snapshot!(checked.stdout.replace('\\', "/"));
}

/// Nothing builds a zip, so that its build files do not matter.
#[test]
fn icons_of_a_zip_are_in_assets() {
    let mut zip = good();
    let icon = zip.entries[1].clone();
    zip.entries[1] = RawEntry::deflated("icon.svg", ICON.as_bytes());
    zip.entries.push(RawEntry::deflated("package.json", b"{}"));
    let checked = check(&[("bundle.zip", &zip)], &["bundle.zip"]);
    assert!(
        checked.stdout.contains("icon-outside-assets"),
        "{checked:?}"
    );
    zip.entries[1] = icon;
    let checked = check(&[("bundle.zip", &zip)], &["bundle.zip"]);
    assert!(
        !checked.stdout.contains("icon-outside-assets"),
        "{checked:?}"
    );
}

#[test]
fn every_format_reports_zips() {
    let zips = [("bad.zip", &with_link()), ("good.zip", &good())];
    let run = |format| {
        let checked = check(&zips, &["--format", format, "bad.zip", "good.zip"]);
        assert_eq!(checked.code, Some(1), "{checked:?}");
        assert!(!checked.stdout.contains('\u{1b}'));
        checked.stdout
    };
    let github = run("github");
    assert!(
        github.contains("::error file=bad.zip,title=link::assets/a"),
        "{github}"
    );
    let json = assert_valid(&check_output(), &run("json"));
    assert_eq!(json["summary"]["bundles"], 2);
    let bundles = json["bundles"].as_array().unwrap();
    let finding = &bundles[0]["findings"][0];
    assert_eq!(finding["name"], "link");
    assert_eq!(finding["path"], "assets/a\u{1b}b");
    assert!(finding["offset"].as_u64() > Some(0), "{finding}");
    assert_eq!(bundles[1]["findings"], Value::Array(Vec::new()));
    let sarif = assert_valid(&schemas::sarif(), &run("sarif"));
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|result| result["ruleId"] == "link"));
    let location = &results[0]["locations"][0]["physicalLocation"];
    assert!(location["region"]["byteOffset"].is_u64(), "{location}");
}

#[test]
fn zips_and_folders_are_checked_together() {
    let folder = folder(&[("plugin.json", MANIFEST), ("assets/icon.svg", ICON)]);
    write(folder.path(), &[("one.zip", &good()), ("TWO.ZIP", &good())]);
    let checked = stratos(
        folder.path(),
        ["check", ".", "one.zip", "TWO.ZIP", "one.zip"],
    );
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert_eq!(
        checked.stdout, "2 bundles and 3 manifests checked: no mistakes found\n",
        "the same id in a folder and its zip is no mistake"
    );
}

#[test]
fn settings_beside_a_zip_apply_to_it() {
    let mut zip = with_bad_manifest();
    let token = format!("const token = 'ghp_{}';", "a".repeat(36));
    zip.entries[DEFLATED] = RawEntry::deflated("ui/index.js", token.as_bytes());
    let code = |settings: &str| {
        let folder = folder(&[("stratos.toml", settings)]);
        write(folder.path(), &[("bundle.zip", &zip)]);
        stratos(folder.path(), ["check", "bundle.zip"])
    };
    let without = code("");
    assert!(without.stdout.contains("error[secret]"), "{without:?}");
    assert!(
        without.stdout.contains("error[malformed-version]"),
        "{without:?}"
    );
    let with = code(
        "[check.levels]\nmalformed-version = \"allow\"\n[[pack.not_secret]]\npath = \"ui/index.js\"\nreason = \"A sample.\"\n",
    );
    assert!(!with.stdout.contains("secret"), "{with:?}");
    assert!(!with.stdout.contains("malformed-version"), "{with:?}");
}

#[test]
fn a_zip_of_a_folder_says_what_to_pack() {
    let entries = good().entries.into_iter().map(|entry| {
        entry.with_headers(|header| {
            header.name.splice(0..0, *b"my-plugin/");
        })
    });
    let nested = RawZip::new(entries.collect());
    let checked = check(&[("bundle.zip", &nested)], &["bundle.zip"]);
    assert_eq!(checked.code, Some(1));
    let expected =
        "`my-plugin/plugin.json` is in a folder: pack the files of this folder, not the folder";
    assert!(checked.stdout.contains(expected), "{}", checked.stdout);
}

#[test]
fn a_zip_cannot_be_fixed() {
    for arguments in [
        &["--fix", "bundle.zip"][..],
        &["--diff", "bundle.zip"],
        &["--fix", "--unsafe-fixes", ".", "bundle.zip"],
    ] {
        let checked = check(&[("bundle.zip", &with_bad_manifest())], arguments);
        assert_eq!(checked.code, Some(2), "{checked:?}");
        assert!(
            checked
                .stderr
                .contains("error: the files in bundle.zip cannot be fixed"),
            "{checked:?}"
        );
    }
}

#[test]
fn a_missing_zip_is_a_usage_error_and_a_folder_with_its_name_is_a_folder() {
    let missing = check(&[], &["nowhere.zip"]);
    assert_eq!(missing.code, Some(2), "{missing:?}");
    let folder = folder(&[
        ("a.zip/plugin.json", MANIFEST),
        ("a.zip/assets/icon.svg", ICON),
    ]);
    let checked = stratos(folder.path(), ["check", "a.zip"]);
    assert_eq!(checked.stdout, "1 manifest checked: no mistakes found\n");
}
