//! Files that are put back with an older time than that of the last build, which cargo takes for unchanged.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use stratos_tests::{PluginSources, Plugins, RunOptions, ShellProcess};

use crate::SAMPLE;

/// Each kind of input, with the expression that reads it.
const INPUTS: [(&str, &str); 7] = [
    ("src/main.rs", ""),
    ("src/text", "include_str!(\"text\")"),
    ("../shared/text", "include_str!(\"../../shared/text\")"),
    ("../parts/src/lib.rs", "parts::VERSION"),
    // The script names no file, so that cargo runs it again for every file of the package.
    ("../scripted/text", "scripted::VERSION"),
    // In place of a published package.
    ("../patched/src/lib.rs", "patched::VERSION"),
    ("../.cargo/config.toml", "env!(\"TEXT\")"),
];

#[test]
fn every_input_with_an_older_time_is_built() {
    for (input, expression) in INPUTS {
        let (_plugins, sources) = plugin(input, expression);
        let mut shell = ShellProcess::watch(&sources.folder);
        assert_eq!(shell.get("/api/sample/version").body, "one", "{input}");
        put_back(&sources, input, "two");
        shell.wait_for_reload("sample");
        assert_eq!(shell.get("/api/sample/version").body, "two", "{input}");
    }
}

#[test]
fn inputs_that_changed_while_no_shell_ran_are_built_first() {
    for (input, expression) in INPUTS {
        let (_plugins, sources) = plugin(input, expression);
        drop(ShellProcess::watch(&sources.folder));
        put_back(&sources, input, "two");
        let shell = ShellProcess::watch(&sources.folder);
        assert_eq!(shell.get("/api/sample/version").body, "two", "{input}");
    }
}

/// A path dependency may be compiled by a build that fails.
#[test]
fn an_input_of_a_failed_build_is_built_again() {
    let (_plugins, sources) = plugin("../parts/src/lib.rs", "parts::VERSION");
    let mut shell = ShellProcess::watch(&sources.folder);
    sources.main("no_such_function()");
    shell.wait_for_build("sample", "failed");
    sources.write("../parts/src/lib.rs", "pub const VERSION: &str = \"two\";");
    shell.wait_for_build("sample", "failed");
    put_back(&sources, "../parts/src/lib.rs", "three");
    shell.wait_for_build("sample", "failed");
    sources.main("parts::VERSION");
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "three");
}

/// The oldest times are those that some archives have.
#[test]
fn a_file_from_before_1970_is_built() {
    let (_plugins, sources) = plugin("src/main.rs", "");
    let mut shell = ShellProcess::watch(&sources.folder);
    for (version, seconds) in [("two", 0), ("three", 86_400)] {
        let text = content(&sources, "src/main.rs", version);
        let time = SystemTime::UNIX_EPOCH - Duration::from_secs(seconds);
        sources.write_with_time("src/main.rs", &text, time);
        shell.wait_for_reload("sample");
        assert_eq!(shell.get("/api/sample/version").body, version);
    }
}

#[test]
fn an_update_without_watching_builds_older_files() {
    let (_plugins, sources) = plugin("src/main.rs", "");
    let shell = ShellProcess::start_with(&sources.folder, RunOptions::default());
    assert_eq!(shell.get("/api/sample/version").body, "one");
    put_back(&sources, "src/main.rs", "two");
    assert_eq!(shell.command(&["update", "sample"]).code, Some(0));
    assert_eq!(shell.get("/api/sample/version").body, "two");
}

#[test]
fn a_record_that_is_gone_does_not_make_a_stale_program_current() {
    for (input, expression) in [INPUTS[0], INPUTS[3], INPUTS[4]] {
        let (_plugins, sources) = plugin(input, expression);
        let mut shell = ShellProcess::watch(&sources.folder);
        assert_eq!(shell.get("/api/sample/version").body, "one", "{input}");
        for loss in ["removed", "damaged", "of another version"] {
            let record = record(&shell.state.join("target"));
            drop(shell);
            let text = fs::read_to_string(&record).unwrap();
            match loss {
                "removed" => fs::remove_file(&record).unwrap(),
                "damaged" => fs::write(&record, &text[1..]).unwrap(),
                _ => {
                    let version = text.find(' ').unwrap();
                    fs::write(&record, format!("[\"0.0.1{}", &text[version..])).unwrap();
                }
            }
            put_back(&sources, input, loss);
            shell = ShellProcess::watch(&sources.folder);
            let version = shell.get("/api/sample/version").body;
            assert_eq!(version, loss, "{input}");
        }
    }
}

/// Without a valid manifest, the package's name is unknown, and so are its files in the target folder.
#[test]
fn a_manifest_that_is_invalid_for_a_moment_does_not_hide_that_the_record_is_gone() {
    let (_plugins, sources) = plugin("src/main.rs", "");
    let shell = ShellProcess::watch(&sources.folder);
    let record = record(&shell.state.join("target"));
    drop(shell);
    fs::remove_file(record).unwrap();
    put_back(&sources, "src/main.rs", "two");
    let cargo_toml = sources.read("Cargo.toml");
    sources.write("Cargo.toml", "[pack");
    let mut shell = ShellProcess::watch(&sources.folder);
    sources.write("Cargo.toml", &cargo_toml);
    shell.wait_for_state("sample", "running");
    assert_eq!(shell.get("/api/sample/version").body, "two");
}

