//! Limits and timeouts of a shell in the test's own process, with virtual time.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use stratos::axum::Router;
use stratos::testing::{PluginState, StartError, TestShell};
use stratos::{BoxError, Identity, PluginBuilder, PluginContext, create_plugin};
use tokio::sync::{Barrier, Notify};
use tokio::task::JoinSet;

#[tokio::test]
async fn tasks_are_cancelled_with_their_plugin_and_panics_are_logged() {
    let plugin = || {
        plugin("demo", async |ctx| {
            ctx.spawn("endless", std::future::pending());
            ctx.spawn("doomed", async { panic!("as asked") });
            Ok(())
        })
    };
    let shell = TestShell::new(plugin).in_memory().start().await;
    let line = shell.log_line("panicked").await;
    assert_eq!(line.message, "task `doomed` panicked and has ended");
    let stop = tokio::time::timeout(Duration::from_secs(3), shell.stop());
    stop.await
        .expect("the endless task is cancelled")
        .assert_clean();
}

#[tokio::test]
async fn tracing_events_of_the_shell_are_not_log_lines_of_a_plugin() {
    let plugin = || {
        plugin("demo", async |ctx| {
            ctx.config.set("n", &1).await?;
            stratos::tracing::info!("own event");
            Ok(())
        })
    };
    let shell = TestShell::new(plugin).in_memory().start().await;
    shell.log_line("own event").await;
    let transcript = shell.transcript();
    let lines = transcript.lines().filter(|line| line.contains("log "));
    assert_eq!(lines.count(), 1, "{transcript}");
}

#[tokio::test]
async fn large_config_values_are_refused_and_get_all_is_paged() {
    let plugin = || {
        plugin("demo", async |ctx| {
            let large = ctx.config.set("large", &"x".repeat(256 * 1024)).await;
            ctx.logger.info("test", large.unwrap_err());
            for n in 0..12 {
                let value = "x".repeat(200 * 1024);
                ctx.config.set(&format!("k{n}"), &value).await?;
            }
            let all = ctx.config.get_all().await?;
            ctx.logger
                .info("test", format_args!("{} values", all.len()));
            for prefix in ["/{id}", "/a/../b"] {
                let refused = ctx.server.register_router(prefix, Router::new()).await;
                ctx.logger.info("test", refused.unwrap_err());
            }
            Ok(())
        })
    };
    let shell = TestShell::new(plugin).in_memory().start().await;
    for line in [
        "cannot store `large`: its value is 262146 bytes long, at most 262144 are allowed",
        "12 values",
        "route prefix `/{id}` has the segment `{id}`: use letters, digits, `-`, `_`, `.` and `~` only; \
         parameters and wildcards belong into the router",
        "route prefix `/a/../b` has the segment `..`",
    ] {
        shell.log_line(line).await;
    }
}

#[tokio::test(start_paused = true)]
async fn on_start_times_out() {
    let hangs = || plugin("demo", async |_| std::future::pending().await);
    let error = TestShell::new(hangs).in_memory().try_start().await;
    let StartError::Errored { reason, .. } = error.unwrap_err() else {
        panic!("another error");
    };
    assert_eq!(reason, "on_start did not finish within 30 s");
}

#[tokio::test]
async fn plugins_start_concurrently() {
    // Each plugin waits in `on_start` for the other one.
    let both = Arc::new(Barrier::new(2));
    let waiting = |id: &'static str| {
        let both = Arc::clone(&both);
        move || {
            let both = Arc::clone(&both);
            plugin(id, move |_| {
                let both = Arc::clone(&both);
                async move {
                    both.wait().await;
                    Ok(())
                }
            })
        }
    };
    let shell = TestShell::new(waiting("one")).plugin(waiting("two"));
    let shell = shell.in_memory().start().await;
    for id in ["one", "two"] {
        assert_eq!(shell.plugin(id).state(), PluginState::Running);
    }
}

#[tokio::test]
async fn pending_ipc_requests_do_not_block_a_stop() {
    let plugin = || {
        create_plugin(identity("demo"))
            .on_start(async |ctx| {
                let hang = async |(): ()| std::future::pending::<Result<(), BoxError>>().await;
                Ok(ctx.ipc.handle("hang", hang).await?)
            })
            .on_stop(async |ctx| Ok(ctx.config.set("stopped", &true).await?))
    };
    let shell = TestShell::new(plugin).in_memory().start().await;
    let mut questions = JoinSet::new();
    for _ in 0..300 {
        let plugin = shell.plugin("demo");
        questions.spawn(async move { plugin.invoke::<Value>("hang", ()).await });
    }
    let refused = questions.join_next().await.unwrap().unwrap();
    let refused = refused.unwrap_err().to_string();
    let expected = "240 IPC calls wait for an answer already";
    assert!(refused.contains(expected), "{refused}");
    assert_eq!(shell.stop().await.leaks().len(), 240);
    assert_eq!(shell.config_value("stopped").await, Some(true));
}

#[tokio::test]
async fn a_replaced_generation_cannot_write_config() {
    let switched = Arc::new(Notify::new());
    let notified = Arc::clone(&switched);
    let plugin = move || {
        let switched = Arc::clone(&notified);
        create_plugin(identity("demo"))
            .on_start(move |ctx| {
                let switched = Arc::clone(&switched);
                async move {
                    let writer = ctx.clone();
                    let write = move |(): ()| {
                        let (ctx, switched) = (writer.clone(), Arc::clone(&switched));
                        async move {
                            switched.notified().await;
                            let late = ctx.config.set("who", &"old").await.unwrap_err();
                            Ok(late.source().map(ToString::to_string))
                        }
                    };
                    Ok(ctx.ipc.handle("write-late", write).await?)
                }
            })
            .on_resume(async |ctx| Ok(ctx.config.set("who", &"new").await?))
            .on_stop(async |_| Ok(()))
    };
    let shell = TestShell::new(plugin).in_memory().start().await;
    let late = shell.invoke::<String>("write-late", ());
    let release = async {
        shell.log_line("on_resume took over").await;
        switched.notify_one();
    };
    let (late, updated, ()) = tokio::join!(late, shell.update(), release);
    updated.unwrap();
    let refusal = "a newer generation of this plugin has taken over";
    assert_eq!(late.unwrap(), refusal);
    assert_eq!(shell.config_value::<String>("who").await.unwrap(), "new");
}

fn plugin<Fut>(
    id: &str,
    start: impl Fn(PluginContext) -> Fut + Send + Sync + 'static,
) -> PluginBuilder
where
    Fut: Future<Output = stratos::Result> + Send + 'static,
{
    create_plugin(identity(id))
        .on_start(start)
        .on_stop(async |_| Ok(()))
}

fn identity(id: &str) -> Identity {
    Identity {
        id: id.to_owned(),
        version: "1.0.0".to_owned(),
    }
}
