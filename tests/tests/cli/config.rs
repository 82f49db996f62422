//! `cargo stratos config` as the settings page: with a running shell and without.

use std::path::Path;

use serde_json::{Value, json};
use stratos_host::StateDir;
use stratos_tests::{CommandOutput, ShellProcess, stratos};
use tempfile::TempDir;

/// A plugin without a program, so that the shell starts none.
const MANIFEST: &str = r#"{
  "id": "forms",
  "name": "Forms",
  "version": "1.0.0",
  "description": "Settings of several types.",
  "type": "user",
  "author": { "id": "stratos", "name": "Stratos for Rust" },
  "icon_light": "icon-light.svg",
  "icon_dark": "icon-dark.svg",
  "availableSettings": [
    {
      "key": "refresh_interval", "name": "Interval", "type": "number", "scope": "user", "default": 30,
      "min": 1, "max": 3600, "step": 1
    },
    { "key": "api_url", "name": "Address", "type": "text", "scope": "airline", "pattern": "^https?://" },
    {
      "key": "unit", "name": "Unit", "type": "list", "scope": "user", "default": "kg",
      "options": [{ "value": "kg", "label": "Kilograms" }, { "value": "lb", "label": "Pounds" }]
    }
  ]
}"#;

#[test]
fn values_are_set_as_in_the_settings_page_with_a_running_shell() {
    let folder = plugin(MANIFEST);
    let shell = ShellProcess::start(folder.path());
    values_are_set_as_in_the_settings_page(&|arguments| shell.command(arguments));
    shell.set_config("forms", "unit", "5");
    drop(shell);
    let mut shell = ShellProcess::start(folder.path());
    let expected = "a stored value does not fit: the setting `unit` takes one of \"kg\", \"lb\", not 5; `cargo stratos config delete forms unit` removes it";
    shell.expect(|event| event["level"] == "warn" && event["message"] == expected);
}

#[test]
fn values_are_set_as_in_the_settings_page_without_a_shell() {
    let folder = plugin(MANIFEST);
    let state = folder.path().join(".stratos");
    drop(StateDir::open(&state).unwrap());
    values_are_set_as_in_the_settings_page(&|arguments| config(&state, arguments));
}

