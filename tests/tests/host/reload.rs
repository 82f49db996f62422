//! Builds and reloads after changes of files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::SystemTime;
#[cfg(target_os = "linux")]
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stratos_tests::{PluginSources, Plugins, RunOptions, ShellProcess, request, stratos};
#[cfg(target_os = "linux")]
use stratos_tests::{running_programs, wait_until};

use crate::SAMPLE;

#[test]
fn a_saved_file_is_built_and_reloaded() {
    let (_plugins, sources, mut shell) = running("sample");
    let before = shell.get("/api/sample/version");
    assert_eq!(before.body, "one");
    assert_eq!(before.header("x-stratos-generation"), Some("1"));
    sources.version("two");
    let reload = shell.wait_for_reload("sample");
    assert_eq!(reload["generation"], 2);
    let after = shell.get("/api/sample/version");
    assert_eq!(after.body, "two");
    assert_eq!(after.header("x-stratos-build"), None);
    assert_eq!(after.header("x-stratos-generation"), Some("2"));
    let changed = shell
        .events
        .iter()
        .find(|event| event["event"] == "changed");
    assert_eq!(changed.unwrap()["files"], json!(["src/main.rs"]));
    assert!(
        !sources.folder.join("target").exists(),
        "the target folder of the project is not used"
    );
}

#[test]
fn a_failed_build_keeps_the_last_good_version() {
    let (_plugins, sources, mut shell) = running("sample");
    sources.main("1");
    let failed = shell.wait_for_build("sample", "failed");
    let output = failed["build"]["output"].as_str().unwrap();
    assert!(
        output.starts_with("error[E0308]: mismatched types"),
        "{output}"
    );
    assert!(
        !output.contains('\u{1b}') && !output.contains("Compiling"),
        "{output}"
    );
    assert_eq!(failed["build"]["serves"], true);
    let answer = shell.get("/api/sample/version");
    assert_eq!(answer.body, "one");
    assert_eq!(answer.header("x-stratos-build"), Some("failed"));
    assert_eq!(shell.plugin("sample")["build"], "failed");

    sources.write("src/unused.rs", "");
    let again = shell.wait_for_build("sample", "failed");
    assert_eq!(again["build"]["again"], true);
    assert_eq!(again["build"]["output"], "", "the message is logged once");

    sources.write("src/lib.rs", "");
    fs::remove_file(sources.folder.join("src/main.rs")).unwrap();
    let failed = shell.wait_for(|event| {
        let output = event["build"]["output"].as_str();
        output.is_some_and(|output| output.contains("builds no program: add `src/main.rs`"))
    });
    assert_eq!(failed["build"]["name"], "failed");

    sources.version("two");
    shell.wait_for_reload("sample");
    let answer = shell.get("/api/sample/version");
    assert_eq!(answer.body, "two");
    assert_eq!(answer.header("x-stratos-build"), None);
    assert_eq!(shell.plugin("sample")["build"], Value::Null);
}

#[test]
fn a_change_during_a_build_is_built_afterwards() {
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, "sample");
    let gate = sources.build_gate();
    let mut shell = ShellProcess::watch(&sources.folder);
    gate.close();
    sources.version("two");
    shell.wait_for_build("sample", "started");
    let answer = shell.get("/api/sample/version");
    assert_eq!(answer.header("x-stratos-build"), Some("building"));
    sources.version("three");
    shell.wait_for_build("sample", "superseded");
    shell.wait_for_build("sample", "started");
    // The second build may be completed, and a third one follows then.
    sources.version("four");
    shell.wait_for(|event| event["event"] == "changed");
    gate.open();
    wait_for_version(&mut shell, "four");
}

