use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use stratos_manifest::RULES;
use stratos_tests::{CommandOutput, stratos};

use super::log_readers::{annotation, commands, interpreted};
use super::payloads;
use super::schemas::{assert_valid, check_output, sarif};

#[test]
fn the_human_format_prints_no_terminal_or_ci_commands() {
    let hostile = HostileManifests::new();
    let text = hostile.check("human").stdout;
    assert_eq!(interpreted(&text), None);
    assert_eq!(commands(&text), [""; 0]);
    for folder in &hostile.folders {
        assert!(text.contains(&as_shown(folder)), "{folder}");
    }
}

#[test]
fn the_json_format_escapes_untrusted_text_losslessly() {
    let hostile = HostileManifests::new();
    let text = hostile.check("json").stdout;
    assert_eq!(interpreted(&text), None);
    assert_eq!(commands(&text), [""; 0]);
    let output = assert_valid(&check_output(), &text);
    let manifests = output["manifests"].as_array().unwrap();
    let paths = manifests
        .iter()
        .map(|manifest| manifest["path"].as_str().unwrap());
    assert_eq!(
        paths.map(folder_of).collect::<BTreeSet<_>>(),
        hostile.folders
    );
    for finding in manifests
        .iter()
        .flat_map(|m| m["findings"].as_array().unwrap())
    {
        for text in ["message", "note", "help"].map(|key| finding[key].as_str()) {
            assert_eq!(text.and_then(interpreted), None, "{finding}");
        }
    }
}

#[test]
fn the_github_format_prints_only_its_own_commands() {
    let hostile = HostileManifests::new();
    let text = hostile.check("github").stdout;
    assert_eq!(interpreted(&text), None);
    let mut folders = BTreeSet::new();
    for line in commands(&text) {
        let command = annotation(line).unwrap_or_else(|| panic!("{line}"));
        assert!(["error", "warning"].contains(&&*command.name), "{line}");
        let keys: Vec<_> = command.properties.keys().map(String::as_str).collect();
        let expected = ["col", "endColumn", "endLine", "file", "line", "title"];
        let whole_lines = ["endLine", "file", "line", "title"];
        assert!(keys == expected || keys == whole_lines, "{line}");
        assert!(
            RULES
                .iter()
                .any(|rule| rule.id == command.properties["title"]),
            "{line}"
        );
        for number in ["line", "endLine", "col", "endColumn"] {
            let number = command.properties.get(number).map(|n| n.parse::<u32>());
            assert!(
                number.is_none_or(|number| number.is_ok_and(|n| n > 0)),
                "{line}"
            );
        }
        assert!(!line.contains("##["), "a command in the old syntax: {line}");
        assert_eq!(interpreted(&command.message), None, "{line}");
        folders.insert(folder_of(&command.properties["file"]));
    }
    let shown: BTreeSet<_> = hostile
        .folders
        .iter()
        .map(|folder| as_shown(folder))
        .collect();
    assert_eq!(folders, shown);
}

#[test]
fn the_sarif_format_contains_no_markup_of_a_manifest() {
    let hostile = HostileManifests::new();
    let text = hostile.check("sarif").stdout;
    assert_eq!(interpreted(&text), None);
    assert_eq!(commands(&text), [""; 0]);
    let output = assert_valid(&sarif(), &text);
    let mut folders = BTreeSet::new();
    for result in output["runs"][0]["results"].as_array().unwrap() {
        let messages = strings(result, "message");
        assert!(!messages.is_empty());
        for message in messages {
            assert_eq!(interpreted(message), None, "{message}");
            let plain = message.replace("\\[", "").replace("\\]", "");
            assert!(!plain.contains(['[', ']']), "{message}");
        }
        assert!(!result.to_string().contains("\"markdown\":"), "{result}");
        let location = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let uri = location["uri"].as_str().unwrap();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-._~%".contains(c);
        assert!(uri.chars().all(is_plain), "{uri}");
        let path = percent_decode_str(uri).decode_utf8().unwrap();
        folders.insert(folder_of(&path));
    }
    assert_eq!(folders, hostile.folders);
}

