//! Crashes of plugins, with and without `--supervise`.

use serde_json::{Value, json};
use stratos_host::PluginState;
use stratos_tests::{Plugins, RunOptions, ShellProcess};

use crate::SAMPLE;

#[test]
fn restarts_back_off_and_are_limited() {
    let plugins = Plugins::new(SAMPLE, &["sample", "another"]);
    let mut shell = supervised(&plugins);
    let mut before = 0;
    for crash in 1..5_u32 {
        let _ = shell.call("sample", "exit", "9");
        let waits = shell.wait_for_state("sample", "backing-off");
        assert_eq!(waits["state"]["reason"], "exited with code 9 by itself");
        let wait = waits["state"]["retry_in_ms"].as_u64().unwrap();
        let bounds = (200 << (crash - 1))..=(300 << (crash - 1));
        assert!(bounds.contains(&wait), "{crash}: {wait} ms");
        let runs = shell.wait_for_state("sample", "running");
        let generation = runs["generation"].as_u64().unwrap();
        assert!(
            generation > before,
            "the generation increases with a restart: {generation}"
        );
        before = generation;
        assert_eq!(shell.get("/api/sample/hello/x").status, 200);
    }
    let _ = shell.call("sample", "exit", "9");
    shell.wait_for_state("sample", "errored");
    assert_eq!(
        shell.get("/api/another/hello/x").status,
        200,
        "other plugins still serve"
    );

    assert_eq!(shell.command(&["start", "sample"]).code, Some(0));
    let _ = shell.call("sample", "exit", "9");
    let waits = shell.wait_for_state("sample", "backing-off");
    let wait = waits["state"]["retry_in_ms"].as_u64().unwrap();
    assert!(wait <= 300, "a manual start resets the backoff: {wait} ms");
}

#[test]
fn a_plugin_that_backs_off_can_be_stopped_and_started() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = supervised(&plugins);
    for _ in 0..3 {
        let _ = shell.call("sample", "exit", "9");
        shell.wait_for_state("sample", "backing-off");
        shell.wait_for_state("sample", "running");
    }
    let _ = shell.call("sample", "exit", "9");
    shell.wait_for_state("sample", "backing-off");
    // The backoff is about two seconds, which leaves time for a request, one stop and one start.
    let unavailable = shell.get("/api/sample/hello/x");
    let control = shell.control();
    let state = control.plugin("sample").state;
    let refused = control.command("sample", "update");
    assert_eq!(control.command("sample", "stop").status, 200);
    assert!(matches!(state, PluginState::BackingOff { .. }), "{state:?}");
    let expected = "is backing-off: `cargo stratos start sample` starts it";
    assert!(refused.body.contains(expected), "{refused:?}");
    assert_eq!(unavailable.status, 503, "{unavailable:?}");
    let reason = "exited with code 9 by itself; the shell restarts it in a moment";
    let expected = json!({
        "error": format!("plugin `sample` is backing-off: {reason}"),
        "code": "plugin-unavailable",
        "plugin": { "id": "sample", "state": "backing-off", "reason": reason },
    });
    assert_eq!(unavailable.json(), expected);
    assert_eq!(shell.plugin("sample")["state"]["name"], "stopped");
    assert_eq!(
        stops(&shell),
        "",
        "a plugin that does not run has no on_stop"
    );
    assert_eq!(shell.command(&["start", "sample"]).code, Some(0));
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);
}

#[test]
fn failed_restarts_are_retried_and_failed_first_starts_are_not() {
    let plugins = Plugins::new(SAMPLE, &["sample", "fails"]);
    let mut shell = supervised(&plugins);
    assert_eq!(shell.plugin("fails")["state"]["name"], "errored");
    shell.set_config("sample", "refuse_start", "true");
    let _ = shell.call("sample", "exit", "9");
    let failed = |event: &Value| {
        let reason = event["state"]["reason"].as_str().unwrap_or_default();
        event["state"]["name"] == "backing-off" && reason.contains("refused to start")
    };
    shell.wait_for(failed);
    shell.set_config("sample", "refuse_start", "false");
    shell.wait_for_state("sample", "running");
}

/// Suspends the shell and its plugins with SIGSTOP, as a system suspend would.
#[cfg(unix)]
#[test]
fn plugins_survive_a_system_suspend() {
    use std::thread::{self, sleep};
    use std::time::Duration;

    use rustix::process::{Pid, Signal, kill_process};
    use stratos_tests::request;

    /// Longer than the shell waits for a notification to be written.
    const SLEEP: Duration = Duration::from_secs(3);
    let plugins = Plugins::new(SAMPLE, &["sample", "another"]);
    let mut shell = supervised(&plugins);
    let pids = |shell: &ShellProcess| {
        ["sample", "another"].map(|plugin| shell.plugin(plugin)["pid"].as_u64().unwrap())
    };
    let before = pids(&shell);
    let all = [&before[..], &[u64::from(shell.pid())]].concat();
    for asleep in [&all[2..], &all[..]] {
        let tell = |signal| {
            for &pid in asleep {
                let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
                kill_process(pid, signal).unwrap();
            }
        };
        tell(Signal::STOP);
        let address = shell.address;
        let asked = thread::spawn(move || request(address, "GET", "/api/sample/hello/x", &[], ""));
        sleep(SLEEP);
        tell(Signal::CONT);
        assert_eq!(
            asked.join().unwrap().status,
            200,
            "a request during the backoff"
        );
        let switched = shell.command(&["auth", "signed-out"]);
        assert_eq!(switched.code, Some(0), "{switched:?}");
        assert_eq!(shell.get("/api/another/hello/x").status, 200);
    }
    assert_eq!(pids(&shell), before);
    shell.drain_events();
    let starts = shell
        .events
        .iter()
        .filter(|event| event["event"] == "state" && event["state"]["name"] == "starting");
    assert_eq!(starts.count(), 2, "{:?}", shell.events);
}

fn supervised(plugins: &Plugins) -> ShellProcess {
    let options = RunOptions {
        args: vec!["--supervise".to_owned()],
        ..RunOptions::default()
    };
    ShellProcess::start_with(plugins.root(), options)
}

fn stops(shell: &ShellProcess) -> String {
    shell.config("sample", "stops")
}