#[test]
fn crashes_and_stops_are_handled_during_a_build() {
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, "sample");
    let gate = sources.build_gate();
    let mut shell = ShellProcess::watch(&sources.folder);
    gate.close();
    sources.version("two");
    shell.wait_for_build("sample", "started");
    let _ = shell.call("sample", "exit", "9");
    let errored = shell.wait_for_state("sample", "errored");
    let reason = errored["state"]["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("exited with code 9 by itself"),
        "{reason}"
    );
    gate.open();
    shell.wait_for_state("sample", "running");
    assert_eq!(shell.get("/api/sample/version").body, "two");

    gate.close();
    sources.version("three");
    shell.wait_for_build("sample", "started");
    assert_eq!(shell.command(&["stop", "sample"]).code, Some(0));
    shell.wait_for_build("sample", "superseded");
    gate.open();
    // A plugin that was stopped is not started by a build.
    sources.version("four");
    assert_eq!(shell.command(&["start", "sample"]).code, Some(0));
    assert_eq!(shell.get("/api/sample/version").body, "four");
}

#[test]
fn a_newer_version_replaces_one_that_hangs_in_on_start() {
    let (_plugins, sources, mut shell) = running("sample");
    assert_eq!(shell.command(&["stop", "sample"]).code, Some(0));
    let hang = |shell: &ShellProcess, hangs| {
        let set = shell.command(&["config", "set", "--force", "sample", "hang_in_start", hangs]);
        assert_eq!(set.code, Some(0));
    };
    hang(&shell, "true");
    let state = shell.state.to_str().unwrap().to_owned();
    let start = ["start", "sample", "--state"].map(str::to_owned);
    let start = [&start[..], &[state]].concat();
    let start = thread::spawn(move || stratos(Path::new("."), start));
    shell.wait_for(|event| event["message"] == "hanging");
    hang(&shell, "false");
    sources.version("two");
    // The pending start is completed by the newer version.
    let started = start.join().unwrap();
    assert_eq!(started.code, Some(0), "{started:?}");
    assert_eq!(shell.get("/api/sample/version").body, "two");
}

/// Shutdown kills cargo, its compilers and build scripts.
#[cfg(target_os = "linux")]
#[test]
fn shutdown_kills_a_build_and_its_child_processes() {
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, "sample");
    let gate = sources.build_gate();
    let mut shell = ShellProcess::watch(&sources.folder);
    let target = shell.state.join("target");
    gate.close();
    sources.version("two");
    shell.wait_for_build("sample", "started");
    wait_until("the build script runs", || {
        !running_programs(&target).is_empty()
    });
    let state = shell.state.to_str().unwrap().to_owned();
    let update = ["update", "sample", "--state"].map(str::to_owned);
    let update = [&update[..], &[state]].concat();
    let update = thread::spawn(move || stratos(Path::new("."), update));
    shell.wait_for_build("sample", "superseded");
    let begin = Instant::now();
    let (status, _) = shell.interrupt();
    assert!(status.success());
    let told = update.join().unwrap();
    assert_eq!(told.code, Some(1), "the pending update fails: {told:?}");
    assert!(
        begin.elapsed() < Duration::from_secs(8),
        "{:?}",
        begin.elapsed()
    );
    // The exit of a killed process takes a moment.
    wait_until("the build script is gone", || {
        running_programs(&target).is_empty()
    });
}

#[test]
fn touching_a_file_builds_nothing_and_changing_a_path_dependency_does() {
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, "sample");
    add_parts(&sources, "one");
    let mut shell = ShellProcess::watch(&sources.folder);
    assert_eq!(shell.get("/api/sample/version").body, "one");
    // A file written before the first snapshot counts as changed, whatever its content.
    sources.write("../parts/src/lib.rs", "pub const VERSION: &str = \"two\";");
    shell.wait_for_reload("sample");
    let before = shell.events.len();
    sources.write("src/main.rs", &sources.read("src/main.rs"));
    sources.write("README.md", "A text beside the code.");
    sources.write(
        "../parts/src/lib.rs",
        "pub const VERSION: &str = \"three\";",
    );
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "three");
    let changed: BTreeSet<String> = shell.events[before..]
        .iter()
        .filter(|event| event["event"] == "changed")
        .flat_map(|event| event["files"].as_array().unwrap().clone())
        .map(|file| file.as_str().unwrap().replace("/private/", "/"))
        .filter(|file| !file.ends_with("Cargo.lock"))
        .collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(
        changed
            .iter()
            .all(|file| file.ends_with("parts/src/lib.rs"))
    );
}

