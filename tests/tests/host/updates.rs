//! Updates of plugin processes: requests during an update, failures and rollbacks.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use stratos_tests::{Plugins, RunOptions, ShellProcess, request, stratos};

use crate::SAMPLE;

#[test]
fn no_request_fails_during_an_update() {
    for id in ["resumes", "sample"] {
        let plugins = Plugins::new(SAMPLE, &[id]);
        let shell = ShellProcess::start(plugins.root());
        let before = pid(&shell, id);
        let failed = while_requesting(&shell, &format!("/api/{id}/hello/x"), |shell| {
            assert_eq!(shell.command(&["update", id]).code, Some(0));
        });
        assert_eq!(failed, [] as [u16; 0], "{id}");
        assert_ne!(pid(&shell, id), before, "{id}");
        assert_eq!(shell.plugin(id)["generation"], 2, "{id}");
    }
}

#[test]
fn responses_in_flight_are_complete_after_an_update() {
    for (id, path) in [
        ("resumes", "slow"),
        ("resumes", "slow-body"),
        ("sample", "slow"),
        ("sample", "slow-body"),
    ] {
        let plugins = Plugins::new(SAMPLE, &[id]);
        let shell = ShellProcess::start(plugins.root());
        let (address, path) = (shell.address, format!("/api/{id}/{path}"));
        let asked = path.clone();
        let slow = thread::spawn(move || request(address, "GET", &asked, &[], ""));
        // The update is complete before the slow response.
        assert_eq!(shell.command(&["update", id]).code, Some(0));
        let answer = slow.join().unwrap();
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body.contains("slow"), "{path}: {answer:?}");
    }
}

#[test]
fn a_crash_of_the_old_generation_during_on_resume_is_logged_and_a_stop_cancels_the_update() {
    let plugins = Plugins::new(SAMPLE, &["resumes"]);
    let mut shell = ShellProcess::start(plugins.root());
    shell.set_config("resumes", "hang_in_resume", "true");
    let state = shell.state.to_str().unwrap().to_owned();
    let update = ["update", "resumes", "--state"].map(str::to_owned);
    let update = [&update[..], &[state]].concat();
    let update = thread::spawn(move || stratos(Path::new("."), update));
    shell.wait_for(|event| event["message"] == "hanging");
    let _ = shell.call("resumes", "exit", "9");
    let expected = "ended while its newer version is on its way: exited with code 9 by itself; its last lines on stderr: complained by resumes";
    shell.wait_for(|event| event["message"] == expected);
    assert_eq!(shell.plugin("resumes")["state"]["name"], "starting");
    assert_eq!(shell.command(&["stop", "resumes"]).code, Some(0));
    let told = update.join().unwrap();
    assert!(told.stderr.contains("was stopped"), "{told:?}");
    assert_eq!(shell.plugin("resumes")["state"]["name"], "stopped");
}

#[test]
fn shell_v3_restarts_a_plugin_with_on_resume() {
    let plugins = Plugins::new(SAMPLE, &["resumes"]);
    let args = vec!["--shell".to_owned(), "v3".to_owned()];
    let shell = ShellProcess::start_with(
        plugins.root(),
        RunOptions {
            args,
            ..RunOptions::default()
        },
    );
    assert_eq!(shell.command(&["update", "resumes"]).code, Some(0));
    assert_eq!(shell.config("resumes", "starts"), "2\n");
    assert_eq!(shell.config("resumes", "stops"), "1\n");
}

#[test]
fn a_version_that_does_not_start_is_rolled_back() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    std::fs::write(plugins.program("sample"), "not a program").unwrap();
    let update = shell.command(&["update", "sample"]);
    assert_eq!(update.code, Some(1));
    let expected =
        "was not updated, the last good version was started again: cannot start the program";
    assert!(update.stderr.contains(expected), "{update:?}");
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);
    assert_eq!(shell.plugin("sample")["state"]["name"], "running");

    let again = shell.command(&["update", "sample"]);
    assert!(
        again.stderr.contains(expected),
        "a second rollback works too: {again:?}"
    );
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);

    std::fs::remove_file(plugins.program("sample")).unwrap();
    let update = shell.command(&["update", "sample"]);
    assert!(update.stderr.contains("there is no program"), "{update:?}");
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);
}

#[test]
fn a_plugin_without_a_good_version_is_errored() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    shell.set_config("sample", "refuse_start", "true");
    let update = shell.command(&["update", "sample"]);
    assert!(
        update.stderr.contains("on_start failed: refused to start"),
        "{update:?}"
    );
    assert_eq!(shell.plugin("sample")["state"]["name"], "errored");
    assert_eq!(shell.get("/api/sample/hello/x").status, 503);
    assert!(
        shell
            .command(&["update", "sample"])
            .stderr
            .contains("plugin `sample` is errored")
    );
}

/// Runs an action while 8 threads send requests. Returns the statuses other than 200.
fn while_requesting(shell: &ShellProcess, path: &str, act: impl FnOnce(&ShellProcess)) -> Vec<u16> {
    let (address, is_done) = (shell.address, AtomicBool::new(false));
    let send_requests = || {
        let mut statuses = Vec::new();
        while !is_done.load(Ordering::SeqCst) {
            statuses.push(request(address, "GET", path, &[], "").status);
        }
        statuses
    };
    let statuses: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(send_requests)).collect();
        act(shell);
        is_done.store(true, Ordering::SeqCst);
        let joined = threads.into_iter().map(|thread| thread.join().unwrap());
        joined.flatten().collect()
    });
    assert!(statuses.len() > 8, "there were requests");
    statuses
        .into_iter()
        .filter(|status| *status != 200)
        .collect()
}

fn pid(shell: &ShellProcess, plugin: &str) -> String {
    shell.get(&format!("/api/{plugin}/pid")).body
}
