//! The API of `stratos::testing`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, UNIX_EPOCH};

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use stratos::axum::body::Body;
use stratos::axum::routing::{get, post};
use stratos::axum::{Json, Router};
use stratos::testing::{
    ControlError, HOST_VARIABLE, InvokeError, Leak, PluginState, Report, ShellVersion, StartError,
    TestShell,
};
use stratos::{BoxError, Identity, PluginBuilder, create_plugin};
use stratos_tests::sample;
use tokio::task::JoinSet;

fn identity(id: &str) -> Identity {
    Identity {
        id: id.to_owned(),
        version: "1.0.0".to_owned(),
    }
}

/// A plugin that polls every ten minutes and uses all services of the context.
fn fleet() -> PluginBuilder {
    create_plugin(identity("fleet"))
        .on_start(async |ctx| {
            let minutes: u64 = ctx.config.get("refresh_minutes", 10).await?;
            let router = Router::new()
                .route("/fleet", get(async || Json(json!(["D-AIZA"]))))
                .route("/echo", post(async |body: Body| body))
                .route(
                    "/panic",
                    get(async || -> &'static str { panic!("as asked") }),
                );
            ctx.server.register_router("/api/fleet", router).await?;
            let logger = ctx.logger.clone();
            ctx.ipc
                .handle("get-status", move |_: Value| {
                    let logger = logger.clone();
                    async move {
                        logger.debug("ipc", "somebody asks");
                        Ok(json!({ "online": true }))
                    }
                })
                .await?;
            let poller = ctx.clone();
            ctx.spawn("poll", async move {
                for round in 1_u64.. {
                    tokio::time::sleep(Duration::from_secs(60 * minutes)).await;
                    if let Err(error) = poller.config.set("round", &round).await {
                        poller.logger.error_from("poll", "not stored", &error);
                    }
                    let status = json!({ "round": round, "token": poller.auth.token() });
                    let _ = poller.ipc.send("status-update", &status).await;
                }
            });
            ctx.logger.info("start", "Registered routes");
            Ok(())
        })
        .on_stop(async |ctx| {
            ctx.logger.info("stop", "goodbye");
            Ok(())
        })
}

#[tokio::test(start_paused = true)]
async fn virtual_time_advances_without_waiting() {
    let begin = Instant::now();
    let shell = TestShell::new(fleet).in_memory().start().await;
    for round in 1..=12 {
        let status: Value = shell.push("status-update").await;
        assert_eq!(status["round"], round);
    }
    shell.stop().await.assert_clean();
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "{:?}",
        begin.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn the_transcript_is_complete_and_deterministic() {
    let mut transcripts = Vec::new();
    for _ in 0..2 {
        let shell = TestShell::new(fleet)
            .config("refresh_minutes", 20)
            .in_memory()
            .start()
            .await;
        let _: Value = shell.invoke("get-status", ()).await.unwrap();
        shell.invoke::<Value>("get-sttus", ()).await.unwrap_err();
        assert_eq!(shell.get("/api/fleet/fleet").await.status(), 200);
        let _: Value = shell.push("status-update").await;
        shell.sign_out().await;
        shell.config_fails("the disk is full");
        let _: Value = shell.push("status-update").await;
        shell.log_line("not stored").await;
        shell.config_works();
        shell.set_config("refresh_minutes", 30).await;
        shell.update().await.unwrap();
        shell.stop().await.assert_clean();
        transcripts.push(shell.transcript());
    }
    assert_eq!(transcripts[0], transcripts[1]);
    insta::assert_snapshot!(transcripts[0]);
}

#[tokio::test]
async fn requests_pass_the_request_guard_and_the_proxy() {
    let shell = TestShell::new(fleet).in_memory().start().await;
    let fleet: Vec<String> = shell.get("/api/fleet/fleet").await.json();
    assert_eq!(fleet, ["D-AIZA"]);
    let echoed = shell.post("/api/fleet/echo").json(&json!({ "a": 1 })).await;
    assert_eq!(echoed.json::<Value>(), json!({ "a": 1 }));
    assert_eq!(echoed.header("x-content-type-options"), Some("nosniff"));
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("host", "evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let refused = shell.get("/api/fleet/fleet").header(name, value).await;
        assert_eq!(refused.status(), 403, "{name}: {value}");
    }
    assert_eq!(shell.get("/api/other").await.status(), 404);
    assert_eq!(shell.get("/api/fleet/panic").await.status(), 500);
    assert_eq!(shell.get("/__stratos/api/v1/plugins").await.status(), 401);
}

#[tokio::test]
async fn bodies_stream_both_ways() {
    let shell = TestShell::new(fleet).in_memory().start().await;
    let (sender, receiver) = tokio::sync::mpsc::channel::<&str>(1);
    let pieces = futures_util::stream::unfold(receiver, async |mut receiver| {
        let piece = receiver.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(piece), receiver))
    });
    let request = shell
        .post("/api/fleet/echo")
        .body(Body::from_stream(pieces));
    sender.send("one").await.unwrap();
    let mut answer = request.stream().await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "one");
    sender.send("two").await.unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "two");
    drop(sender);
    assert_eq!(answer.chunk().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_failed_wait_reports_what_happened_instead() {
    let failed = tokio::spawn(async {
        let shell = TestShell::new(fleet)
            .deadline(Duration::from_secs(3600))
            .in_memory()
            .start()
            .await;
        let _: Value = shell.push("status").await;
    });
    let panic = failed.await.unwrap_err().into_panic();
    let text = panic.downcast_ref::<String>().unwrap();
    let at = format!("waited for at {}:", file!());
    assert!(text.contains(&at), "{text}");
    assert!(
        text.starts_with("a push on channel `status` of `fleet`: not within 3600s"),
        "{text}"
    );
    assert!(
        text.contains("\n  log       fleet: info [start] Registered routes"),
        "{text}"
    );
    assert!(
        text.contains("\n  push      fleet: status-update {"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_channel_with_the_prefix_is_refused_at_once() {
    let failed = tokio::spawn(async {
        let shell = TestShell::new(fleet).in_memory().start().await;
        let hint = "which the shell adds by itself: write `get-status`";
        let channel = "plugin:fleet:get-status";
        let error = shell.invoke::<Value>(channel, ()).await.unwrap_err();
        assert!(error.to_string().ends_with(hint), "{error}");
        let _: Value = shell.push(channel).await;
    });
    let panic = failed.await.unwrap_err().into_panic();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(
        text.contains("adds by itself: write `get-status`, at "),
        "{text}"
    );
}

#[tokio::test]
async fn errors_can_be_asserted() {
    let shell = TestShell::new(fleet).in_memory().start().await;
    let error = shell.invoke::<Value>("get-sttus", ()).await.unwrap_err();
    assert!(matches!(
        error,
        InvokeError::Refused(ControlError::NoHandler { .. })
    ));
    let error = shell.invoke::<u32>("get-status", ()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "channel `get-status` answered {\"online\":true}, which is not a `u32`"
    );
    // `unwrap` prints this.
    assert_eq!(
        format!("{error:?}"),
        "channel `get-status` answered {\"online\":true}, which is not a `u32`: \
         invalid type: map, expected u32"
    );
    shell.stop().await.assert_clean();
    let error = shell.invoke::<Value>("get-status", ()).await.unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string());
    assert!(error.to_string().contains("it is stopped"), "{error}");
}

#[tokio::test]
async fn start_fails_with_the_reason_of_an_errored_plugin() {
    let broken = || {
        create_plugin(identity("broken"))
            .on_start(async |ctx| {
                ctx.logger.warn("start", "about to fail");
                Err("no runway in sight".into())
            })
            .on_stop(async |_| Ok(()))
    };
    let error = TestShell::new(broken).in_memory().try_start().await;
    let error = error.unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string());
    let StartError::Errored { id, reason, log } = error else {
        panic!("another error");
    };
    assert_eq!(id, "broken");
    assert_eq!(reason, "on_start failed: no runway in sight");
    assert!(log.contains("about to fail"), "{log}");

    let both = TestShell::new(fleet).plugin(broken).in_memory();
    let shell = both.start_anyway().await.unwrap();
    assert_eq!(shell.plugin("broken").errored().await, reason);
    assert_eq!(shell.state(), PluginState::Running, "other plugins run");
    let again = shell.plugin("broken").start().await.unwrap_err();
    assert!(again.to_string().contains("no runway"), "{again}");
}

#[tokio::test]
async fn login_and_config_can_be_controlled() {
    let plugin = || {
        create_plugin(identity("demo"))
            .on_start(async |ctx| {
                let auth = ctx.auth.clone();
                ctx.ipc
                    .handle("token", move |_: Value| {
                        let token = auth.token();
                        async move { Ok(token) }
                    })
                    .await?;
                let config = ctx.config.clone();
                ctx.ipc
                    .handle("count", move |_: Value| {
                        let config = config.clone();
                        async move {
                            let count = config.get("count", 0_u32).await? + 1;
                            config.set("count", &count).await?;
                            Ok(count)
                        }
                    })
                    .await?;
                Ok(())
            })
            .on_stop(async |_| Ok(()))
    };
    let shell = TestShell::new(plugin)
        .config("count", 41)
        .signed_out()
        .in_memory()
        .start()
        .await;
    let token = async || -> Option<String> { shell.invoke("token", ()).await.unwrap() };
    assert_eq!(token().await, None);
    shell.sign_in().await;
    let first = token().await;
    assert!(first.is_some());
    shell.token_expires().await;
    assert_eq!(token().await, None);
    shell.sign_in().await;
    assert_ne!(token().await, first);

    assert_eq!(shell.invoke::<u32>("count", ()).await.unwrap(), 42);
    shell.config_fails("the disk is full");
    let error = shell.invoke::<u32>("count", ()).await.unwrap_err();
    assert!(error.to_string().contains("the disk is full"), "{error}");
    shell.config_works();
    assert_eq!(shell.config_value::<u32>("count").await, Some(42));
    assert_eq!(shell.config_value::<u32>("other").await, None);
    shell.restart().await.unwrap();
    assert_eq!(shell.invoke::<u32>("count", ()).await.unwrap(), 43);
    assert_eq!(shell.generation(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_slow_config_store_takes_virtual_time() {
    let plugin = || {
        create_plugin(identity("demo"))
            .on_start(async |ctx| {
                let config = ctx.config.clone();
                let read = move |_: Value| {
                    let config = config.clone();
                    async move { Ok(config.get("x", 7).await?) }
                };
                Ok(ctx.ipc.handle("read", read).await?)
            })
            .on_stop(async |_| Ok(()))
    };
    let shell = TestShell::new(plugin).in_memory().start().await;
    shell.config_is_slow(Duration::from_secs(20));
    let begin = tokio::time::Instant::now();
    assert_eq!(shell.invoke::<u32>("read", ()).await.unwrap(), 7);
    assert_eq!(begin.elapsed().as_secs(), 20);
    shell.config_is_slow(Duration::from_secs(40));
    let late = shell.invoke::<u32>("read", ()).await.unwrap_err();
    assert!(late.to_string().contains("30 s"), "{late}");
}

#[tokio::test]
async fn each_generation_is_created_by_the_closure() {
    let made = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&made);
    let plugin = move || {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        create_plugin(identity("demo"))
            .on_start(async |_| Ok(()))
            .on_resume(move |ctx| async move { Ok(ctx.ipc.send("resumed", &number).await?) })
            .on_stop(async |_| Ok(()))
    };
    let shell = TestShell::new(plugin.clone()).in_memory().start().await;
    let before = made.load(Ordering::SeqCst);
    shell.update().await.unwrap();
    assert_eq!(shell.push::<u64>("resumed").await, before);
    assert_eq!(shell.generation(), 2);
    drop(shell);

    let shell = TestShell::new(plugin).shell_version(ShellVersion::V3);
    let shell = shell.in_memory().start().await;
    shell.update().await.unwrap();
    assert!(!shell.transcript().contains("resumed"));
}

#[tokio::test]
async fn requests_can_run_concurrently() {
    let shell = TestShell::new(fleet).in_memory().start().await;
    let ask = async || shell.invoke::<Value>("get-status", ()).await.unwrap();
    let (a, b, c) = tokio::join!(ask(), ask(), shell.get("/api/fleet/fleet").into_future());
    assert_eq!((a, c.status().as_u16()), (b, 200));
    let mut asked = JoinSet::new();
    for _ in 0..50 {
        let plugin = shell.plugin("fleet");
        asked.spawn(async move { plugin.get("/api/fleet/fleet").await.status() });
    }
    assert!(asked.join_all().await.iter().all(|status| *status == 200));
}

#[tokio::test]
async fn config_values_survive_in_a_named_state_folder() {
    let folder = tempfile::tempdir().unwrap();
    for expected in [None, Some(1)] {
        let shell = TestShell::new(fleet).state_folder(folder.path());
        let shell = shell.in_memory().start().await;
        assert_eq!(shell.config_value::<u32>("kept").await, expected);
        shell.set_config("kept", 1).await;
        shell.stop().await.assert_clean();
    }
}

#[tokio::test]
async fn a_dropped_shell_leaves_nothing_behind() {
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let before = tasks();
    let endless = || {
        create_plugin(identity("demo"))
            .on_start(async |ctx| {
                ctx.spawn("endless", std::future::pending());
                let held = ctx.clone();
                let hang = move |_: Value| {
                    let held = held.clone();
                    async move {
                        std::future::pending::<()>().await;
                        drop(held);
                        Ok::<_, BoxError>(())
                    }
                };
                Ok(ctx.ipc.handle("hang", hang).await?)
            })
            .on_stop(async |_| Ok(()))
    };
    let shell = TestShell::new(endless)
        .plugin(fleet)
        .in_memory()
        .start()
        .await;
    let plugin = shell.plugin("demo");
    let hanging = tokio::spawn(async move { plugin.invoke::<Value>("hang", ()).await });
    shell.get("/api/fleet/fleet").await;
    hanging.abort();
    let _ = hanging.await;
    drop(shell);
    let ended = async {
        while tasks() > before {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(8), ended).await;
    assert!(ended.is_ok(), "{} tasks are left", tasks() - before);
}

#[tokio::test]
async fn each_start_creates_one_plugin() {
    let made = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&made);
    let make = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        fleet()
    };
    let shell = TestShell::new(make).in_memory().start().await;
    assert_eq!(made.load(Ordering::SeqCst), 1);
    shell.restart().await.unwrap();
    assert_eq!(made.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn the_report_names_what_was_registered() {
    let shell = TestShell::new(fleet).in_memory().start().await;
    let registered = shell.stop().await.still_registered().to_vec();
    let lines: Vec<_> = registered.iter().map(ToString::to_string).collect();
    let expected = [
        "plugin `fleet`: channel `get-status`",
        "plugin `fleet`: prefix `/api/fleet`",
    ];
    assert_eq!(lines, expected);
}

/// Variable with the expected host, for the child processes of the test below.
const EXPECTED_HOST: &str = "STRATOS_TESTS_EXPECTED_HOST";

#[test]
fn an_environment_variable_selects_the_test_host() {
    let test = "test_shell::an_environment_variable_selects_the_test_host";
    #[expect(
        clippy::disallowed_methods,
        reason = "how this program says it to itself"
    )]
    if let Ok(expected) = std::env::var(EXPECTED_HOST) {
        return assert_host(&expected);
    }
    for (said, expected) in [
        (None, "memory"),
        (Some(""), "memory"),
        (Some("memory"), "memory"),
        (Some("process"), "process"),
        (
            Some("Process"),
            "STRATOS_TEST_HOST is `Process`, but must be `memory` or `process`",
        ),
    ] {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args([test, "--exact"]).env(EXPECTED_HOST, expected);
        child.env_remove(HOST_VARIABLE);
        child.envs(said.map(|said| (HOST_VARIABLE, said)));
        let ended = child.output().unwrap();
        assert!(ended.status.success(), "{said:?}: {ended:?}");
        let said_of_it = String::from_utf8_lossy(&ended.stdout);
        assert!(said_of_it.contains("1 passed"), "{said:?}: {ended:?}");
    }
}

/// Runs a plugin and determines its host from its process id and the test shell's report.
#[tokio::main(flavor = "current_thread")]
async fn assert_host(expected: &str) {
    let program = env!("CARGO_BIN_EXE_sample-plugin");
    let shell = TestShell::new(|| sample("sample-plugin"))
        .program(program)
        .try_start();
    let shell = match shell.await {
        Ok(shell) => shell,
        Err(error) => return assert_eq!(error.to_string(), expected),
    };
    assert!(matches!(expected, "memory" | "process"), "no `{expected}`");
    let pid = shell.pid();
    assert_eq!(pid.is_some(), expected == "process");
    assert_ne!(pid, Some(std::process::id()));
    shell.stop().await.assert_finished();
    assert_eq!(shell.pid(), None);
}

#[tokio::test]
async fn pausing_time_later_refuses_the_process_host() {
    let program = env!("CARGO_BIN_EXE_sample-plugin");
    let shell = TestShell::new(|| sample("sample-plugin")).program(program);
    let shell = shell.as_process().start().await;
    tokio::time::pause();
    for text in [
        panic_message(shell.invoke::<Value>("add", (1, 2))).await,
        panic_message(shell.sign_out()).await,
        panic_message(shell.token_expires()).await,
        panic_message(shell.set_config("unit", "kg")).await,
    ] {
        assert!(text.contains("virtual time"), "{text}");
        assert!(text.contains("`.in_memory()`"), "{text}");
        assert!(text.contains("test_shell.rs"), "{text}");
    }
    tokio::time::resume();
    assert_eq!(shell.invoke::<i64>("add", (1, 2)).await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn every_wait_ends_with_the_deadline() {
    let hanging = || {
        create_plugin(identity("demo"))
            .on_start(async |ctx| {
                let hang = async |_: Value| std::future::pending::<Result<(), BoxError>>().await;
                ctx.ipc.handle("hang", hang).await?;
                let starts: u64 = ctx.config.get("starts", 0).await?;
                ctx.config.set("starts", &(starts + 1)).await?;
                match starts {
                    0 => Ok(()),
                    _ => std::future::pending().await,
                }
            })
            .on_stop(async |_| Ok(()))
    };
    let deadline = Duration::from_millis(100);
    let shell = TestShell::new(hanging).deadline(deadline).in_memory();
    let shell = shell.start().await;
    for (text, what) in [
        (
            panic_message(shell.invoke::<Value>("hang", ())).await,
            "an answer on channel `hang`",
        ),
        (
            panic_message(shell.update()).await,
            "the update of plugin `demo`",
        ),
        (
            panic_message(shell.reaches(|state| *state == PluginState::Stopped)).await,
            "a matching state of plugin `demo`",
        ),
    ] {
        assert!(text.contains(what), "{text}");
        assert!(text.contains("not within 100ms, waited for at"), "{text}");
        assert!(text.contains("test_shell.rs"), "{text}");
    }
}

#[tokio::test]
async fn a_wait_in_real_time_hints_at_virtual_time() {
    let shell = TestShell::new(fleet).deadline(Duration::from_millis(10));
    let shell = shell.in_memory().start().await;
    let text = panic_message(shell.push::<Value>("never")).await;
    let time = "not within 10ms of real time (`#[tokio::test(start_paused = true)]` skips times of waiting)";
    assert!(text.contains(time), "{text}");
}

#[tokio::test(start_paused = true)]
async fn any_state_can_be_waited_for() {
    let shell = TestShell::new(fleet).in_memory().start().await;
    shell.reaches(|state| *state == PluginState::Running).await;
    let stopping = shell.reaches(|state| *state == PluginState::Stopping);
    let (stopping, _) = tokio::join!(stopping, shell.stop());
    assert_eq!(
        stopping,
        PluginState::Stopping,
        "the state was reached although it has changed since"
    );
    shell.reaches(|state| *state == PluginState::Stopped).await;
    let running = shell.reaches(|state| *state == PluginState::Running);
    let (_, started) = tokio::join!(running, shell.start());
    started.unwrap();
}

/// The panic message of a wait.
pub(crate) async fn panic_message<T>(wait: impl Future<Output = T>) -> String {
    let ended = AssertUnwindSafe(wait).catch_unwind().await;
    let text = ended.err().expect("a panic");
    *text.downcast::<String>().expect("a text")
}

#[tokio::test]
async fn leak_reports_refuse_the_process_host() {
    let program = env!("CARGO_BIN_EXE_sample-plugin");
    let shell = TestShell::new(|| sample("sample-plugin")).program(program);
    let report = shell.as_process().start().await.stop().await;
    report.assert_finished();
    for ask in [
        (|report| report.assert_clean()) as fn(&Report),
        |report| drop(report.leaks().to_vec()),
        |report| drop(report.still_registered().to_vec()),
    ] {
        let refused = catch_unwind(AssertUnwindSafe(|| ask(&report))).unwrap_err();
        let text = refused.downcast_ref::<&str>().unwrap();
        assert!(text.contains("in memory only"), "{text}");
        assert!(text.contains("`.in_memory()`"), "{text}");
    }
}

#[tokio::test]
async fn assert_finished_detects_a_held_context_in_memory() {
    let held = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&held);
    let leaky = move || {
        let kept = Arc::clone(&kept);
        create_plugin(identity("demo"))
            .on_start(move |ctx| {
                *kept.lock().unwrap() = Some(ctx);
                async { Ok(()) }
            })
            .on_stop(async |_| Ok(()))
    };
    let shell = TestShell::new(leaky).in_memory().start().await;
    let report = shell.stop().await;
    let failed = catch_unwind(|| report.assert_finished()).unwrap_err();
    let text = failed.downcast_ref::<String>().unwrap();
    assert!(text.contains("its context is still held"), "{text}");
    drop(held);
}

#[tokio::test]
async fn the_report_names_cancelled_requests() {
    let hanging = || {
        create_plugin(identity("demo"))
            .on_start(async |ctx| {
                let hang = async |_: Value| std::future::pending::<Result<(), BoxError>>().await;
                Ok(ctx.ipc.handle("hang", hang).await?)
            })
            .on_stop(async |_| Ok(()))
    };
    let shell = TestShell::new(hanging).in_memory().start().await;
    let hang = shell.invoke::<Value>("hang", ());
    let stop = async {
        tokio::task::yield_now().await;
        shell.stop().await
    };
    let (asked, report) = tokio::join!(hang, stop);
    asked.unwrap_err();
    let what = "an IPC call on channel `hang`".to_owned();
    let plugin = "demo".to_owned();
    assert_eq!(report.leaks(), [Leak::Request { plugin, what }]);
}

#[tokio::test(start_paused = true)]
async fn the_clock_follows_virtual_time_from_the_time_that_the_test_sets() {
    let hour = Duration::from_secs(60 * 60);
    let clock = || {
        create_plugin(identity("clock"))
            .on_start(async |ctx| {
                let clock = ctx.clock;
                let now = move |()| async move {
                    let since_1970 = clock.now().duration_since(UNIX_EPOCH)?;
                    Ok(since_1970.as_secs())
                };
                Ok(ctx.ipc.handle("now", now).await?)
            })
            .on_stop(async |_| Ok(()))
    };
    let shell = TestShell::new(clock).time(UNIX_EPOCH + hour).in_memory();
    let shell = shell.start().await;
    assert_eq!(shell.invoke::<u64>("now", ()).await.unwrap(), 3600);
    tokio::time::sleep(24 * hour).await;
    assert_eq!(shell.invoke::<u64>("now", ()).await.unwrap(), 25 * 3600);
    let process = TestShell::new(clock).time(UNIX_EPOCH).as_process();
    let error = process.try_start().await.unwrap_err();
    assert!(matches!(error, StartError::TimeOfProcess), "{error}");
}

#[tokio::test(start_paused = true)]
async fn virtual_time_refuses_the_process_host() {
    let program = env!("CARGO_BIN_EXE_sample-plugin");
    let error = TestShell::new(fleet).program(program).as_process();
    let error = error.try_start().await.unwrap_err().to_string();
    assert!(error.contains("virtual time"), "{error}");
    tokio::time::resume();
    let error = TestShell::new(fleet).as_process().try_start().await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("CARGO_BIN_EXE_fleet"), "{error}");
}
