//! Common mistakes of plugin authors, and the errors of `TestShell` about them.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _, once};
use serde_json::Value;
use stratos::axum::Router;
use stratos::axum::body::Body;
use stratos::axum::routing::get;
use stratos::testing::{Leak, PluginState, TestShell};
use stratos::{Identity, PluginBuilder, PluginContext, create_plugin};
use tokio::time::sleep;

/// Variable that makes a child process of this test run a plugin that blocks its thread.
const BLOCK: &str = "STRATOS_TESTS_BLOCK";

fn plugin<Fut>(start: impl Fn(PluginContext) -> Fut + Send + Sync + 'static) -> PluginBuilder
where
    Fut: Future<Output = stratos::Result> + Send + 'static,
{
    let id = "demo".to_owned();
    let version = "1.0.0".to_owned();
    create_plugin(Identity { id, version })
        .on_start(start)
        .on_stop(async |_| Ok(()))
}

async fn refusal(make: impl Fn() -> PluginBuilder + Send + Sync + 'static) -> String {
    let shell = TestShell::new(make).in_memory().try_start().await;
    shell.unwrap_err().to_string()
}

#[tokio::test]
async fn a_channel_with_the_plugin_prefix_is_an_error() {
    let prefixed = || {
        plugin(async |ctx| {
            let status = async |_: Value| Ok(1);
            Ok(ctx.ipc.handle("plugin:demo:get-status", status).await?)
        })
    };
    let error = refusal(prefixed).await;
    assert!(error.contains("`plugin:demo:get-status`"), "{error}");
    assert!(error.contains("write `get-status`"), "{error}");
}

#[tokio::test]
async fn a_prefix_registered_twice_is_an_error() {
    let twice = || {
        plugin(async |ctx| {
            ctx.server
                .register_router("/api/demo", Router::new())
                .await?;
            Ok(ctx
                .server
                .register_router("/api/demo", Router::new())
                .await?)
        })
    };
    let error = refusal(twice).await;
    assert!(
        error.contains("`/api/demo` is already registered: merge"),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_on_stop_is_an_error() {
    let identity = Identity {
        id: "demo".to_owned(),
        version: "1.0.0".to_owned(),
    };
    let error = refusal(move || create_plugin(identity.clone()).on_start(async |_| Ok(()))).await;
    assert!(
        error.contains("plugin `demo` has no `on_stop`: add"),
        "{error}"
    );
}

#[tokio::test]
async fn a_panic_in_a_handler_names_the_handler() {
    let panics = || {
        plugin(async |ctx| {
            let handler = async |_: Value| -> stratos::Result { panic!("index out of bounds") };
            Ok(ctx.ipc.handle("fleet", handler).await?)
        })
    };
    let shell = TestShell::new(panics).in_memory().start().await;
    let error = shell
        .invoke::<Value>("fleet", ())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("channel `fleet` of plugin `demo`: panicked: index"),
        "{error}"
    );
    assert_eq!(shell.state(), PluginState::Running);
    shell.stop().await.assert_clean();
}

#[tokio::test(start_paused = true)]
async fn a_tokio_task_that_outlives_its_plugin_is_a_leak() {
    let leaky = || {
        plugin(async |ctx| {
            let poller = ctx.clone();
            tokio::spawn(async move {
                loop {
                    sleep(Duration::from_secs(30)).await;
                    poller.logger.info("poll", "still here");
                }
            });
            Ok(())
        })
    };
    let shell = TestShell::new(leaky).in_memory().start().await;
    shell.restart().await.unwrap();
    let report = shell.stop().await;
    let plugin = || "demo".to_owned();
    assert_eq!(report.leaks()[0], Leak::Context { plugin: plugin() });
    let text = report.leaks()[0].to_string();
    assert!(
        text.contains("use `ctx.spawn`, which ends tasks with their plugin"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failed_start_cancels_tasks() {
    for how in ["fails", "panics", "hangs"] {
        let rounds = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&rounds);
        let failing = move || {
            let counted = Arc::clone(&counted);
            plugin(move |ctx| {
                let counted = Arc::clone(&counted);
                async move {
                    ctx.spawn("count", async move {
                        loop {
                            counted.fetch_add(1, Ordering::SeqCst);
                            sleep(Duration::from_secs(1)).await;
                        }
                    });
                    tokio::task::yield_now().await;
                    match how {
                        "fails" => Err("no runway in sight".into()),
                        "panics" => panic!("no runway in sight"),
                        _ => pending().await,
                    }
                }
            })
        };
        let shell = TestShell::new(failing).in_memory();
        let shell = shell.start_anyway().await.unwrap();
        shell.errored().await;
        let before = rounds.load(Ordering::SeqCst);
        assert_ne!(before, 0, "{how}");
        sleep(Duration::from_secs(60)).await;
        assert_eq!(rounds.load(Ordering::SeqCst), before, "{how}");
        shell.stop().await.assert_clean();
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_start_reports_leaks() {
    let failing = || {
        plugin(async |ctx| {
            tokio::spawn(async move {
                let _held = ctx;
                pending::<()>().await;
            });
            Err("no runway in sight".into())
        })
    };
    let shell = TestShell::new(failing).in_memory();
    let shell = shell.start_anyway().await.unwrap();
    shell.errored().await;
    let plugin = "demo".to_owned();
    assert_eq!(shell.stop().await.leaks(), [Leak::Context { plugin }]);
}

#[tokio::test(start_paused = true)]
async fn a_held_part_of_the_context_is_a_leak() {
    for part in ["auth", "changes", "config", "ipc", "server", "logger"] {
        let leaky = move || {
            plugin(move |ctx| async move {
                let held: Box<dyn Send> = match part {
                    "auth" => Box::new(ctx.auth.clone()),
                    "changes" => Box::new(ctx.auth.changes()),
                    "config" => Box::new(ctx.config.clone()),
                    "ipc" => Box::new(ctx.ipc.clone()),
                    "server" => Box::new(ctx.server.clone()),
                    _ => Box::new(ctx.logger.clone()),
                };
                tokio::spawn(async move {
                    let _held = held;
                    pending::<()>().await;
                });
                Ok(())
            })
        };
        let shell = TestShell::new(leaky).in_memory().start().await;
        let plugin = "demo".to_owned();
        assert_eq!(
            shell.stop().await.leaks(),
            [Leak::Context { plugin }],
            "{part}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn requests_without_an_answer_end_with_their_plugin() {
    let hanging = || {
        plugin(async |ctx| {
            let hang = async |ctx: PluginContext| {
                ctx.logger.info("hang", "called");
                pending::<()>().await;
            };
            let endless = async || {
                let first = once(ready(Ok::<_, Infallible>("first")));
                Body::from_stream(first.chain(stream::pending()))
            };
            let router = Router::new()
                .route("/hang", get(hang))
                .route("/endless", get(endless));
            Ok(ctx.server.register_router("/api/demo", router).await?)
        })
    };
    let shell = TestShell::new(hanging).in_memory().start().await;
    let mut endless = shell.get("/api/demo/endless").stream().await;
    assert_eq!(endless.chunk().await.unwrap().unwrap(), "first");
    let hang = tokio::spawn(shell.get("/api/demo/hang").into_future());
    shell.log_line("called").await;
    let report = shell.stop().await;
    let what = "the route GET /api/demo/hang".to_owned();
    let plugin = "demo".to_owned();
    assert_eq!(report.leaks(), [Leak::Request { plugin, what }]);
    let response = hang.await.unwrap();
    assert_eq!(response.status(), 502);
    assert_eq!(
        response.json::<Value>()["error"],
        "plugin `demo` was stopped before it answered"
    );
    endless.chunk().await.unwrap_err();
}

#[tokio::test]
async fn a_cancelled_request_does_not_hide_a_context_leak() {
    let both = || {
        plugin(async |ctx| {
            let hang = async |_: Value| pending::<stratos::Result>().await;
            ctx.ipc.handle("hang", hang).await?;
            tokio::spawn(async move {
                let _held = ctx;
                pending::<()>().await;
            });
            Ok(())
        })
    };
    let shell = TestShell::new(both).in_memory().start().await;
    let stop = async {
        tokio::task::yield_now().await;
        shell.stop().await
    };
    let (asked, report) = tokio::join!(shell.invoke::<Value>("hang", ()), stop);
    asked.unwrap_err();
    let (plugin, what) = (
        "demo".to_owned(),
        "an IPC call on channel `hang`".to_owned(),
    );
    let request = Leak::Request {
        plugin: plugin.clone(),
        what,
    };
    assert_eq!(report.leaks(), [request, Leak::Context { plugin }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_without_an_await_is_named() {
    let (release, released) = mpsc::channel::<()>();
    let released = Arc::new(Mutex::new(released));
    let stuck = move || {
        let released = Arc::clone(&released);
        plugin(move |ctx| {
            let released = Arc::clone(&released);
            async move {
                ctx.spawn("well-behaved", pending());
                ctx.spawn("crunch-numbers", async move {
                    let _ = released.lock().unwrap().recv();
                });
                Ok(())
            }
        })
    };
    let shell = TestShell::new(stuck)
        .in_memory()
        .watchdog(Duration::MAX)
        .start()
        .await;
    let report = shell.stop().await;
    let (plugin, name) = ("demo".to_owned(), "crunch-numbers".to_owned());
    assert_eq!(report.leaks(), [Leak::Task { plugin, name }]);
    let warning = "task `crunch-numbers` still runs after the plugin has stopped";
    shell.log_line(warning).await;
    drop(release);
}

#[test]
fn a_blocked_runtime_fails_the_test_and_names_the_cause() {
    #[expect(
        clippy::disallowed_methods,
        reason = "how this program says it to itself"
    )]
    if let Ok(how) = std::env::var(BLOCK) {
        return block(&how);
    }
    for (how, what) in [
        ("sleep", "on_start has not reached an `.await`"),
        ("loop", "on_start has not reached an `.await`"),
        ("handler", "the handler of `crunch` has not"),
        ("route", "the route GET /api/demo/crunch has not"),
        ("task", "the task `crunch` has not"),
    ] {
        let test = "author_mistakes::a_blocked_runtime_fails_the_test_and_names_the_cause";
        let child = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact"])
            .env(BLOCK, how)
            .output()
            .unwrap();
        assert!(!child.status.success(), "{how}");
        let stderr = String::from_utf8_lossy(&child.stderr);
        let expected = format!("error: plugin `demo` blocks its thread: {what}");
        assert!(stderr.contains(&expected), "{how}: {child:?}");
    }
}

/// Runs a plugin that blocks its thread; the watchdog must end the process.
#[tokio::main(flavor = "current_thread")]
async fn block(how: &str) {
    use stratos::axum::routing::get;

    let how = how.to_owned();
    let asked = how.clone();
    let blocking = move || {
        let how = how.clone();
        plugin(move |ctx| {
            let how = how.clone();
            async move {
                let route = async || -> &'static str { crunch() };
                let router = Router::new().route("/crunch", get(route));
                ctx.server.register_router("/api/demo", router).await?;
                ctx.ipc
                    .handle("crunch", async |_: Value| Ok(crunch()))
                    .await?;
                match how.as_str() {
                    "sleep" => _ = crunch(),
                    "loop" => loop {
                        std::hint::spin_loop();
                    },
                    "task" => ctx.spawn("crunch", async { _ = crunch() }),
                    _ => {}
                }
                Ok(())
            }
        })
    };
    let limit = Duration::from_millis(300);
    let shell = TestShell::new(blocking).watchdog(limit).in_memory();
    let shell = shell.start().await;
    match asked.as_str() {
        "handler" => drop(shell.invoke::<Value>("crunch", ()).await),
        "route" => drop(shell.get("/api/demo/crunch").await),
        _ => sleep(Duration::from_secs(20)).await,
    }
}

fn crunch() -> &'static str {
    std::thread::sleep(Duration::from_secs(20));
    "crunched"
}
