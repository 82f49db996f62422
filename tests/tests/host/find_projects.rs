//! Plugins that `cargo stratos run` finds in the folders of its command line.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use stratos_tests::{Plugins, stratos};

use crate::SAMPLE;

const RUN: [&str; 5] = ["run", "--port", "auto", "--exit-when-ready", "--json"];

/// Ids of the plugins that run.
fn run_plugins(folder: &Path, arguments: &[&str]) -> BTreeSet<String> {
    let run = stratos(folder, RUN.iter().chain(arguments));
    assert_eq!(run.code, Some(0), "{run:?}");
    let events = run.stdout.lines().map(serde_json::from_str::<Value>);
    let states = events
        .map(Result::unwrap)
        .filter(|event| event["event"] == "state");
    states
        .map(|event| event["plugin"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_folder_inside_a_plugin_runs_it_or_names_it() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let plugin = plugins.root().join("sample");
    let arguments = ["run", "--port", "auto", "--exit-when-ready"];
    let inside = stratos(&plugin.join("background"), arguments);
    assert_eq!(inside.code, Some(0), "{inside:?}");
    let manifest = Path::new("..").join("plugin.json");
    let note = format!(
        "there is no plugin.json in this folder; running the plugin of {}\n",
        manifest.display()
    );
    assert!(inside.stderr.contains(&note), "{inside:?}");
    assert!(plugin.join(".stratos").is_dir(), "its state folder is used");
    let named = stratos(&plugin, [&arguments[..], &["background"]].concat());
    assert_eq!(named.code, Some(2), "{named:?}");
    let help = "help: name the plugin around this folder: plugin.json\n";
    assert!(named.stderr.ends_with(help), "{named:?}");
}

#[test]
fn a_file_stands_for_its_folder_only_if_it_is_a_manifest() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let plugin = plugins.root().join("sample");
    assert_eq!(run_plugins(&plugin, &["plugin.json"]).len(), 1);
    fs::write(plugin.join("Cargo.lock"), "").unwrap();
    let run = stratos(&plugin, ["run", "Cargo.lock"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    let expected = "error: Cargo.lock is neither a folder nor a plugin.json\n\
                    help: name a plugin's folder, or a folder with plugins in its subfolders\n";
    assert_eq!(run.stderr, expected);
    let state = stratos(&plugin, ["run", "--state", "Cargo.lock"]);
    assert_eq!(state.code, Some(3), "{state:?}");
    let expected = "help: name a folder with `--state DIR`, which need not exist\n";
    assert!(state.stderr.ends_with(expected), "{state:?}");
}

#[test]
fn plugins_are_found_as_by_check_and_ignored_ones_run_when_named() {
    let plugins = Plugins::new(SAMPLE, &["b", "a", "made", "target"]);
    let root = plugins.root();
    fs::create_dir(root.join("far")).unwrap();
    fs::rename(root.join("a"), root.join("far/a")).unwrap();
    fs::write(
        root.join(".gitignore"),
        "made/\nplugin.json\n!/b/plugin.json\n!/far/a/plugin.json\n",
    )
    .unwrap();
    assert_eq!(run_plugins(root, &[]), ["a", "b"].map(str::to_owned).into());
    assert_eq!(
        run_plugins(root, &["made", "far", "b", "target"]),
        ["a", "b", "made", "target"].map(str::to_owned).into()
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_manifest_is_refused() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let manifest = plugins.root().join("sample/plugin.json");
    fs::remove_file(&manifest).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&manifest).status();
    assert!(made.unwrap().success());
    let run = stratos(plugins.root(), ["run", "sample"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("it is not a regular file"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn folders_that_cannot_be_searched_are_named() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, Stdio};

    use stratos_tests::{cargo_stratos, spawn_copied};

    const NOBODY: u32 = 65_534;

    let plugins = Plugins::new(SAMPLE, &["sample", "locked"]);
    let root = plugins.root();
    // Without a program, which this user could not copy.
    fs::remove_dir_all(root.join("sample/background")).unwrap();
    let program = root.join("cargo-stratos");
    fs::copy(cargo_stratos(), &program).unwrap();
    fs::set_permissions(root, fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(root.join("locked"), fs::Permissions::from_mode(0o000)).unwrap();
    let run = || {
        let mut command = Command::new(&program);
        command
            .args(RUN)
            .args(["--state", "state"])
            .current_dir(root);
        if rustix::process::geteuid().is_root() {
            // Permissions do not apply to root.
            command.uid(NOBODY);
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = spawn_copied(&mut command).wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), stderr)
    };
    let begin = "error: cannot read ./locked\n  caused by: ";
    let (code, stderr) = run();
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.starts_with(begin), "{stderr}");
    // Without a plugin, the error ends the run.
    fs::remove_dir_all(root.join("sample")).unwrap();
    let (code, stderr) = run();
    assert_eq!(code, Some(3), "{stderr}");
    assert!(stderr.starts_with(begin), "{stderr}");
    fs::set_permissions(root.join("locked"), fs::Permissions::from_mode(0o755)).unwrap();
}