fn values_are_set_as_in_the_settings_page(command: &dyn Fn(&[&str]) -> CommandOutput) {
    let set = |key: &str, value: &str| command(&["config", "set", "forms", key, value]);
    let keys = "its settings are refresh_interval, api_url, unit";
    for (key, value, error, help) in [
        (
            "refresh_intervall",
            "10",
            "the manifest has no setting `refresh_intervall`",
            format!(
                "did you mean `refresh_interval`? {keys}; `--force` stores a value of the plugin's own"
            ),
        ),
        (
            "last_sync",
            "10",
            "the manifest has no setting `last_sync`",
            format!("{keys}; `--force` stores a value of the plugin's own"),
        ),
        (
            "refresh_interval",
            "\"10\"",
            "the setting `refresh_interval` takes a whole number from 1 to 3600, not the text \"10\"",
            "did you mean `10`? `--force` stores it nevertheless".to_owned(),
        ),
        (
            "refresh_interval",
            "99999",
            "the setting `refresh_interval` takes a whole number from 1 to 3600, not 99999",
            "`--force` stores it nevertheless".to_owned(),
        ),
        (
            "unit",
            "\"klingon\"",
            "the setting `unit` takes one of \"kg\", \"lb\", not the text \"klingon\"",
            "`--force` stores it nevertheless".to_owned(),
        ),
        (
            "refresh_interval",
            "thirty",
            "the setting `refresh_interval` takes a whole number from 1 to 3600, not the text \"thirty\"",
            "`--force` stores it nevertheless".to_owned(),
        ),
        (
            "unit",
            "Pounds",
            "the setting `unit` takes one of \"kg\", \"lb\", not the text \"Pounds\"",
            "did you mean `\"lb\"`? `--force` stores it nevertheless".to_owned(),
        ),
        (
            "unknown",
            "{a:1}",
            "the manifest has no setting `unknown`",
            format!("{keys}; `--force` stores a value of the plugin's own"),
        ),
        (
            "api_url",
            "\"ftp://a\"",
            "the setting `api_url` takes text that matches the pattern `^https?://`, not the text \"ftp://a\"",
            "`--force` stores it nevertheless".to_owned(),
        ),
    ] {
        let refused = set(key, value);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        let expected = format!("error: {error}\nhelp: {help}\n");
        assert_eq!(refused.stderr, expected);
    }
    assert_eq!(set("refresh_interval", "10").stderr, "");
    assert_eq!(set("unit", "lb").stderr, "");
    assert_eq!(
        command(&["config", "get", "forms", "unit"]).stdout,
        "\"lb\"\n"
    );
    command(&["config", "delete", "forms", "unit"]);
    for (value, error) in [
        (
            "{a:1}",
            "error: the value is not JSON: key must be a string at line 1 column 2\n",
        ),
        (
            "word",
            "error: the value is not JSON: expected value at line 1 column 1; for a string, keep the quotes: '\"word\"'\n",
        ),
    ] {
        let refused = command(&["config", "set", "--force", "forms", "own", value]);
        assert_eq!((refused.code, refused.stderr.as_str()), (Some(2), error));
    }
    let airline = set("api_url", "https://a.b");
    assert_eq!(airline.code, Some(0), "{airline:?}");
    let note = "api_url has the scope airline: in the real shell the airline's administrator sets it, and pilots cannot";
    assert!(airline.stderr.contains(note), "{airline:?}");
    for (key, value) in [("last_sync", "1700"), ("api_url", "5")] {
        let forced = command(&["config", "set", "--force", "forms", key, value]);
        assert_eq!((forced.code, forced.stderr.as_str()), (Some(0), ""));
    }

    let list = command(&["config", "list", "forms"]);
    let expected = "\
refresh_interval  10    set; takes a whole number from 1 to 3600; default 30; scope user
api_url           5     the setting `api_url` takes text that matches the pattern `^https?://`, not 5; scope airline: read-only for pilots; `cargo stratos config delete forms api_url` removes it
unit              \"kg\"  default, not set; takes one of \"kg\", \"lb\"; scope user
last_sync         1700  not in the manifest
";
    assert_eq!(list.stdout, expected);
    let list = command(&["config", "list", "--json", "forms"]);
    let list: Value = serde_json::from_str(&list.stdout).unwrap();
    assert_eq!(list[0]["setting"]["max"], json!(3600.0));
    assert_eq!(list[1]["is_set"], json!(true));
    assert_eq!(list[1]["setting"]["scope"], json!("airline"));
    let problem = list[1]["problem"].as_str().unwrap();
    assert!(problem.ends_with("not 5"), "{problem}");
    assert_eq!(
        list[3],
        json!({ "key": "last_sync", "is_set": true, "value": 1700, "setting": null, "problem": null })
    );

    let get = command(&["config", "get", "forms", "unit"]);
    assert_eq!(get.stdout, "\"kg\"\n");
    let details = "unit: default, not set; takes one of \"kg\", \"lb\"; scope user";
    assert!(get.stderr.contains(details), "{get:?}");
    let get = command(&["config", "get", "--json", "forms", "unit"]);
    let get: Value = serde_json::from_str(&get.stdout).unwrap();
    assert_eq!(
        (&get["is_set"], &get["setting"]["default"]),
        (&json!(false), &json!("kg"))
    );
    let typo = command(&["config", "get", "forms", "units"]);
    assert_eq!(typo.code, Some(1), "{typo:?}");
    let expected = "error: plugin `forms` has no config value `units`; did you mean `unit`?\n";
    assert_eq!(typo.stderr, expected);
    let typo = command(&["config", "delete", "forms", "api_ulr"]);
    let expected = "error: plugin `forms` has no config value `api_ulr`; did you mean `api_url`?\n";
    assert_eq!((typo.code, typo.stderr.as_str()), (Some(1), expected));
    assert_eq!(
        command(&["config", "delete", "forms", "api_url"]).code,
        Some(0)
    );
    let unset = command(&["config", "get", "forms", "api_url"]);
    assert_eq!(unset.code, Some(1), "{unset:?}");
    assert!(
        unset.stderr.contains("api_url: not set; takes text"),
        "{unset:?}"
    );
}