#[test]
fn a_plugin_that_never_built_starts_when_any_of_its_inputs_is_fixed() {
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, "sample");
    add_parts(&sources, "one");
    sources.write("../parts/src/lib.rs", "pub const VERSION: &str = 1;");
    let mut shell = ShellProcess::watch(&sources.folder);
    assert_eq!(shell.plugin("sample")["state"]["name"], "errored");
    sources.write(
        "../parts/src/lib.rs",
        "pub const VERSION: &str = include_str!(\"name\");",
    );
    shell.wait_for_build("sample", "failed");
    // A file that no dep-info names yet.
    sources.write("../parts/src/name", "two");
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "two");
    sources.write("../parts/src/name", "three");
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "three");
}

#[test]
fn many_changed_files_are_one_build() {
    let (_plugins, sources, mut shell) = running("sample");
    let builds = |shell: &ShellProcess| {
        let started = |event: &&Value| event["build"]["name"] == "started";
        shell.events.iter().filter(started).count()
    };
    let before = builds(&shell);
    for n in 0..200 {
        sources.write(&format!("src/part{n}.rs"), "");
    }
    sources.version("two");
    wait_for_version(&mut shell, "two");
    let more = builds(&shell) - before;
    assert!(
        more <= 3,
        "{more} builds: only a slow computer needs a second one"
    );
}

#[test]
fn only_the_changed_plugin_is_built() {
    let plugins = Plugins::new(SAMPLE, &[]);
    let first = plugins.add_sources(SAMPLE, "sample");
    let _second = plugins.add_sources(SAMPLE, "another");
    let mut shell = ShellProcess::watch(plugins.root());
    first.version("two");
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "two");
    assert_eq!(shell.plugin("another")["generation"], 1);
    let builds = shell
        .events
        .iter()
        .filter(|event| event["plugin"] == "another" && event["build"]["name"] == "finished");
    // Cargo may have written a lock file, which triggers another check.
    let replaced = builds.filter(|event| event["build"]["unchanged"] == false);
    assert_eq!(replaced.count(), 1, "its first one");
}

#[test]
fn an_invalid_manifest_is_not_applied() {
    let (_plugins, sources, mut shell) = running("sample");
    let good = sources.read("plugin.json");
    let reread = |shell: &mut ShellProcess| shell.wait_for(|event| event["event"] == "reread");
    sources.write(
        "plugin.json",
        &good
            .replace("\"Sample\"", "\"Better\"")
            .replace("1.0.0", "2.0.0"),
    );
    assert_eq!(reread(&mut shell)["error"], Value::Null);
    assert_eq!(shell.plugin("sample")["name"], "Better");
    assert_eq!(shell.plugin("sample")["version"], "2.0.0");

    sources.write("plugin.json", "{\n  \"id\": }");
    let error = reread(&mut shell)["error"].as_str().unwrap().to_owned();
    assert!(error.contains("plugin.json:2:"), "{error}");
    assert_eq!(shell.plugin("sample")["name"], "Better");
    let answer = shell.get("/api/sample/version");
    assert_eq!(answer.header("x-stratos-build"), Some("blocked"));
    let listed = shell.command(&["ps"]).stdout;
    let expected = "running; changes are not built until its plugin.json is corrected\n";
    assert!(listed.contains(expected), "{listed}");
    // The manifest stays as it was until the file is valid again.
    sources.version("two");
    sources.write("plugin.json", &good.replace("\"sample\"", "\"other\""));
    let error = reread(&mut shell)["error"].as_str().unwrap().to_owned();
    assert!(
        error.contains("its id is `other` now, and was `sample`"),
        "{error}"
    );
    assert_eq!(shell.get("/api/sample/version").body, "one");
    sources.write("plugin.json", &good);
    shell.wait_for_reload("sample");
    let answer = shell.get("/api/sample/version");
    assert_eq!(
        (answer.body.as_str(), answer.header("x-stratos-build")),
        ("two", None)
    );
    assert_eq!(shell.plugin("sample")["name"], "Sample");
}

