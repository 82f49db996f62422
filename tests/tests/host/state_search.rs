//! Commands that find the running shell by its state folder.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use serde_json::{Value, json};
use stratos_host::StateDir;
use stratos_tests::{Plugins, RunOptions, ShellProcess, stratos};

use crate::SAMPLE;

/// Starts a shell with its default state folder.
fn start(plugins: &Plugins, id: &str) -> ShellProcess {
    let folder = plugins.root().join(id);
    let options = RunOptions {
        state: Some(folder.join(".stratos")),
        ..RunOptions::default()
    };
    ShellProcess::start_with(&folder, options)
}

#[test]
fn the_only_shell_in_a_subfolder_is_found() {
    let plugins = Plugins::new(SAMPLE, &["one", "two"]);
    let one = start(&plugins, "one");
    let listed = stratos(plugins.root(), ["ps"]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    assert!(
        listed.stdout.starts_with("one 1.0.0  running"),
        "{listed:?}"
    );
    let stored = stratos(plugins.root(), ["config", "get", "one", "starts"]);
    assert_eq!(stored.stdout, "1\n", "{stored:?}");

    let two = start(&plugins, "two");
    let ambiguous = stratos(plugins.root(), ["ps"]);
    assert_eq!(ambiguous.code, Some(2), "{ambiguous:?}");
    let [first, second] =
        ["one", "two"].map(|id| Path::new(id).join(".stratos").display().to_string());
    let expected = format!(
        "error: there are several state folders below this folder: {first} (runs one), {second} (runs two)\n\
         help: name one of them with `--state DIR`\n"
    );
    assert_eq!(ambiguous.stderr, expected);
    let below = stratos(&plugins.root().join("two/background"), ["ps"]);
    assert!(below.stdout.starts_with("two 1.0.0  running"), "{below:?}");
    drop((one, two));
    // Only config values are left, which are no reason to name one of them.
    let none = stratos(plugins.root(), ["ps"]);
    assert!(
        none.stderr
            .starts_with("error: no running shell was found\n"),
        "{none:?}"
    );
    let values = stratos(plugins.root(), ["config", "get", "one", "starts"]);
    assert_eq!(values.code, Some(2), "{values:?}");
    let expected = format!("this folder: {first}, {second}\n");
    assert!(values.stderr.contains(&expected), "{values:?}");
    for command in [&["ps"][..], &["config", "list", "one"]] {
        let folder = stratos(plugins.root(), [command, &["--state", "one"]].concat());
        let expected = format!("help: name the state folder in it: `--state {first}`\n");
        assert!(folder.stderr.ends_with(&expected), "{folder:?}");
    }
}

#[test]
fn a_killed_shell_does_not_hide_a_running_one() {
    let plugins = Plugins::new(SAMPLE, &["one", "two"]);
    start(&plugins, "one").kill();
    let host_file = plugins.root().join("one/.stratos/host.json");
    let host_file = fs::read_to_string(host_file).unwrap();
    let killed: Value = serde_json::from_str(&host_file).unwrap();
    let two = start(&plugins, "two");
    let finds_two = |folder: &Path| {
        let listed = stratos(folder, ["ps"]);
        assert!(
            listed.stdout.starts_with("two 1.0.0  running"),
            "{listed:?}"
        );
        let stored = stratos(folder, ["config", "get", "two", "starts"]);
        assert_eq!(stored.stdout, "1\n", "{stored:?}");
    };
    finds_two(plugins.root());

    // Nearer than the running one, from a folder in its plugin.
    let nearer = plugins.root().join("two/background");
    let state_dir = nearer.join(".stratos");
    fs::create_dir_all(&state_dir).unwrap();
    // Later, the running shell may have the port of the killed one.
    for port in [killed["port"].clone(), json!(two.address.port())] {
        let mut host_file = killed.clone();
        host_file["port"] = port;
        fs::write(state_dir.join("host.json"), host_file.to_string()).unwrap();
        finds_two(&nearer);
    }
}

#[test]
fn a_shell_that_does_not_answer_in_time_is_found() {
    let root = tempfile::tempdir().unwrap();
    let suspended = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = suspended.local_addr().unwrap().port();
    let host_file = json!({ "pid": 1, "started": 0, "port": port, "token": "" });
    let state_dir = root.path().join(".stratos");
    fs::create_dir(&state_dir).unwrap();
    fs::write(state_dir.join("host.json"), host_file.to_string()).unwrap();
    drop(StateDir::open(&root.path().join("other/.stratos")).unwrap());
    let found = stratos(root.path(), ["config", "list", "demo"]);
    assert_eq!(found.code, Some(2), "{found:?}");
    let expected = "error: there are no config values in the state folder ";
    assert!(found.stderr.starts_with(expected), "{found:?}");
}

#[test]
fn shells_in_subfolders_are_asked_at_the_same_time() {
    let root = tempfile::tempdir().unwrap();
    let listeners = ["one", "two"].map(|folder| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let host_file = json!({ "pid": 1, "started": 0, "port": port, "token": "" });
        let state_dir = root.path().join(folder).join(".stratos");
        fs::create_dir_all(&state_dir).unwrap();
        fs::write(state_dir.join("host.json"), host_file.to_string()).unwrap();
        listener
    });
    // The first one would count as suspended if the second one was asked after its timeout.
    let asked = thread::spawn(move || {
        let connections = listeners
            .each_ref()
            .map(|listener| listener.accept().unwrap());
        drop(listeners);
        drop(connections);
    });
    let other = StateDir::open(&root.path().join("other/.stratos")).unwrap();
    other.store().set("demo", "key", &json!(1)).unwrap();
    drop(other);
    let found = stratos(root.path(), ["config", "get", "demo", "key"]);
    assert_eq!(found.stdout, "1\n", "{found:?}");
    asked.join().unwrap();
}

#[test]
fn config_values_are_found_three_levels_below_and_not_in_build_output() {
    let root = tempfile::tempdir().unwrap();
    let store = |folder: &str| {
        let state_dir = root.path().join(folder).join(".stratos");
        let state = StateDir::open(&state_dir).unwrap();
        state.store().set("demo", "folder", &json!(folder)).unwrap();
    };
    let found = || stratos(root.path(), ["config", "get", "demo", "folder"]);
    for skipped in ["a/b/c/d", "target/a", "a/node_modules", ".hidden"] {
        store(skipped);
        let none = found();
        assert_eq!(none.code, Some(2), "{skipped}: {none:?}");
    }
    store("a/b/c");
    assert_eq!(found().stdout, "\"a/b/c\"\n");
}
