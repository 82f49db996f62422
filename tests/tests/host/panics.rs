//! Panics of a plugin's process in its log.

use std::fs;
use std::process::Command;

use serde_json::Value;
use stratos_tests::{Plugins, RunOptions, ShellProcess, manifest};

use crate::SAMPLE;

#[test]
fn a_panic_is_one_error_with_its_place() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let options = RunOptions {
        env: vec![("RUST_BACKTRACE".to_owned(), "0".to_owned())],
        ..RunOptions::default()
    };
    let mut shell = ShellProcess::start_with(plugins.root(), options);
    assert_eq!(shell.get("/api/sample/panic").status, 500);
    let error = shell.wait_for(|event| is_log(event) && event["tag"] == "panic");
    assert_eq!(error["level"], "error");
    let message = error["message"].as_str().unwrap().replace('\\', "/");
    assert!(
        message.starts_with("the route GET /api/sample/panic panicked at tests/src/sample.rs:"),
        "{message}"
    );
    assert!(message.ends_with(": as asked"), "{message}");
    let hint = "with RUST_BACKTRACE=1, panics have a backtrace";
    assert_eq!(error["data"]["hint"], hint);
    let _ = shell.call("sample", "task-panics", "null");
    let of_task = shell.wait_for(|event| is_log(event) && event["tag"] == "panic");
    let message = of_task["message"].as_str().unwrap();
    assert!(
        message.starts_with("the task `fragile` panicked at "),
        "{message}"
    );
    assert_eq!(of_task.get("data"), None, "the hint comes once");
    assert_eq!(shell.command(&["stop", "sample"]).code, Some(0));
    shell.wait_for_state("sample", "stopped");
    let lines = shell.events.iter().filter(|event| is_log(event));
    let about_it = lines.filter(|line| line["message"].as_str().unwrap().contains("panicked"));
    assert_eq!(
        about_it.count(),
        2,
        "one for each panic: {:#?}",
        shell.events
    );
}

