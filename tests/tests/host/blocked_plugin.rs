//! A handler that blocks a thread of its plugin: what the log says, and what other calls see.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use stratos_tests::{Plugins, ShellProcess};

use crate::SAMPLE;

/// Long enough for a busy machine to notice it and to answer another call meanwhile.
const BLOCKED: Duration = Duration::from_secs(5);

#[test]
fn a_handler_that_blocks_the_only_thread_is_named_while_the_other_calls_wait() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = ShellProcess::start(plugins.root());
    let begin = Instant::now();
    let (blocking, other) = call_while_blocked(&mut shell, "sample");
    assert!(other.finished >= begin + BLOCKED, "it did not wait");
    assert_eq!((blocking.status, other.status), (200, 200));
}

#[test]
fn with_more_threads_other_calls_do_not_wait_for_a_handler_that_blocks() {
    let plugins = Plugins::new(SAMPLE, &["threads"]);
    let mut shell = ShellProcess::start(plugins.root());
    let (blocking, other) = call_while_blocked(&mut shell, "threads");
    assert!(other.finished < blocking.finished, "it waited");
    assert_eq!((blocking.status, other.status), (200, 200));
}

#[test]
fn a_handler_that_is_slow_without_blocking_is_not_named() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = ShellProcess::start(plugins.root());
    let payload = json!(BLOCKED.as_millis() as u64);
    let response = shell.control().invoke("sample", "sleep-for", &payload);
    assert_eq!(response.status, 200);
    shell.drain_events();
    let blocked = shell.events.iter().find(|event| is_report(event));
    assert_eq!(blocked, None);
}

struct Call {
    status: u16,
    finished: Instant,
}

/// Calls a channel that blocks, and another one once the log names the first.
fn call_while_blocked(shell: &mut ShellProcess, plugin: &'static str) -> (Call, Call) {
    let control = shell.control();
    let call = |channel: &'static str, payload| {
        let control = control.clone();
        thread::spawn(move || Call {
            status: control.invoke(plugin, channel, &payload).status,
            finished: Instant::now(),
        })
    };
    let blocking = call("block-for", json!(BLOCKED.as_millis() as u64));
    let report = shell.wait_for(is_report);
    let message = report["message"].as_str().expect("a text");
    assert!(
        message.starts_with("the handler of `block-for` has blocked its thread for 0.5 s"),
        "{message}"
    );
    assert!(!blocking.is_finished(), "it was named after it had ended");
    let other = call("echo", json!(1));
    let other = other.join().expect("it is answered");
    (blocking.join().expect("it is answered"), other)
}

fn is_report(event: &serde_json::Value) -> bool {
    event["event"] == "log"
        && event["message"]
            .as_str()
            .is_some_and(|message| message.contains("blocked its thread"))
}
