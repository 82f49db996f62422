//! Export and import of config values, with and without a running shell.

use std::fs;
use std::path::Path;

use serde_json::Value;
use stratos_tests::{CommandOutput, Plugins, ShellProcess, stratos};

use crate::SAMPLE;

/// Keys and values that are hard to encode.
const HOSTILE: &str = r#"{
  "": "empty",
  "\u0000": "zero",
  "../../etc/passwd": 1,
  "__proto__": {"polluted": true},
  "a.b": {"c": 1},
  "constructor": [],
  "float": -0.0,
  "large": 18446744073709551615,
  "past doubles": 9007199254740993,
  "text": "\"\\\u001b[31m\u202e\uD83D\uDE00",
  "é": 1,
  "e\u0301": 2
}"#;

#[test]
fn an_export_can_be_imported_with_and_without_a_shell() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let state = plugins.root().join("state");
    let file = plugins.root().join("one.json");
    fs::write(&file, HOSTILE).unwrap();
    let mut shell = Some(ShellProcess::start(plugins.root()));
    let (mut exports, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        // First through a running shell, then on the file.
        let run = |arguments: &[&str]| config(&state, arguments);
        good(&run(&["import", "sample", path(&file)]));
        let exported = good(&run(&["export", "sample"]));
        let values: Value = serde_json::from_str(&exported).unwrap();
        assert_eq!(values, serde_json::from_str::<Value>(HOSTILE).unwrap());
        assert!(exported.contains("\"float\": -0.0"), "{exported}");
        assert_eq!(
            good(&run(&["get", "sample", "past doubles"])),
            "9007199254740993\n"
        );
        let all = plugins.root().join("all.json");
        good(&run(&["export", "--output", path(&all)]));
        good(&run(&["set", "--force", "sample", "more", "1"]));
        good(&run(&["import", path(&all)]));
        assert_eq!(
            good(&run(&["export", "sample"])),
            exported,
            "`more` is gone"
        );
        exports.push(exported);
        whole.push(fs::read_to_string(&all).unwrap());
        assert_eq!(run(&["get", "sample", "more"]).code, Some(1));
        assert_eq!(run(&["delete", "sample", "more"]).code, Some(1));
        let large = format!("\"{}\"", "x".repeat(100_000));
        let key = "k".repeat(20_000);
        assert_eq!(
            run(&["set", "--force", "sample", &key, "1"]).code,
            Some(1),
            "the key is too large"
        );
        good(&run(&["set", "--force", "sample", "much", &large]));
        good(&run(&["delete", "sample", "much"]));
        if let Some(shell) = shell.take() {
            shell.kill();
        }
    }
    assert_eq!(exports[0], exports[1]);
    assert_eq!(whole[0], whole[1]);
    assert!(
        whole[0].starts_with("{\n  \"stratosConfig\": 1,\n"),
        "{}",
        whole[0]
    );
}

#[test]
fn an_invalid_import_is_refused_as_a_whole_with_its_location() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let state = plugins.root().join("state");
    drop(ShellProcess::start(plugins.root()));
    good(&config(&state, &["set", "--force", "sample", "k", "1"]));
    let before = good(&config(&state, &["export"]));
    let file = plugins.root().join("bad.json");
    let large = format!(
        r#"{{"stratosConfig": 1, "plugins": {{"p": {{"a": 1, "{}": 1}}}}}}"#,
        "k".repeat(1 << 20)
    );
    let deep = format!(
        r#"{{"stratosConfig": 1, "plugins": {{"p": {{"a": {}{}}}}}}}"#,
        "[".repeat(101),
        "]".repeat(101)
    );
    let utf16: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let whole: [(&[u8], i32, &str); 12] = [
        (
            br#"{"stratosConfig": 1, "plugins": {"p": {"a": 1, "#,
            2,
            "line 1 column 47",
        ),
        (
            br#"{"stratosConfig": 2, "plugins": {}}"#,
            2,
            "the export has version 2",
        ),
        (br#"{"k": 1}"#, 2, "unknown field `k`"),
        (
            br#"{"stratosConfig": 1, "plugins": {"p": 1}}"#,
            2,
            "expected an object at line 1 column 39",
        ),
        (
            br#"{"stratosConfig": 1, "plugins": {"p": {}, "p": {}}}"#,
            2,
            "the key \"p\" occurs twice",
        ),
        (
            br#"{"stratosConfig": 1, "plugins": {"p": {"a": 1, "a": 2}}}"#,
            2,
            "the key \"a\" occurs twice",
        ),
        (
            br#"{"stratosConfig": 1, "plugins": {"p": {"a": "\ud800"}}}"#,
            2,
            "line 1 column",
        ),
        (
            br#"{"stratosConfig": 1, "plugins": {"p": {"a": NaN}}}"#,
            2,
            "line 1 column",
        ),
        (
            br#"{"stratosConfig": 1, "plugins": {"p": {"a": 1e999}}}"#,
            2,
            "out of range",
        ),
        (&utf16, 2, "line 1 column"),
        (large.as_bytes(), 1, "the key is 1048576 bytes long"),
        (deep.as_bytes(), 1, "nested deeper than 100 levels"),
    ];
    let mut shell = None;
    for _ in 0..2 {
        for (text, code, reason) in whole {
            fs::write(&file, text).unwrap();
            let refused = config(&state, &["import", path(&file)]);
            assert_eq!(refused.code, Some(code), "{reason}: {refused:?}");
            assert!(refused.stderr.contains(reason), "{reason}: {refused:?}");
        }
        for text in [r#"{"a": 1, "a": 2}"#, "[]", "", "{\"a\": }", &before] {
            fs::write(&file, text).unwrap();
            let refused = config(&state, &["import", "sample", path(&file)]);
            assert_eq!(refused.code, Some(2), "{text}: {refused:?}");
        }
        assert_eq!(good(&config(&state, &["export"])), before);
        shell = shell.or_else(|| Some(ShellProcess::start(plugins.root())));
        // The plugin's own counters are not part of the comparison.
        good(&config(&state, &["import", path(&save(&plugins, &before))]));
    }
}

#[test]
fn config_commands_without_a_store_name_the_state_folder() {
    let folder = tempfile::tempdir().unwrap();
    let refused = config(&folder.path().join("state"), &["export"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused
            .stderr
            .contains("there are no config values in the state folder"),
        "{refused:?}"
    );
    assert!(!folder.path().join("state").exists());
}

fn save(plugins: &Plugins, text: &str) -> std::path::PathBuf {
    let file = plugins.root().join("before.json");
    fs::write(&file, text).unwrap();
    file
}

fn config(state: &Path, arguments: &[&str]) -> CommandOutput {
    let all = ["config", "--state", path(state)];
    stratos(Path::new("."), all.iter().chain(arguments))
}

fn good(finished: &CommandOutput) -> String {
    assert_eq!(finished.code, Some(0), "{finished:?}");
    finished.stdout.clone()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
