//! The platform's contract. Each test runs on both hosts, in memory and as a process.
//!
//! The page `contract-tests.md` of the book maps the sentences of the contract to these tests.

use std::time::UNIX_EPOCH;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use stratos::testing::{PluginState, ShellVersion, TestShell, TestShellBuilder};
use stratos_tests::{Plugins, sample};

use crate::SAMPLE;

/// The host that runs the plugins of a test.
enum Host {
    Memory,
    Process(Plugins),
}

/// Defines each test of a list for both hosts.
macro_rules! on_both_hosts {
    ($($name:ident,)*) => {
        mod memory {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(super::Host::Memory).await;
                }
            )*
        }

        mod process {
            $(
                #[tokio::test]
                async fn $name() {
                    let plugins = super::Plugins::new(super::SAMPLE, &[]);
                    super::$name(super::Host::Process(plugins)).await;
                }
            )*
        }

        #[test]
        fn every_test_runs_on_both_hosts() {
            let listed = [$(stringify!($name)),*];
            for line in include_str!("contract.rs").lines() {
                let Some(rest) = line.strip_prefix("async fn ") else { continue };
                let name = rest.split('(').next().unwrap_or_default();
                assert!(!rest.contains("Host") || listed.contains(&name), "{name}");
            }
        }
    };
}

on_both_hosts! {
    on_start_sees_the_login,
    a_failing_start_is_errored_and_the_others_run,
    a_panicking_start_is_errored_and_the_others_run,
    shutdown_stops_every_running_plugin,
    on_stop_may_use_the_context,
    an_update_resumes_a_plugin_with_on_resume,
    an_update_restarts_a_plugin_without_on_resume,
    later_shells_restart_a_plugin_with_on_resume,
    a_failing_on_resume_keeps_the_old_generation,
    log_lines_carry_plugin_level_tag_and_data,
    what_a_handler_logs_comes_before_its_answer,
    tracing_events_are_log_lines,
    config_values_survive_a_restart,
    config_values_belong_to_one_plugin,
    get_returns_the_callers_default,
    a_deleted_value_is_gone,
    get_all_returns_all_values,
    a_value_of_the_wrong_type_is_an_error,
    a_handler_answers_the_ui,
    a_failing_or_panicking_handler_answers_with_an_error,
    a_prefixed_channel_is_refused_with_a_hint,
    a_channel_has_one_handler_until_it_is_removed,
    pushes_reach_the_ui_in_order,
    a_ui_that_connects_later_misses_earlier_pushes,
    a_plugin_knows_its_identity_folders_and_time,
    auth_reflects_the_current_login,
    routes_are_relative_to_their_prefix,
    invalid_and_reserved_prefixes_are_refused,
    two_plugins_cannot_share_a_prefix,
    a_panicking_route_answers_500,
    bodies_are_streamed,
}

async fn on_start_sees_the_login(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    shell.log_line("signed in: true").await;
    let shell = host.shell(&["sample"]).signed_out().start().await;
    shell.log_line("signed in: false").await;
}

async fn a_failing_start_is_errored_and_the_others_run(host: Host) {
    let shell = host
        .shell(&["fails", "sample"])
        .start_anyway()
        .await
        .unwrap();
    let reason = shell.plugin("fails").errored().await;
    assert_eq!(reason, "on_start failed: the airline has no fleet");
    assert_eq!(shell.plugin("sample").state(), PluginState::Running);
}

async fn a_panicking_start_is_errored_and_the_others_run(host: Host) {
    let shell = host
        .shell(&["panics", "sample"])
        .start_anyway()
        .await
        .unwrap();
    let reason = shell.plugin("panics").errored().await;
    assert_eq!(reason, "on_start panicked: no runway in sight");
    assert_eq!(shell.plugin("sample").state(), PluginState::Running);
}

async fn shutdown_stops_every_running_plugin(host: Host) {
    let shell = host.shell(&["sample", "sample-b", "fails"]);
    let shell = shell.start_anyway().await.unwrap();
    shell.stop().await.assert_finished();
    for (id, stops) in [("sample", Some(1)), ("sample-b", Some(1)), ("fails", None)] {
        let found: Option<u64> = shell.plugin(id).config_value("stops").await;
        assert_eq!(found, stops, "{id}");
    }
}