#[test]
fn diff_and_fix_print_no_terminal_or_ci_commands() {
    let hostile = HostileManifests::new();
    for option in ["--diff", "--fix"] {
        let CommandOutput { stdout, stderr, .. } =
            stratos(hostile.folder.path(), ["check", option]);
        assert!(stderr.contains("fixed"), "{option}");
        for text in [stdout, stderr] {
            // Patches contain tabs and CRLF line breaks as they are.
            let text = text.replace("\r\n", "\n").replace('\t', " ");
            assert_eq!(interpreted(&text), None, "{option}");
            assert_eq!(commands(&text), [""; 0], "{option}");
        }
    }
}

/// A comment that begins a line, beside a finding with a fix.
const COMMENTED: &str =
    "{\n  /*\n@payload@\n  */\n  \"iconLight\": \"a.svg\",\n  \"name\": \"a\"\n}\n";

/// Three manifests for each payload: with the payload as JSON strings, raw, and in a comment, in a folder of that name.
struct HostileManifests {
    folder: tempfile::TempDir,
    folders: BTreeSet<String>,
}

impl HostileManifests {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut folders = BTreeSet::new();
        for (index, payload) in payloads::all().into_iter().enumerate() {
            let json = manifest(&payload).to_string();
            let mark = "@payload@";
            let quoted = payload.replace('\\', "\\\\").replace('"', "\\\"");
            let raw = manifest(mark).to_string().replace(mark, &quoted);
            let commented = COMMENTED.replace(mark, &payload.replace("*/", ""));
            for (kind, text) in [("json", json), ("raw", raw), ("note", commented)] {
                let (name, inside) =
                    make_folder(folder.path(), &payload, &format!("{index}{kind}"));
                fs::write(inside.join("plugin.json"), text).unwrap();
                folders.insert(name);
            }
        }
        assert!(folders.len() > 200, "{}", folders.len());
        Self { folder, folders }
    }

    fn check(&self, format: &str) -> CommandOutput {
        let checked = stratos(self.folder.path(), ["check", "--format", format]);
        assert_eq!((checked.code, &*checked.stderr), (Some(1), ""), "{format}");
        checked
    }
}

fn manifest(payload: &str) -> Value {
    let setting = json!({
        "key": payload, "name": payload, "type": payload, "scope": payload, "options": payload, payload: 1,
    });
    json!({
        "id": payload,
        "name": payload,
        "version": payload,
        "description": payload,
        "type": payload,
        "author": { "id": payload, "name": payload, "contact": payload, payload: 1 },
        "icon_light": payload,
        "icon_dark": format!("../{payload}"),
        "background": payload,
        "availableSettings": [setting, setting, payload],
        payload: payload,
    })
}

/// Creates a folder that is named like the payload, as far as the system allows.
fn make_folder(root: &Path, payload: &str, unique: &str) -> (String, std::path::PathBuf) {
    let start: String = payload.chars().take(40).collect();
    let whole = format!("{}{unique}", start.replace(['/', '\0', '\\'], "_"));
    for name in [whole, unique.to_owned()] {
        let folder = root.join(&name);
        // Some systems normalize file names.
        let is_there = fs::create_dir(&folder).is_ok()
            && fs::read_dir(root)
                .unwrap()
                .any(|entry| entry.unwrap().file_name() == *name);
        if is_there {
            return (name, folder);
        }
    }
    panic!("no folder for {payload:?}");
}

fn folder_of(path: &str) -> String {
    let (folder, file) = path.rsplit_once(['/', '\\']).expect("a folder and a file");
    assert_eq!(file, "plugin.json");
    folder.to_owned()
}

/// The values of this key, at any depth.
fn strings<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    match value {
        Value::Object(map) => {
            let here = map.get(key).and_then(|object| object["text"].as_str());
            let below = map.values().flat_map(|value| strings(value, key));
            here.into_iter().chain(below).collect()
        }
        Value::Array(values) => values
            .iter()
            .flat_map(|value| strings(value, key))
            .collect(),
        _ => Vec::new(),
    }
}

/// The path as the reports show it.
fn as_shown(path: &str) -> String {
    let mut shown = String::new();
    for character in path.chars() {
        match interpreted(&character.to_string()).or((character == '\n').then_some('\n')) {
            Some(character) => shown.extend(character.escape_default()),
            None => shown.push(character),
        }
    }
    for mark in ["[", "vso[", "teamcity["] {
        shown = shown.replace(&format!("##{mark}"), &format!("#\\u{{23}}{mark}"));
    }
    shown
}
