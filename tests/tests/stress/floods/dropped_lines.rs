//! Log lines that are dropped are counted, each of them once.

use serde_json::Value;
use stratos_tests::{FAULT_LOG_DIR, Plugins, RunOptions, ShellProcess, exclusive};

use crate::{HOSTILE, SAMPLE};

/// Lines that a plugin writes to each of its three outputs.
const LINES: u64 = 50_000;

#[test]
fn lines_on_stdout_stderr_and_logger_at_once_are_shown_or_counted() {
    let _lock = exclusive();
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = ShellProcess::start(plugins.root());
    flood(&mut shell);
    let mut represented: u64 = shell.events.iter().map(represented_lines).sum();
    while represented < 3 * LINES {
        represented += represented_lines(&shell.wait_for(|_| true));
    }
    assert_eq!(represented, 3 * LINES);
}

#[cfg(unix)]
#[test]
fn lines_that_are_dropped_right_before_the_end_are_counted() {
    let _lock = exclusive();
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = ShellProcess::start(plugins.root());
    flood(&mut shell);
    let read: u64 = shell.events.iter().map(represented_lines).sum();
    let (status, rest) = shell.interrupt();
    assert!(status.success(), "{status}");
    let rest: u64 = rest.iter().map(represented_lines).sum();
    assert_eq!(read + rest, 3 * LINES);
}

#[test]
fn lines_that_are_logged_right_before_an_exit_are_shown() {
    let plugins = Plugins::new(HOSTILE, &["logs-and-exits"]);
    let env = (
        FAULT_LOG_DIR.to_owned(),
        plugins.root().display().to_string(),
    );
    let mut shell = ShellProcess::start_with(
        plugins.root(),
        RunOptions {
            env: vec![env],
            ..RunOptions::default()
        },
    );
    shell.expect(|event| event["state"]["name"] == "errored");
    let shown: u64 = shell.events.iter().map(represented_lines).sum();
    assert_eq!(shown, 1_000);
}

fn flood(shell: &mut ShellProcess) {
    let written = shell.call("sample", "write-everywhere", &LINES.to_string());
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    shell.wait_for(|event| event["channel"] == "written");
}

/// The number of lines that an event shows or counts.
fn represented_lines(event: &Value) -> u64 {
    let is_flood = event["event"] == "log" && event["message"] == "line";
    event["dropped"].as_u64().unwrap_or_default() + u64::from(is_flood)
}
