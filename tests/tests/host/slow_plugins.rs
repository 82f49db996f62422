//! Timeouts and cancellation of a slow plugin's starts, updates and stops, in virtual time.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{once, pending};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use stratos::axum::Router;
use stratos::axum::body::Body;
use stratos::axum::extract::WebSocketUpgrade;
use stratos::axum::routing::get;
use stratos::testing::{PluginState, ShellVersion, TestShell};
use stratos::{Identity, PluginBuilder, PluginContext, create_plugin};
use stratos_host::event::EventBus;
use stratos_host::process::{InMemoryLauncher, PluginFolders};
use stratos_host::{PluginSpec, Shell, ShellOptions, StateDir};
use tokio::time::{Instant, sleep};
use tokio_tungstenite::client_async;

#[tokio::test(start_paused = true)]
async fn a_stop_cancels_a_hanging_on_start() {
    let shell = TestShell::new(slow).in_memory().start().await;
    shell.plugin("demo").stop().await.assert_clean();
    shell.set_config("hang_in_start", true).await;
    let plugin = shell.plugin("demo");
    let started = tokio::spawn(async move { plugin.start().await });
    shell.log_line("starting").await;
    shell.log_line("starting").await;
    let begin = Instant::now();
    let refused = shell.plugin("demo").start().await.unwrap_err().to_string();
    assert_eq!(refused, "plugin `demo` is starting");
    shell.plugin("demo").stop().await.assert_clean();
    assert!(
        begin.elapsed() < Duration::from_secs(3),
        "{:?}",
        begin.elapsed()
    );
    let told = started.await.unwrap().unwrap_err().to_string();
    assert_eq!(told, "plugin `demo`: was stopped");
    assert_eq!(shell.state(), PluginState::Stopped);
    assert_eq!(
        shell.config_value::<u64>("stops").await,
        Some(1),
        "a plugin that never ran has no on_stop"
    );
    shell.set_config("hang_in_start", false).await;
    shell.plugin("demo").start().await.unwrap();
    assert_eq!(shell.get("/api/demo/at-once").await.text(), "2");
}

#[tokio::test(start_paused = true)]
async fn a_stop_during_on_resume_ends_both_versions() {
    let shell = TestShell::new(slow).in_memory().start().await;
    shell.set_config("hang_in_resume", true).await;
    let plugin = shell.plugin("demo");
    let updated = tokio::spawn(async move { plugin.update().await });
    shell.log_line("resuming").await;
    assert_eq!(shell.get("/api/demo/at-once").await.text(), "1");
    let begin = Instant::now();
    shell.plugin("demo").stop().await.assert_clean();
    assert!(
        begin.elapsed() < Duration::from_secs(3),
        "{:?}",
        begin.elapsed()
    );
    let told = updated.await.unwrap().unwrap_err().to_string();
    assert_eq!(told, "plugin `demo`: was stopped");
    assert_eq!(shell.config_value::<u64>("stops").await, Some(1));
    assert_eq!(shell.get("/api/demo/at-once").await.status(), 503);
}

#[tokio::test(start_paused = true)]
async fn a_newer_version_replaces_one_that_hangs_in_on_resume() {
    let shell = TestShell::new(slow).in_memory().start().await;
    shell.set_config("hang_in_resume", true).await;
    let plugin = shell.plugin("demo");
    let first = tokio::spawn(async move { plugin.update().await });
    shell.log_line("resuming").await;
    shell.set_config("hang_in_resume", false).await;
    let begin = Instant::now();
    shell.update().await.unwrap();
    assert!(
        begin.elapsed() < Duration::from_secs(3),
        "{:?}",
        begin.elapsed()
    );
    first.await.unwrap().expect("a newer version replaced it");
    assert_eq!(shell.get("/api/demo/at-once").await.text(), "3");
}

#[tokio::test(start_paused = true)]
async fn the_handshake_times_out() {
    let silent = InMemoryLauncher::new(PluginFolders::default(), |_link| std::future::pending());
    let spec = PluginSpec {
        id: "silent".to_owned(),
        name: "Silent".to_owned(),
        settings: None,
        version: "1.0.0".to_owned(),
        launcher: Ok(Arc::new(silent)),
    };
    let options = ShellOptions::new(StateDir::in_memory().unwrap());
    let (shell, _door) = Shell::start_in_memory(options, vec![spec], EventBus::default()).unwrap();
    let PluginState::Errored { reason } = shell.ready().await[0].state.clone() else {
        panic!("the plugin must be errored");
    };
    let expected = "did not complete the handshake with the shell within 5 s: its `main` must call `stratos::serve`";
    assert_eq!(reason, expected);
}

