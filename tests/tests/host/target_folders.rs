//! Folders that the shell's builds are in.

use std::fs::File;
use std::path::Path;

use stratos_tests::{PluginSources, Plugins, RunOptions, ShellProcess};

use crate::SAMPLE;

#[test]
fn the_authors_target_folder_is_respected() {
    let (plugins, sources) = plugin();
    let target = plugins.root().join("variable");
    let options = RunOptions {
        env: vec![("CARGO_TARGET_DIR".to_owned(), path(&target))],
        watch: true,
        ..RunOptions::default()
    };
    let shell = ShellProcess::start_with(&sources.folder, options);
    assert!(target.join("stratos/debug").is_dir());
    assert!(!shell.state.join("target").exists());
    drop(shell);

    // The shell runs in another folder than the plugin's.
    sources.write(
        ".cargo/config.toml",
        "[build]\ntarget-dir = \"configured\"\n",
    );
    let shell = ShellProcess::watch(&sources.folder);
    assert!(sources.folder.join("configured/stratos/debug").is_dir());
    assert!(!shell.state.join("target").exists());
}

#[test]
fn a_build_that_waits_for_another_cargo_says_so() {
    let (_plugins, sources) = plugin();
    let mut shell = ShellProcess::watch(&sources.folder);
    let lock = File::open(shell.state.join("target/debug/.cargo-lock")).unwrap();
    lock.lock().unwrap();
    sources.version("two");
    shell.wait_for(|event| {
        let text =
            "another cargo builds in the same target folder; this build begins when it has ended";
        event["tag"] == "shell" && event["message"] == text
    });
    drop(lock);
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "two");
}

#[test]
fn an_older_file_is_built_where_intermediate_results_have_a_folder_of_their_own() {
    let (_plugins, sources) = plugin();
    let config = "[build]\ntarget-dir = \"out\"\nbuild-dir = \"intermediate\"\n";
    sources.write(".cargo/config.toml", config);
    let mut shell = ShellProcess::watch(&sources.folder);
    assert!(
        sources
            .folder
            .join("intermediate/stratos/debug/deps")
            .is_dir()
    );
    sources.write_old("src/main.rs", &sources.main_text("\"two\""));
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "two");
}

#[test]
fn an_older_file_is_built_in_a_given_target_folder() {
    for name in ["--target-dir", "--config"] {
        let (plugins, sources) = plugin();
        let target = plugins.root().join("target");
        let value = match name {
            "--config" => format!("build.target-dir={:?}", path(&target)),
            _ => path(&target),
        };
        let options = RunOptions {
            args: vec!["--".to_owned(), name.to_owned(), value],
            watch: true,
            ..RunOptions::default()
        };
        let mut shell = ShellProcess::start_with(&sources.folder, options);
        assert!(target.join("debug").is_dir());
        sources.write_old("src/main.rs", &sources.main_text("\"two\""));
        shell.wait_for_reload("sample");
        assert_eq!(shell.get("/api/sample/version").body, "two", "{name}");
    }
}

fn plugin() -> (Plugins, PluginSources) {
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, "sample");
    (plugins, sources)
}

fn path(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
