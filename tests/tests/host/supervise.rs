//! Crashes of plugins, with and without `--supervise`.

use std::sync::Arc;

use serde_json::{Value, json};
use stratos::axum::body::{Body, to_bytes};
use stratos::axum::http::Request;
use stratos::session::run;
use stratos::{Identity, create_plugin};
use stratos_host::event::{Event, EventBus};
use stratos_host::process::{InMemoryLauncher, PluginFolders};
use stratos_host::{PluginSpec, PluginState, Shell, ShellOptions, StateDir};
use stratos_tests::{Plugins, RunOptions, ShellProcess};
use tokio::sync::Notify;

use crate::SAMPLE;

#[test]
fn restarts_back_off_and_are_limited() {
    let plugins = Plugins::new(SAMPLE, &["sample", "another"]);
    let mut shell = supervised(&plugins);
    let mut before = 0;
    for crash in 1..5_u32 {
        let _ = shell.call("sample", "exit", "9");
        let waits = shell.wait_for_state("sample", "backing-off");
        let reason = "exited with code 9 by itself; its last lines on stderr: complained by sample";
        assert_eq!(waits["state"]["reason"], reason);
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
    let errored = shell.wait_for_state("sample", "errored");
    let reason = errored["state"]["reason"].as_str().unwrap();
    let limit = "; it is not started again after 5 crashes within 60 s";
    assert!(reason.ends_with(limit), "{reason}");
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
    // The backoff is about two seconds, which leaves time for one stop and one start.
    let control = shell.control();
    let state = control.plugin("sample").state;
    let refused = control.command("sample", "update");
    assert_eq!(control.command("sample", "stop").status, 200);
    assert!(matches!(state, PluginState::BackingOff { .. }), "{state:?}");
    let expected = "is backing-off: exited with code 9 by itself; its last lines on stderr: complained by sample; `cargo stratos start sample` starts it";
    assert!(refused.body.contains(expected), "{refused:?}");
    assert_eq!(shell.plugin("sample")["state"]["name"], "stopped");
    assert_eq!(
        stops(&shell),
        "",
        "a plugin that does not run has no on_stop"
    );
    assert_eq!(shell.command(&["start", "sample"]).code, Some(0));
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);
}

/// Virtual time, in which the backoff lasts until the test waits.
#[tokio::test(start_paused = true)]
async fn a_plugin_that_backs_off_is_unavailable() {
    let crash = Arc::new(Notify::new());
    let crashed = Arc::clone(&crash);
    let launcher = InMemoryLauncher::new(PluginFolders::default(), move |connection| {
        let crashed = Arc::clone(&crashed);
        async move {
            let plugin = create_plugin(Identity {
                id: "demo".to_owned(),
                version: "1.0.0".to_owned(),
            });
            let plugin = plugin.on_start(async |_| Ok(())).on_stop(async |_| Ok(()));
            tokio::select! {
                _ = run(plugin.build().unwrap(), connection) => {}
                () = crashed.notified() => {}
            }
        }
    });
    let spec = PluginSpec {
        id: "demo".to_owned(),
        name: "Demo".to_owned(),
        version: "1.0.0".to_owned(),
        settings: None,
        launcher: Ok(Arc::new(launcher)),
    };
    let options = ShellOptions {
        supervise: true,
        ..ShellOptions::new(StateDir::in_memory().unwrap())
    };
    let (shell, client) = Shell::start_in_memory(options, vec![spec], EventBus::default()).unwrap();
    shell.ready().await;
    let mut events = shell.subscribe();
    crash.notify_one();
    let is_backing_off = |event: &Event| {
        matches!(
            event,
            Event::State {
                state: PluginState::BackingOff { .. },
                ..
            }
        )
    };
    while !is_backing_off(&events.next().await.unwrap()) {}
    let request = Request::get("http://127.0.0.1:2066/api/demo/x")
        .body(Body::empty())
        .unwrap();
    let response = client.request(request).await.unwrap();
    assert_eq!(response.status(), 503);
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let reason = "ended by itself; the shell restarts it in a moment";
    let expected = json!({
        "error": format!("plugin `demo` is backing-off: {reason}"),
        "code": "plugin-unavailable",
        "plugin": { "id": "demo", "state": "backing-off", "reason": reason },
    });
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), expected);
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