async fn on_stop_may_use_the_context(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    shell.stop().await.assert_finished();
    shell.log_line("stopped").await;
    assert_eq!(shell.config_value("stops").await, Some(1));
    assert_eq!(shell.state(), PluginState::Stopped);
}

async fn an_update_resumes_a_plugin_with_on_resume(host: Host) {
    let shell = host.shell(&["resumes"]).start().await;
    shell.update().await.unwrap();
    assert_eq!(shell.config_value("resumed").await, Some(true));
    assert_eq!(
        shell.config_value("starts").await,
        Some(1),
        "on_start was not called again"
    );
    assert_eq!(shell.config_value::<u64>("stops").await, None);
    assert_eq!(shell.generation(), 2);
    assert_eq!(add(&shell).await, 3);
    shell.stop().await.assert_finished();
}

async fn an_update_restarts_a_plugin_without_on_resume(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    shell.update().await.unwrap();
    assert_eq!(shell.config_value("stops").await, Some(1));
    assert_eq!(shell.config_value("starts").await, Some(2));
    assert_eq!(add(&shell).await, 3);
}

async fn later_shells_restart_a_plugin_with_on_resume(host: Host) {
    let shell = host.shell(&["resumes"]).shell_version(ShellVersion::V3);
    let shell = shell.start().await;
    shell.update().await.unwrap();
    assert_eq!(shell.config_value("stops").await, Some(1));
    assert_eq!(shell.config_value("starts").await, Some(2));
}

async fn a_failing_on_resume_keeps_the_old_generation(host: Host) {
    let shell = host.shell(&["resumes"]).start().await;
    shell.set_config("refuse_resume", true).await;
    let error = shell.update().await.unwrap_err().to_string();
    let expected = "the old version still runs: on_resume failed: refused to resume";
    assert!(error.contains(expected), "{error}");
    assert_eq!(shell.generation(), 1);
    let count: u64 = shell.invoke("count", "n").await.unwrap();
    assert_eq!(count, 1, "the old generation may write");
}

async fn log_lines_carry_plugin_level_tag_and_data(host: Host) {
    let shell = host.shell(&["sample", "sample-b"]).start().await;
    for level in ["debug", "info", "warn", "error"] {
        let _: () = shell.plugin("sample-b").invoke("log", level).await.unwrap();
        let line = shell.plugin("sample-b").log_line("said").await;
        assert_eq!(line.plugin, "sample-b");
        assert_eq!(format!("{:?}", line.level).to_lowercase(), level);
        assert_eq!(line.tag, "tag");
        assert_eq!(line.data, Some(json!({ "level": level })));
    }
}

async fn what_a_handler_logs_comes_before_its_answer(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    for _ in 0..20 {
        let _: () = shell.invoke("log", "info").await.unwrap();
    }
    let transcript = shell.transcript();
    let lines: Vec<_> = transcript
        .lines()
        .filter(|line| line.contains("log"))
        .collect();
    let calls: Vec<_> = lines
        .iter()
        .skip_while(|line| !line.starts_with("call"))
        .collect();
    assert_eq!(calls.len(), 20 * 3, "{transcript}");
    for three in calls.chunks(3) {
        assert!(three[1].contains("said"), "{transcript}");
        assert!(three[2].starts_with("answer"), "{transcript}");
    }
}

async fn tracing_events_are_log_lines(host: Host) {
    let shell = host.shell(&["sample", "sample-b"]).start().await;
    for id in ["sample", "sample-b"] {
        let line = shell.plugin(id).log_line("traced").await;
        assert_eq!(line.tag, "stratos_tests::sample");
        assert_eq!(line.data, Some(json!({ "answer": 42 })));
    }
}

async fn config_values_survive_a_restart(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    assert_eq!(shell.invoke::<u64>("count", "n").await.unwrap(), 1);
    shell.restart().await.unwrap();
    assert_eq!(shell.invoke::<u64>("count", "n").await.unwrap(), 2);
}

async fn config_values_belong_to_one_plugin(host: Host) {
    let shell = host.shell(&["sample", "sample-b"]).start().await;
    assert_eq!(shell.invoke::<u64>("count", "n").await.unwrap(), 1);
    let other = shell.plugin("sample-b");
    assert_eq!(other.invoke::<u64>("count", "n").await.unwrap(), 1);
}