#[test]
fn state_folders_that_share_a_folder_of_builds_share_its_record() {
    for variable in ["CARGO_TARGET_DIR", "CARGO_BUILD_BUILD_DIR"] {
        let (plugins, sources) = plugin("src/main.rs", "");
        let shared = plugins.root().join("shared").to_str().unwrap().to_owned();
        let start = |state: &str| {
            let options = RunOptions {
                env: vec![(variable.to_owned(), shared.clone())],
                state: Some(plugins.root().join(state)),
                ..RunOptions::default()
            };
            ShellProcess::start_with(&sources.folder, options)
        };
        drop(start("first"));
        for (state, version) in [("second", "two"), ("first", "one"), ("second", "two")] {
            put_back(&sources, "src/main.rs", version);
            let shell = start(state);
            let body = shell.get("/api/sample/version").body;
            assert_eq!(body, version, "{variable}, {state}");
        }
    }
}

#[test]
fn a_dependency_that_was_built_for_another_plugin_meanwhile_is_built_again() {
    let input = "../parts/src/lib.rs";
    let (plugins, sources) = plugin(input, "parts::VERSION");
    let another = plugins.add_sources(SAMPLE, "another");
    let cargo_toml = another.read("Cargo.toml");
    let dependency = "[dependencies]\nparts = { path = \"../parts\" }\n";
    another.write("Cargo.toml", &(cargo_toml + dependency));
    another.main("parts::VERSION");
    let state = plugins.root().join("state");
    let start = |folder: &Path| ShellProcess::watch_with_state(folder, &state);
    drop(start(plugins.root()));
    for (built, version) in [(&another, "two"), (&sources, "one"), (&another, "two")] {
        put_back(&sources, input, version);
        let shell = start(&built.folder);
        let id = built.folder.file_name().unwrap().to_str().unwrap();
        let path = format!("/api/{id}/version");
        assert_eq!(shell.get(&path).body, version, "{id}");
    }
}

#[test]
fn a_dependency_of_several_plugins_is_built_once() {
    let (plugins, sources) = plugin("../parts/src/lib.rs", "parts::VERSION");
    let script = r#"
use std::io::Write;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let log = std::fs::File::options().create(true).append(true).open("../builds");
    log.unwrap().write_all(b"built ").unwrap();
}
"#;
    sources.write("../parts/build.rs", script);
    let cargo_toml = sources
        .read("Cargo.toml")
        .replace("\"sample\"", "\"another\"");
    let another = plugins.add_sources(SAMPLE, "another");
    another.write("Cargo.toml", &cargo_toml);
    let state = plugins.root().join("state");
    for run in ["first", "second"] {
        drop(ShellProcess::watch_with_state(plugins.root(), &state));
        assert_eq!(sources.read("../builds"), "built ", "{run} run");
    }
    // A build that fails has built the dependency, too.
    another.main("no_such_function()");
    fs::remove_dir_all(state.join("target")).unwrap();
    let start = || {
        ShellProcess::spawn(
            &another.folder,
            RunOptions {
                state: Some(state.clone()),
                ..RunOptions::default()
            },
        )
    };
    start().wait_for_build("another", "failed");
    another.main("parts::VERSION");
    start().wait_for_build("another", "finished");
    assert_eq!(
        sources.read("../builds"),
        "built built ",
        "the next build does not build it again"
    );
}

fn record(target: &Path) -> PathBuf {
    target.join("stratos-inputs.json")
}

/// A plugin whose version is in this input.
fn plugin(input: &str, expression: &str) -> (Plugins, PluginSources) {
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, "sample");
    let package = |name: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n")
    };
    let mut cargo_toml = sources.read("Cargo.toml");
    for name in ["parts", "scripted", "patched"] {
        if input.contains(name) {
            sources.write(&format!("../{name}/Cargo.toml"), &package(name));
            let path = format!("{name} = {{ path = \"../{name}\" }}\n");
            cargo_toml += &match name {
                "patched" => {
                    let lock = sources.read("Cargo.lock");
                    let entry = "dependencies = [\"patched\"]\n\n[[package]]\nname = \"patched\"\nversion = \"1.0.0\"\n";
                    // Otherwise cargo would look for the published package.
                    sources.write("Cargo.lock", &(lock + entry));
                    format!("[dependencies]\npatched = \"1\"\n[patch.crates-io]\n{path}")
                }
                _ => format!("[dependencies]\n{path}"),
            };
        }
    }
    if input.contains("scripted") {
        let script = r#"
fn main() {
    println!("cargo::rustc-env=TEXT={}", std::fs::read_to_string("text").unwrap());
}
"#;
        sources.write("../scripted/build.rs", script);
        let code = "pub const VERSION: &str = env!(\"TEXT\");";
        sources.write("../scripted/src/lib.rs", code);
    }
    sources.write("Cargo.toml", &cargo_toml);
    if !expression.is_empty() {
        sources.main(expression);
    }
    if input != "src/main.rs" {
        sources.write(input, &content(&sources, input, "one"));
    }
    (plugins, sources)
}

/// Writes an older file with another version in place of an input.
fn put_back(sources: &PluginSources, input: &str, version: &str) {
    sources.write_old(input, &content(sources, input, version));
}

fn content(sources: &PluginSources, input: &str, version: &str) -> String {
    match input {
        "src/main.rs" => sources.main_text(&format!("{version:?}")),
        input if input.ends_with(".toml") => format!("[env]\nTEXT = {version:?}\n"),
        input if input.ends_with(".rs") => format!("pub const VERSION: &str = {version:?};"),
        _ => version.to_owned(),
    }
}
