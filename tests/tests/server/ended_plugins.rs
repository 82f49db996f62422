//! Requests and calls during which a plugin's process ends.

use serde_json::json;
use stratos_tests::{Plugins, ShellProcess, request};

use crate::SAMPLE;

const LAST_OUTPUT: &str =
    r"its last lines on stderr: complained by sample | \u{1b}[31mthe engine is on fire";

#[test]
fn a_failed_request_has_the_end_of_the_process_and_its_last_output() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    let failed = request(shell.address, "GET", "/api/sample/die", &[], "");
    assert_eq!(failed.status, 502);
    let error = format!("plugin `sample` exited with code 9 before it answered; {LAST_OUTPUT}");
    assert_eq!(failed.json()["error"], error);
}

#[test]
fn a_failed_call_has_the_end_of_the_process_and_its_last_output() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    let failed = shell.control().invoke("sample", "exit", &json!(9));
    assert_eq!(failed.status, 502);
    assert_eq!(
        failed.json()["error"],
        "channel `exit`: plugin `sample` exited with code 9 before it answered; its last lines on stderr: complained by sample"
    );
}