async fn get_returns_the_callers_default(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    let default = async || shell.invoke::<String>("default", "name").await.unwrap();
    assert_eq!(default().await, "the caller's");
    shell.set_config("name", "stored").await;
    assert_eq!(default().await, "stored");
}

async fn a_deleted_value_is_gone(host: Host) {
    let shell = host.shell(&["sample"]).config("n", 7).start().await;
    for _ in 0..2 {
        let _: () = shell.invoke("delete", "n").await.unwrap();
        assert_eq!(shell.config_value::<u64>("n").await, None);
    }
}

async fn get_all_returns_all_values(host: Host) {
    let shell = host.shell(&["sample"]).config("a", 1).config("b", [true]);
    let shell = shell.start().await;
    let all: Value = shell.invoke("all", ()).await.unwrap();
    assert_eq!(all, json!({ "a": 1, "b": [true], "starts": 1 }));
}

async fn a_value_of_the_wrong_type_is_an_error(host: Host) {
    let shell = host
        .shell(&["sample"])
        .config("text", "thirty")
        .start()
        .await;
    let error = shell
        .invoke::<u64>("mistype", ())
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("config value `text` is a string"), "{error}");
}

async fn a_handler_answers_the_ui(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    let echo: Value = shell.invoke("echo", json!({ "a": [1] })).await.unwrap();
    assert_eq!(echo, json!({ "a": [1] }));
    let error = shell
        .invoke::<i64>("add", "two")
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("does not take this payload"), "{error}");
    let error = shell
        .invoke::<i64>("no-such", ())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("has no handler for the channel `no-such`; it handles about, add,"),
        "{error}"
    );
}

async fn a_failing_or_panicking_handler_answers_with_an_error(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    for (channel, part) in [("fail", "as asked"), ("panic", "panicked: as asked")] {
        let error = shell
            .invoke::<Value>(channel, ())
            .await
            .unwrap_err()
            .to_string();
        assert!(error.ends_with(part), "{error}");
    }
    assert_eq!(add(&shell).await, 3, "the plugin still runs");
}

async fn a_prefixed_channel_is_refused_with_a_hint(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    let error = shell.invoke::<()>("handle", "plugin:sample:x").await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("write `x`"), "{error}");
}

async fn a_channel_has_one_handler_until_it_is_removed(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    let handle = async || shell.invoke::<()>("handle", "x").await;
    handle().await.unwrap();
    assert_eq!(shell.invoke::<String>("x", ()).await.unwrap(), "handled");
    let error = handle().await.unwrap_err().to_string();
    assert!(error.contains("already has a handler"), "{error}");
    let _: () = shell.invoke("remove-handler", "x").await.unwrap();
    shell.invoke::<String>("x", ()).await.unwrap_err();
    handle().await.unwrap();
}

async fn pushes_reach_the_ui_in_order(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    for n in 0..10 {
        let _: () = shell.invoke("push", n).await.unwrap();
    }
    for n in 0..10 {
        assert_eq!(shell.push::<u64>("pushed").await, n);
    }
}

async fn a_ui_that_connects_later_misses_earlier_pushes(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    let _: () = shell.invoke("push", 1).await.unwrap();
    assert_eq!(shell.push::<u64>("pushed").await, 1);

    let address = "ws://127.0.0.1:2066/__stratos/ipc/sample";
    let socket = tokio_tungstenite::client_async(address, shell.connect().await);
    let (mut ui, _) = socket.await.unwrap();
    let question = r#"{ "type": "invoke", "id": 1, "channel": "echo" }"#;
    ui.send(question.into()).await.unwrap();
    let answer = ui.next().await.unwrap().unwrap().into_text().unwrap();
    assert!(answer.contains("result"), "{answer}");
    let _: () = shell.invoke("push", 2).await.unwrap();
    let push = ui.next().await.unwrap().unwrap().into_text().unwrap();
    let push: Value = serde_json::from_str(&push).unwrap();
    assert_eq!(
        push,
        json!({ "type": "push", "channel": "pushed", "payload": 2 })
    );
}

