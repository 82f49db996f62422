//! Panics of a plugin's process in its log.

use serde_json::Value;
use stratos_tests::{Plugins, RunOptions, ShellProcess};

use crate::SAMPLE;

#[test]
fn a_panic_is_one_error_with_its_place_and_the_plugins_own_frames() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let options = RunOptions {
        env: vec![("RUST_BACKTRACE".to_owned(), "1".to_owned())],
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
    // The frames need debug information, which the profile of this build may leave out.
    for frame in error["data"]["backtrace"].as_array().unwrap() {
        let frame = frame.as_str().unwrap();
        assert!(frame.contains("sample"), "{frame}");
    }
    let _ = shell.call("sample", "task-panics", "null");
    let of_task = shell.wait_for(|event| is_log(event) && event["tag"] == "panic");
    let message = of_task["message"].as_str().unwrap();
    assert!(
        message.starts_with("the task `fragile` panicked at "),
        "{message}"
    );
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

fn is_log(event: &Value) -> bool {
    event["event"] == "log"
}