#[test]
fn texts_without_quotes_are_texts_also_if_they_are_json() {
    let text = |key: &str, rest: &str| {
        format!(r#"{{ "key": "{key}", "name": "Name", "scope": "user", {rest} }}"#)
    };
    let options =
        r#""options": [{ "value": "1", "label": "One" }, { "value": "two", "label": "Two" }]"#;
    let settings = [
        text("text", r#""type": "text""#),
        text("long", r#""type": "longtext""#),
        text("list", &format!(r#""type": "list", {options}"#)),
        text("any", r#""type": "json""#),
    ];
    let mut manifest: Value = serde_json::from_str(MANIFEST).unwrap();
    manifest["availableSettings"] =
        serde_json::from_str(&format!("[{}]", settings.join(","))).unwrap();
    let folder = plugin(&manifest.to_string());
    let state = folder.path().join(".stratos");
    drop(StateDir::open(&state).unwrap());
    for (key, value, options, stored) in [
        ("text", "1234", &[][..], "\"1234\""),
        ("text", "true", &[], "\"true\""),
        ("text", "\"true\"", &[], "\"true\""),
        ("text", "0042", &[], "\"0042\""),
        ("long", "[1]", &[], "\"[1]\""),
        ("list", "1", &[], "\"1\""),
        ("any", "1234", &[], "1234"),
        ("text", "1234", &["--force"], "1234"),
    ] {
        let arguments = [&["config", "set", "forms", key, value], options].concat();
        let set = config(&state, &arguments);
        assert_eq!(set.code, Some(0), "{arguments:?}: {set:?}");
        let get = config(&state, &["config", "get", "forms", key]);
        assert_eq!(get.stdout.trim(), stored, "{arguments:?}");
    }
}

#[test]
fn imported_values_that_do_not_fit_are_named() {
    let folder = plugin(MANIFEST);
    let state = folder.path().join(".stratos");
    drop(StateDir::open(&state).unwrap());
    let file = folder.path().join("values.json");
    let path = file.to_str().unwrap();
    let problem = "forms: the setting `unit` takes one of \"kg\", \"lb\", not the text \"stone\"";
    std::fs::write(&file, r#"{ "unit": "stone", "own": 1 }"#).unwrap();
    let one = config(&state, &["config", "import", "forms", path]);
    assert_eq!(one.code, Some(0), "{one:?}");
    assert!(one.stderr.contains(problem), "{one:?}");
    assert!(!one.stderr.contains("own"), "{one:?}");
    let list = config(&state, &["config", "list", "forms"]);
    let row = "unit              \"stone\"  the setting `unit` takes one of \"kg\", \"lb\", not the text \"stone\"; default \"kg\"; scope user; `cargo stratos config delete forms unit` removes it\n";
    assert!(list.stdout.contains(row), "{list:?}");
    let export = config(&state, &["config", "export"]);
    std::fs::write(&file, export.stdout).unwrap();
    let all = config(&state, &["config", "import", path]);
    assert!(all.stderr.contains(problem), "{all:?}");
}

#[test]
fn values_are_imported_into_a_fresh_state_folder() {
    let one = ("one.json", r#"{ "unit": "lb" }"#);
    let all = (
        "all.json",
        r#"{ "stratosConfig": 1, "plugins": { "forms": { "unit": "lb" } } }"#,
    );
    for ((name, text), id) in [(one, Some("forms")), (all, None)] {
        // The folder of a plugin that never ran, and an empty state folder without a plugin near it.
        let plugins = plugin(MANIFEST);
        let empty = tempfile::tempdir().unwrap();
        std::fs::create_dir(empty.path().join(".stratos")).unwrap();
        for folder in [&plugins, &empty] {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            let arguments = ["config", "import"].into_iter().chain(id);
            let imported = stratos(folder.path(), arguments.chain(file.to_str()));
            assert_eq!(imported.code, Some(0), "{imported:?}");
            let get = stratos(folder.path(), ["config", "get", "forms", "unit"]);
            assert_eq!(get.stdout, "\"lb\"\n", "{get:?}");
        }
        let elsewhere = tempfile::tempdir().unwrap();
        let file = plugins.path().join(name);
        let arguments = ["config", "import"].into_iter().chain(id);
        let refused = stratos(elsewhere.path(), arguments.chain(file.to_str()));
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(!elsewhere.path().join(".stratos").exists());
    }
}

#[test]
fn a_misspelt_plugin_is_refused_with_and_without_a_shell() {
    let folder = plugin(MANIFEST);
    let state = folder.path().join(".stratos");
    drop(StateDir::open(&state).unwrap());
    // The second one is in the current folder.
    let values = folder.path().join("values.json");
    std::fs::write(&values, "{}").unwrap();
    let values = values.to_str().unwrap();
    let commands: [&[&str]; 5] = [
        &["config", "set", "froms", "unit", "lb"],
        &["config", "get", "froms", "unit"],
        &["config", "list", "froms"],
        &["config", "export", "froms"],
        &["config", "import", "froms", values],
    ];
    for arguments in commands {
        let refused = config(&state, arguments);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        let expected = "there is no plugin `froms` here or beside the state folder, but forms, my-plugin\nhelp: ";
        assert!(refused.stderr.contains(expected), "{refused:?}");
    }
    let forced = config(
        &state,
        &["config", "set", "--force", "froms", "unit", "\"lb\""],
    );
    assert_eq!(forced.code, Some(0), "{forced:?}");
    let list = config(&state, &["config", "list", "froms"]);
    assert!(list.stdout.contains("not in the manifest"), "{list:?}");
    let shell = ShellProcess::start(folder.path());
    for arguments in commands {
        let refused = shell.command(arguments);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        let expected = "there is no plugin `froms`; this shell has forms";
        assert!(refused.stderr.contains(expected), "{refused:?}");
    }
}

#[test]
fn without_a_shell_the_manifest_in_a_subfolder_counts() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("forms")).unwrap();
    std::fs::write(root.path().join("forms/plugin.json"), MANIFEST).unwrap();
    let state = root.path().join(".stratos");
    drop(StateDir::open(&state).unwrap());
    let refused = config(&state, &["config", "set", "forms", "refresh_interval", "0"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
}

#[test]
fn without_a_valid_manifest_the_value_is_not_checked() {
    let folder = plugin("{}");
    let state = folder.path().join(".stratos");
    drop(StateDir::open(&state).unwrap());
    let set = |key, options: &[&str]| {
        let arguments = ["config", "set", "forms", key, "1"];
        config(&state, &[&arguments, options].concat())
    };
    assert_eq!(set("anything", &["--force"]).code, Some(0));
    let set = set("anything", &[]);
    assert_eq!(set.code, Some(0), "{set:?}");
    let note = "the value is not checked, since there is no valid plugin.json of forms";
    assert!(set.stderr.contains(note), "{set:?}");
}

fn plugin(manifest: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plugin.json"), manifest).unwrap();
    folder
}

fn config(state: &Path, arguments: &[&str]) -> CommandOutput {
    let (first, rest) = arguments.split_first().unwrap();
    let state = state.to_str().unwrap();
    stratos(
        Path::new("."),
        [*first, "--state", state].iter().chain(rest),
    )
}