async fn a_plugin_knows_its_identity_folders_and_time(host: Host) {
    let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let shell = host.shell(&["sample"]).plugin_folder(folder.path());
    let shell = shell.state_folder(state.path()).start().await;
    let about: Value = shell.invoke("about", json!(null)).await.unwrap();
    let data = state.path().join("data/sample");
    assert_eq!(about["id"], "sample");
    assert_eq!(about["version"], "1.0.0");
    assert_eq!(about["folder"], json!(folder.path()));
    assert_eq!(about["data"], json!(data));
    assert!(data.join("written").exists(), "the plugin writes there");
    let now = UNIX_EPOCH.elapsed().unwrap().as_secs();
    let time = about["time"].as_u64().unwrap();
    assert!(
        (now - 60..=now).contains(&time),
        "{time} is not about {now}"
    );
}

async fn auth_reflects_the_current_login(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    let login = async || -> Value { shell.invoke("login", ()).await.unwrap() };
    let signed_out = json!({ "authenticated": false, "token": null });
    assert_eq!(login().await["authenticated"], true);
    assert!(login().await["token"].is_string());
    shell.sign_out().await;
    assert_eq!(login().await, signed_out);
    shell.sign_in().await;
    assert_eq!(login().await["authenticated"], true);
    shell.token_expires().await;
    assert_eq!(login().await, signed_out);
}

async fn routes_are_relative_to_their_prefix(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    assert_eq!(shell.get("/api/sample/hello/x").await.text(), "hello x");
    for prefix in ["/loadsheet", "/a/b/c", "/api/sample/inner"] {
        let _: () = shell.invoke("register", prefix).await.unwrap();
        let answer = shell.get(&format!("{prefix}/where")).await;
        assert_eq!(answer.text(), "relative", "{prefix}");
        assert_eq!(shell.get(prefix).await.status(), 404);
    }
    assert_eq!(shell.get("/hello/x").await.status(), 404);
}

async fn invalid_and_reserved_prefixes_are_refused(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    for (prefix, part) in [
        ("api/x", "write `/api/x`"),
        ("/", "reserved"),
        ("/__stratos/x", "reserved"),
        ("/api/sample", "is already registered"),
    ] {
        let error = shell.invoke::<()>("register", prefix).await;
        let error = error.unwrap_err().to_string();
        assert!(error.contains(part), "{prefix}: {error}");
    }
}

async fn two_plugins_cannot_share_a_prefix(host: Host) {
    let shell = host.shell(&["sample", "sample-b"]).start().await;
    let other = shell.plugin("sample-b");
    let taken = other.invoke::<()>("register", "/api/sample/x").await;
    let error = taken.unwrap_err().to_string();
    assert!(
        error.contains("overlaps `/api/sample` of the plugin `sample`"),
        "{error}"
    );
}

async fn a_panicking_route_answers_500(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    assert_eq!(shell.get("/api/sample/panic").await.status(), 500);
    assert_eq!(shell.get("/api/sample/hello/x").await.status(), 200);
}

async fn bodies_are_streamed(host: Host) {
    let shell = host.shell(&["sample"]).start().await;
    let mut endless = shell.get("/api/sample/stream").stream().await;
    assert_eq!(endless.chunk().await.unwrap().unwrap(), "first");
    let large = "x".repeat(3 * 1024 * 1024);
    let echoed = shell.post("/api/sample/echo").body(large.clone()).await;
    assert_eq!(echoed.bytes().len(), large.len());
}

async fn add(shell: &TestShell) -> i64 {
    shell.invoke("add", (1, 2)).await.unwrap()
}

impl Host {
    /// A shell with these plugins, of which the first is the default one of the `TestShell`.
    fn shell(&self, ids: &[&'static str]) -> TestShellBuilder {
        let mut builder: Option<TestShellBuilder> = None;
        for &id in ids {
            let next = match builder {
                Some(builder) => builder.plugin(move || sample(id)),
                None => TestShell::new(move || sample(id)),
            };
            builder = Some(match self {
                Self::Memory => next,
                Self::Process(plugins) => {
                    plugins.add(SAMPLE, id);
                    next.program(plugins.program(id))
                }
            });
        }
        let builder = builder.expect("a plugin");
        match self {
            Self::Memory => builder.in_memory(),
            Self::Process(_) => builder.as_process(),
        }
    }
}