#[test]
fn code_that_is_saved_while_the_manifest_has_errors_waits_for_it() {
    let (_plugins, sources, mut shell) = running("sample");
    let good = sources.read("plugin.json");
    let waits = |shell: &mut ShellProcess| {
        let warning = shell.wait_for(|event| event["level"] == "warn");
        warning["message"].as_str().unwrap().to_owned()
    };
    sources.write("plugin.json", "{\n  \"id\": }");
    shell.wait_for(|event| event["event"] == "reread");
    sources.version("two");
    let text = waits(&mut shell);
    let expected = "src/main.rs changed, which is not built until plugin.json is corrected: ";
    assert!(
        text.starts_with(expected) && text.contains("plugin.json:2:"),
        "{text}"
    );
    fs::remove_file(sources.folder.join("plugin.json")).unwrap();
    shell.wait_for(|event| event["event"] == "reread");
    sources.version("three");
    let text = waits(&mut shell);
    assert!(
        text.starts_with(expected) && text.contains("cannot read"),
        "{text}"
    );
    for number in 10..22 {
        sources.write(&format!("../parts/{number}.rs"), "");
    }
    let parts = sources.folder.join("../parts");
    fs::rename(parts, sources.folder.join("src/parts")).unwrap();
    let text = waits(&mut shell);
    let expected = "src/parts/19.rs and 2 more changed, which is not built until";
    assert!(text.contains(expected), "{text}");
    sources.write("plugin.json", &good);
    shell.wait_for_reload("sample");
    assert_eq!(shell.get("/api/sample/version").body, "three");
}

#[test]
fn code_that_is_saved_while_the_plugin_is_stopped_waits_for_its_start() {
    let (_plugins, sources, mut shell) = running("sample");
    assert_eq!(shell.command(&["stop", "sample"]).code, Some(0));
    sources.version("two");
    shell.wait_for(|event| {
        event["message"] == "is stopped: `cargo stratos start sample` builds the change"
    });
}

/// The lock file that cargo writes during the first build is part of that build.
#[test]
fn the_first_run_builds_once() {
    for (version, end) in [("\"one\"", "finished"), ("1", "failed")] {
        let plugins = Plugins::new(SAMPLE, &[]);
        let sources = plugins.add_sources(SAMPLE, "sample");
        fs::remove_file(sources.folder.join("Cargo.lock")).unwrap();
        sources.main(version);
        let mut shell = ShellProcess::watch(&sources.folder);
        sources.version("two");
        shell.wait_for_state("sample", "running");
        wait_for_version(&mut shell, "two");
        let ends = shell
            .events
            .iter()
            .filter(|event| event["event"] == "build");
        let ends: Vec<_> = ends.map(|event| event["build"]["name"].clone()).collect();
        assert_eq!(ends, ["started", end, "started", "finished"]);
    }
}

#[test]
fn a_change_of_the_lock_file_is_built() {
    let (_plugins, sources, mut shell) = running("sample");
    let lock = sources.read("Cargo.lock");
    sources.write("Cargo.lock", &format!("# A comment.\n{lock}"));
    shell.wait_for_build("sample", "finished");
}

/// Cargo may have read the file already, or not: until its first message, nobody knows.
#[test]
fn a_change_of_the_lock_file_at_the_beginning_of_a_build_is_built() {
    let (_plugins, sources, mut shell) = running("sample");
    sources.version("two");
    shell.wait_for_build("sample", "started");
    let beginning = SystemTime::now();
    shell.wait_for_reload("sample");
    let lock = sources.read("Cargo.lock");
    let name = "Cargo.lock.new";
    sources.write(name, &format!("# A comment.\n{lock}"));
    let path = sources.folder.join(name);
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(beginning).unwrap();
    fs::rename(path, sources.folder.join("Cargo.lock")).unwrap();
    shell.wait_for_build("sample", "finished");
}

#[test]
fn a_plugin_runs_before_it_is_reported_as_reloaded() {
    for args in [vec![], vec!["--shell".to_owned(), "v3".to_owned()]] {
        let plugins = Plugins::new(SAMPLE, &[]);
        let sources = plugins.add_sources(SAMPLE, "sample");
        let options = RunOptions {
            args,
            watch: true,
            ..RunOptions::default()
        };
        let mut shell = ShellProcess::start_with(&sources.folder, options);
        sources.version("two");
        shell.wait_for_reload("sample");
        let newest = shell.events.iter().rev();
        let state = newest.clone().find(|event| event["event"] == "state");
        assert_eq!(state.unwrap()["state"]["name"], "running");
        assert_eq!(state.unwrap()["generation"], 2);

        let _ = shell.call("sample", "exit", "9");
        shell.wait_for_state("sample", "errored");
        sources.version("three");
        shell.wait_for_reload("sample");
        let newest = shell.events.iter().rev();
        let mut states = newest.filter(|event| event["event"] == "state");
        assert_eq!(states.next().unwrap()["state"]["name"], "running");
    }
}