/// Without line tables, the plugin's frames have no places, by which they are told apart from those of other crates.
#[test]
fn a_panic_has_a_backtrace_if_the_plugin_is_built_with_line_tables() {
    let root = tempfile::tempdir().unwrap();
    let sdk = concat!(env!("CARGO_MANIFEST_DIR"), "/../stratos-sdk");
    let lock = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock")).unwrap();
    // The target folder of the workspace, where most of the SDK is built already.
    let target = concat!(env!("CARGO_TARGET_TMPDIR"), "/..");
    let build = ["build", "--offline", "--target-dir", target];
    for (id, debug) in [
        ("with-lines", "line-tables-only"),
        ("without-lines", "none"),
    ] {
        let cargo = format!(
            "[package]\nname = \"{id}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\
             [dependencies]\nstratos = {{ package = \"stratos-sdk\", path = {sdk:?} }}\n\
             [profile.dev]\ndebug = \"line-tables-only\"\n\
             [profile.dev.package.{id}]\ndebug = \"{debug}\"\nstrip = \"none\"\n\
             [profile.dev.package.stratos-sdk]\ndebug = \"line-tables-only\"\n\
             [workspace]\n"
        );
        let main = format!(
            r#"
fn main() -> std::process::ExitCode {{
    let (id, version) = ("{id}".into(), "1.0.0".into());
    let plugin = stratos::create_plugin(stratos::Identity {{ id, version }});
    let _ = plugin.on_start(on_start).on_stop(on_stop).serve();
    panic!("after the session")
}}

async fn on_start(_: stratos::PluginContext) -> stratos::Result {{
    let worker = std::thread::Builder::new().name("worker".to_owned());
    let _ = worker.spawn(|| panic!("no fuel"))?.join();
    Ok(())
}}

async fn on_stop(_: stratos::PluginContext) -> stratos::Result {{
    std::panic::panic_any(42);
}}
"#
        );
        let folder = root.path().join(id);
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("Cargo.toml"), cargo).unwrap();
        fs::write(folder.join("Cargo.lock"), &lock).unwrap();
        fs::write(folder.join("plugin.json"), manifest(id)).unwrap();
        fs::write(folder.join("src/main.rs"), main).unwrap();
        // So that the shell below starts in time.
        let mut cargo = Command::new(env!("CARGO"));
        let built = cargo.args(build).current_dir(&folder).output().unwrap();
        assert!(built.status.success(), "{built:?}");
    }
    let options = RunOptions {
        args: ["--"]
            .iter()
            .chain(&build[1..])
            .map(|arg| (*arg).to_owned())
            .collect(),
        env: vec![("RUST_BACKTRACE".to_owned(), "1".to_owned())],
        ..RunOptions::default()
    };
    let mut shell = ShellProcess::start_with(root.path(), options);
    for id in ["with-lines", "without-lines"] {
        assert_eq!(shell.command(&["stop", id]).code, Some(0));
    }
    let mut line_of = |id: &str, tag: &str, text: &str| {
        let is_wanted = |event: &Value| {
            let message = event["message"].as_str().unwrap_or_default();
            event["tag"] == tag && event["plugin"] == id && message.contains(text)
        };
        shell.expect(is_wanted);
        let mut events = shell.events.iter();
        events.find(|event| is_wanted(event)).cloned().unwrap()
    };
    for (text, line) in [
        ("the thread `worker` panicked at ", 11),
        ("on_stop panicked at ", 16),
    ] {
        let with_lines = line_of("with-lines", "panic", text);
        let frames = with_lines["data"]["backtrace"].as_array().unwrap();
        let frames: Vec<_> = frames
            .iter()
            .map(|frame| frame.to_string().replace("\\\\", "/"))
            .collect();
        let first = format!("src/main.rs:{line}:");
        assert!(frames[0].contains(&first), "{with_lines}");
        assert!(
            frames.iter().all(|frame| frame.contains("src/main.rs:")),
            "{with_lines}"
        );
    }
    line_of("without-lines", "panic", ": a value that is no text");
    let without_lines = line_of("without-lines", "panic", "on_stop panicked at ");
    assert_eq!(without_lines.get("data"), None, "{without_lines}");
    let after = line_of("with-lines", "stderr", "after the session");
    let after = after["message"].as_str().unwrap().replace('\\', "/");
    let (message, frames) = after.split_once("; backtrace: ").unwrap();
    assert!(
        message.starts_with("the thread `main` panicked at src/main.rs:6:"),
        "{after}"
    );
    assert!(frames.ends_with("/src/main.rs:6:5"), "{after}");
}

#[test]
fn panics_that_end_in_an_abort_are_among_the_last_lines_on_stderr() {
    for (channel, texts) in [
        (
            "panic-in-drop",
            &[
                ": the engine failed   left: 1  right: 2",
                ": the gear too   left: 3  right: 4",
                "panic in a destructor during cleanup",
            ][..],
        ),
        (
            "panic-in-c",
            &[": as asked", "panic in a function that cannot unwind"],
        ),
    ] {
        let plugins = Plugins::new(SAMPLE, &["sample"]);
        let mut shell = ShellProcess::start(plugins.root());
        let _ = shell.call("sample", channel, "null");
        let exit = shell.wait_for(|event| event.to_string().contains("last lines on stderr"));
        let exit = exit.to_string().replace('\\', "/");
        for text in texts {
            assert!(exit.contains(text), "{text}: {exit}");
        }
        let place = format!("the handler of `{channel}` panicked at tests/src/sample_channels.rs:");
        assert!(exit.contains(&place), "{exit}");
        let lines = shell.events.iter().filter(|event| is_log(event));
        let lines: Vec<_> = lines.filter(|line| line["tag"] == "stderr").collect();
        // The first line is the sample's own, the last one the standard library's.
        assert_eq!(lines.len(), texts.len() + 2, "{lines:#?}");
    }
}

fn is_log(event: &Value) -> bool {
    event["event"] == "log"
}
