//! Panics of a plugin's process in its log.

use serde_json::Value;
use stratos_tests::{Plugins, RunOptions, ShellProcess};

use crate::SAMPLE;

#[test]
fn a_panic_is_one_error_with_its_place_and_a_backtrace() {
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
    // Its frames need line tables, which the profile of this build may leave out.
    assert!(error["data"]["backtrace"].is_array(), "{error}");
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

#[test]
fn panics_that_end_in_an_abort_are_its_last_words() {
    for (channel, texts) in [
        (
            "panic-in-drop",
            &[
                ": the engine failed",
                ": the gear too",
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
        let exit = shell.wait_for(|event| event.to_string().contains("last words were"));
        let exit = exit.to_string().replace('\\', "/");
        for text in texts {
            assert!(exit.contains(text), "{text}: {exit}");
        }
        let place = format!("the handler of `{channel}` panicked at tests/src/sample_channels.rs:");
        assert!(exit.contains(&place), "{exit}");
    }
}

fn is_log(event: &Value) -> bool {
    event["event"] == "log"
}