#[test]
fn a_build_that_writes_its_own_source_does_not_rebuild_forever() {
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, "sample");
    let script = r#"
fn main() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    std::fs::write("src/made.rs", format!("// {}", now.as_nanos())).unwrap();
}
"#;
    sources.write("build.rs", script);
    let mut shell = ShellProcess::watch(&sources.folder);
    let warning = shell.wait_for(|event| {
        let message = event["message"].as_str().unwrap_or_default();
        message.contains("each build writes")
    });
    assert_eq!(warning["level"], "warn");
    let text = warning["message"].as_str().unwrap();
    assert!(
        text.starts_with("each build writes src/made.rs anew"),
        "{text}"
    );
    shell.wait_for_build("sample", "finished");

    sources.version("two");
    wait_for_version(&mut shell, "two");
    sources.version("three");
    wait_for_version(&mut shell, "three");
    let unfollowed = shell.events.iter().rev();
    let unfollowed = unfollowed.take_while(|event| event["message"] != warning["message"]);
    let started = unfollowed.filter(|event| event["build"]["name"] == "started");
    // The build that ran at the first save may have been cancelled.
    assert!(started.count() <= 3, "{:#?}", shell.events);
}

#[test]
fn a_change_of_the_kind_of_plugin_asks_for_a_restart() {
    let (_plugins, sources, mut shell) = running("sample");
    // The watcher has its snapshot now.
    sources.version("two");
    shell.wait_for_reload("sample");
    let cargo = sources.read("Cargo.toml");
    fs::remove_file(sources.folder.join("Cargo.toml")).unwrap();
    let said = |text: &'static str| move |event: &Value| event["message"] == text;
    shell.wait_for(said(
        "is a plugin without a background module now, and was a Rust plugin: \
         end `cargo stratos run` and start it again",
    ));
    sources.write("Cargo.toml", &cargo);
    shell.wait_for(said("is a Rust plugin again"));
    assert_eq!(shell.get("/api/sample/version").body, "two");
}

#[test]
fn changed_settings_and_icons_are_not_built() {
    let (_plugins, sources, mut shell) = running("sample");
    let foreign = ["Origin: http://localhost:5173"];
    let ask =
        |shell: &ShellProcess| request(shell.address, "GET", "/api/sample/version", &foreign, "");
    assert_eq!(ask(&shell).status, 403);
    let settings = "[dev]\norigins = [\"http://localhost:5173\"]\n[auth.crew]\nsigned_in = false\n";
    sources.write("stratos.toml", settings);
    let reread = shell.wait_for(|event| event["event"] == "reread");
    assert_eq!(reread, json!({ "event": "reread", "plugin": "" }));
    assert_eq!(ask(&shell).status, 200);
    assert_eq!(shell.command(&["auth", "crew"]).code, Some(0));

    sources.write("stratos.toml", "[dev]\norigin = []\n");
    let reread = shell.wait_for(|event| event["event"] == "reread");
    let error = reread["error"].as_str().unwrap();
    assert!(error.contains("stratos.toml is not valid"), "{error}");
    assert_eq!(ask(&shell).status, 200, "the last valid settings apply");

    sources.write("assets/light.svg", "<svg/>");
    let icon = shell.wait_for(|event| event["event"] == "changed");
    assert_eq!(
        (&icon["part"], &icon["files"]),
        (&json!("icon"), &json!(["assets/light.svg"]))
    );
    let builds = shell
        .events
        .iter()
        .filter(|event| event["build"]["unchanged"] == false);
    assert_eq!(builds.count(), 1, "the first one");
}