#[tokio::test(start_paused = true)]
async fn requests_in_flight_are_answered_by_the_old_generation() {
    for path in ["nine-seconds", "nine-seconds-of-body"] {
        let shell = TestShell::new(slow).in_memory().start().await;
        let plugin = shell.plugin("demo");
        let asked = format!("/api/demo/{path}");
        let answer = tokio::spawn(async move { plugin.get(&asked).await });
        shell.log_line("asked").await;
        let plugin = shell.plugin("demo");
        let question =
            tokio::spawn(async move { plugin.invoke::<Value>("nine-seconds", ()).await });
        shell.log_line("asked").await;
        let begin = Instant::now();
        shell.update().await.unwrap();
        assert!(
            begin.elapsed() < Duration::from_secs(1),
            "the update does not wait for the request: {:?}",
            begin.elapsed()
        );
        assert_eq!(shell.get("/api/demo/at-once").await.text(), "2");
        let answer = answer.await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.text()),
            (200, "1".to_owned())
        );
        assert_eq!(question.await.unwrap().unwrap(), json!(1));
        shell.stop().await.assert_clean();
    }
}

#[tokio::test(start_paused = true)]
async fn streams_of_a_draining_generation_are_closed_after_10_seconds() {
    let shell = TestShell::new(slow).in_memory().start().await;
    let mut stream = shell.get("/api/demo/endless").stream().await;
    assert_eq!(stream.chunk().await.unwrap().unwrap(), "1");
    let connection = shell.connect().await;
    let url = "ws://127.0.0.1:2066/api/demo/socket";
    let (mut socket, _) = client_async(url, connection).await.unwrap();
    socket.send("hello".into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), "hello".into());

    shell.update().await.unwrap();
    let begin = Instant::now();
    let (cut, closed) = tokio::join!(stream.chunk(), socket.next());
    let waited = begin.elapsed().as_secs_f64();
    cut.expect_err("a closed stream is incomplete");
    assert!(
        closed.is_none_or(|message| message.is_err()),
        "the connection is closed"
    );
    assert!((9.0..11.0).contains(&waited), "{waited}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_closes_the_streams_of_draining_generations() {
    let shell = TestShell::new(slow).in_memory().start().await;
    let mut stream = shell.get("/api/demo/endless").stream().await;
    stream.chunk().await.unwrap();
    for generation in 2..6 {
        shell.update().await.unwrap();
        assert_eq!(shell.generation(), generation);
    }
    let begin = Instant::now();
    assert_eq!(shell.stop().await.leaks().len(), 1, "the stream");
    stream.chunk().await.expect_err("the stream is closed");
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "{:?}",
        begin.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn at_most_8_generations_drain() {
    let shell = TestShell::new(slow).in_memory().start().await;
    let mut streams = Vec::new();
    for _ in 0..9 {
        let mut stream = shell.get("/api/demo/endless").stream().await;
        stream.chunk().await.unwrap();
        streams.push(stream);
        shell.update().await.unwrap();
    }
    let begin = Instant::now();
    streams[0].chunk().await.expect_err("the stream is closed");
    assert!(
        begin.elapsed() < Duration::from_secs(4),
        "{:?}",
        begin.elapsed()
    );
    streams[1]
        .chunk()
        .await
        .expect_err("the stream is closed later");
    assert!(
        begin.elapsed() > Duration::from_secs(9),
        "{:?}",
        begin.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn requests_wait_while_a_plugin_restarts_for_an_update() {
    let shell = TestShell::new(slow).shell_version(ShellVersion::V3);
    let shell = shell.in_memory().start().await;
    shell.set_config("seconds_in_stop", 2).await;
    let plugin = shell.plugin("demo");
    let update = tokio::spawn(async move { plugin.update().await });
    shell.log_line("stopping").await;
    let answer = shell.get("/api/demo/at-once").await;
    assert_eq!(
        (answer.status().as_u16(), answer.text()),
        (200, "2".to_owned())
    );
    update.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_plugin_has_at_most_1024_channels() {
    let plugin = || {
        create_plugin(identity())
            .on_start(async |ctx| {
                for n in 0..1024 {
                    ctx.ipc
                        .handle(&format!("c{n}"), async |(): ()| Ok(()))
                        .await?;
                }
                let more = ctx.ipc.handle("more", async |(): ()| Ok(())).await;
                let more = more.expect_err("the limit is reached");
                ctx.logger.error_from("test", "refused", &more);
                ctx.ipc.remove_handler("c0").await?;
                Ok(ctx.ipc.handle("more", async |(): ()| Ok("fits")).await?)
            })
            .on_stop(async |_| Ok(()))
    };
    let shell = TestShell::new(plugin).in_memory().start().await;
    let refused = shell.log_line("refused").await;
    let expected = "at most 1024 channels can have a handler";
    assert!(format!("{refused:?}").contains(expected), "{refused:?}");
    assert_eq!(shell.invoke::<String>("more", ()).await.unwrap(), "fits");
}

#[tokio::test(start_paused = true)]
async fn a_plugin_has_at_most_256_prefixes() {
    let plugin = || {
        create_plugin(identity())
            .on_start(async |ctx| {
                let prefix = |n| format!("/api/demo/{n}");
                for n in 0..256 {
                    ctx.server
                        .register_router(&prefix(n), Router::new())
                        .await?;
                }
                let more = ctx
                    .server
                    .register_router(&prefix(256), Router::new())
                    .await;
                let more = more.expect_err("the limit is reached");
                ctx.logger.error_from("test", "refused", &more);
                Ok(())
            })
            .on_stop(async |_| Ok(()))
    };
    let shell = TestShell::new(plugin).in_memory().start().await;
    let refused = shell.log_line("refused").await;
    let expected = "at most 256 prefixes can be registered";
    assert!(format!("{refused:?}").contains(expected), "{refused:?}");
}

/// A plugin whose delays are set by its config and whose responses are its generation.
fn slow() -> PluginBuilder {
    create_plugin(identity())
        .on_start(async |ctx| {
            ctx.logger.info("demo", "starting");
            if ctx.config.get("hang_in_start", false).await? {
                std::future::pending::<()>().await;
            }
            serve(&ctx).await
        })
        .on_resume(async |ctx| {
            ctx.logger.info("demo", "resuming");
            let hangs: bool = ctx.config.get("hang_in_resume", false).await?;
            serve(&ctx).await?;
            if hangs {
                std::future::pending::<()>().await;
            }
            Ok(())
        })
        .on_stop(async |ctx| {
            ctx.logger.info("demo", "stopping");
            let seconds = ctx.config.get("seconds_in_stop", 0).await?;
            sleep(Duration::from_secs(seconds)).await;
            let stops: u64 = ctx.config.get("stops", 0).await?;
            Ok(ctx.config.set("stops", &(stops + 1)).await?)
        })
}

async fn serve(ctx: &PluginContext) -> stratos::Result {
    const NINE: Duration = Duration::from_secs(9);
    let number: u64 = ctx.config.get("lives", 0).await? + 1;
    ctx.config.set("lives", &number).await?;
    let text = move || number.to_string();
    let (logger, asked) = (ctx.logger.clone(), ctx.logger.clone());
    let of_body = logger.clone();
    let router = Router::new()
        .route("/at-once", get(async move || text()))
        .route(
            "/nine-seconds",
            get(async move || {
                logger.info("demo", "asked");
                sleep(NINE).await;
                text()
            }),
        )
        .route(
            "/nine-seconds-of-body",
            get(async move || {
                of_body.info("demo", "asked");
                Body::from_stream(once(async move {
                    sleep(NINE).await;
                    Ok::<_, Infallible>(text())
                }))
            }),
        )
        .route(
            "/endless",
            get(async move || {
                let first = once(async move { Ok::<_, Infallible>(text()) });
                Body::from_stream(first.chain(pending()))
            }),
        )
        .route(
            "/socket",
            get(async |upgrade: WebSocketUpgrade| {
                upgrade.on_upgrade(async |mut socket| {
                    while let Some(Ok(message)) = socket.recv().await {
                        if socket.send(message).await.is_err() {
                            break;
                        }
                    }
                })
            }),
        );
    ctx.server.register_router("/api/demo", router).await?;
    let answer = move |(): ()| {
        let logger = asked.clone();
        async move {
            logger.info("demo", "asked");
            sleep(NINE).await;
            Ok(number)
        }
    };
    Ok(ctx.ipc.handle("nine-seconds", answer).await?)
}

fn identity() -> Identity {
    Identity {
        id: "demo".to_owned(),
        version: "1.0.0".to_owned(),
    }
}