#[test]
fn a_program_built_by_another_tool_is_reloaded() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = ShellProcess::watch(plugins.root());
    let mut program = fs::read(SAMPLE).unwrap();
    program.extend(b"more");
    let new = plugins.root().join("new");
    fs::write(&new, &program).unwrap();
    fs::set_permissions(&new, fs::metadata(SAMPLE).unwrap().permissions()).unwrap();
    fs::rename(&new, plugins.program("sample")).unwrap();
    let reload = shell.wait_for_reload("sample");
    assert_eq!(reload["generation"], 2);
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);
}

/// A write through a hard link outside of the watched folders causes no file event, so only polling finds it.
#[test]
fn files_are_compared_without_file_events() {
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, "sample");
    let elsewhere = plugins.root().join("elsewhere.rs");
    fs::hard_link(sources.folder.join("src/main.rs"), &elsewhere).unwrap();
    let options = RunOptions {
        args: vec!["--poll".to_owned()],
        watch: true,
        ..RunOptions::default()
    };
    let mut shell = ShellProcess::start_with(&sources.folder, options);
    // More than one change, since the first scan may find one without polling.
    for version in ["two", "three"] {
        let text = sources.main_text(&format!("{version:?}"));
        fs::write(&elsewhere, text).unwrap();
        wait_for_version(&mut shell, version);
    }
}

#[test]
fn no_watch_disables_reloads() {
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, "sample");
    let target = plugins.root().join("target");
    let args = ["--", "--target-dir", target.to_str().unwrap()].map(str::to_owned);
    let options = RunOptions {
        args: args.to_vec(),
        ..RunOptions::default()
    };
    let mut shell = ShellProcess::start_with(&sources.folder, options);
    sources.version("two");
    assert_eq!(shell.command(&["update", "sample"]).code, Some(0));
    shell.wait_for_state("sample", "running");
    assert_eq!(shell.get("/api/sample/version").body, "two");
    let seen = |name: &str| {
        shell
            .events
            .iter()
            .filter(|event| event["event"] == name)
            .count()
    };
    assert_eq!((seen("changed"), seen("reload")), (0, 0));
    assert!(target.is_dir() && !shell.state.join("target").exists());
}

/// Starts a shell that watches a plugin which is built and runs.
fn running(id: &str) -> (Plugins, PluginSources, ShellProcess) {
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, id);
    let shell = ShellProcess::watch(&sources.folder);
    (plugins, sources, shell)
}

/// Moves the version to a path dependency beside the plugin.
fn add_parts(sources: &PluginSources, version: &str) {
    let package = "[package]\nname = \"parts\"\nversion = \"1.0.0\"\nedition = \"2024\"\n";
    sources.write("../parts/Cargo.toml", package);
    let code = format!("pub const VERSION: &str = {version:?};");
    sources.write("../parts/src/lib.rs", &code);
    let needs = sources.read("Cargo.toml") + "[dependencies]\nparts = { path = \"../parts\" }\n";
    sources.write("Cargo.toml", &needs);
    sources.main("parts::VERSION");
}

fn wait_for_version(shell: &mut ShellProcess, version: &str) {
    while shell.get("/api/sample/version").body != version {
        shell.wait_for_reload("sample");
    }
}

/// The nice value of a build is 10 above the shell's, that of the plugin is the shell's.
#[cfg(target_os = "linux")]
#[test]
fn builds_have_a_lower_priority_than_plugins() {
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, "sample");
    let script = r#"
fn main() {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    std::fs::write("build.stat", stat).unwrap();
}
"#;
    sources.write("build.rs", script);
    let shell = ShellProcess::start(&sources.folder);
    let build = nice(&sources.read("build.stat"));
    let of_process = |pid: &dyn std::fmt::Display| {
        nice(&fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs"))
    };
    let own = of_process(&shell.pid());
    assert_eq!(build, (own + 10).min(19));
    assert_eq!(of_process(&shell.plugin("sample")["pid"]), own);
}

/// The nice value in `/proc/*/stat`, which is the 17th field after the name in parentheses.
#[cfg(target_os = "linux")]
fn nice(stat: &str) -> i32 {
    let fields = stat.rsplit(") ").next().expect("fields");
    let nice = fields.split(' ').nth(16).expect("the field");
    nice.parse().expect("a number")
}
