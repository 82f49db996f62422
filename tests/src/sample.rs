//! The plugin of most tests, in memory and as a process. The first word of its id selects the behaviour.
#![expect(clippy::disallowed_methods, reason = "it misbehaves on purpose")]

use std::convert::Infallible;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{once, pending};
use serde_json::{Value, json};
use stratos::axum::Router;
use stratos::axum::body::Body;
use stratos::axum::extract::{Path, WebSocketUpgrade};
use stratos::axum::routing::{get, post};
use stratos::{BoxError, Identity, PluginBuilder, PluginContext, create_plugin};

use crate::request_log::with_request_log;
use crate::sample_channels::{register_context_channels, register_flood_channels};
use crate::service_channels::register_service_channels;

/// Variable with which the plugin ignores SIGTERM and has the channel `block`.
pub const IGNORE_SIGTERM: &str = "SAMPLE_IGNORE_SIGTERM";

/// Creates the plugin with this id.
#[must_use]
pub fn sample(id: &str) -> PluginBuilder {
    let identity = Identity {
        id: id.to_owned(),
        version: "1.0.0".to_owned(),
    };
    let behaviour = id.split('-').next().unwrap_or_default().to_owned();
    let id = id.to_owned();
    let plugin = create_plugin(identity)
        .on_start({
            let (id, behaviour) = (id.clone(), behaviour.clone());
            move |ctx| start(ctx, id.clone(), behaviour.clone())
        })
        .on_stop(async |ctx| {
            if ctx.config.get("hang_in_stop", false).await? {
                std::future::pending::<()>().await;
            }
            let stops: u64 = ctx.config.get("stops", 0).await?;
            ctx.config.set("stops", &(stops + 1)).await?;
            ctx.logger.info("sample", "stopped");
            Ok(())
        });
    if behaviour != "resumes" {
        return plugin;
    }
    plugin.on_resume(move |ctx| resume(ctx, id.clone()))
}

async fn resume(ctx: PluginContext, id: String) -> stratos::Result {
    if std::env::var_os(IGNORE_SIGTERM).is_some() {
        ignore_terminate()?;
    }
    if ctx.config.get("refuse_resume", false).await? {
        return Err("refused to resume".into());
    }
    if ctx.config.get("hang_in_resume", false).await? {
        hang(&ctx).await;
    }
    ctx.config.set("resumed", &true).await?;
    serve(&ctx, &id).await
}

async fn start(ctx: PluginContext, id: String, behaviour: String) -> stratos::Result {
    match behaviour.as_str() {
        "panics" => panic!("no runway in sight"),
        "fails" => return Err("the airline has no fleet".into()),
        "hangs" => std::future::pending().await,
        "blocks" => {
            ctx.logger.info("sample", "blocking");
            // The shell has read the line when it answers.
            ctx.config.get("answer", false).await?;
            block();
        }
        "quits" => std::process::exit(3),
        "says" => say(&ctx).await?,
        "refuses" => return Err(words().join(" ").into()),
        "explodes" => panic!("{}", words().join(" ")),
        "floods" => {
            ctx.spawn("flood", async {
                loop {
                    println!("{}", "x".repeat(1000));
                    tokio::task::yield_now().await;
                }
            });
        }
        _ => {}
    }
    if std::env::var_os(IGNORE_SIGTERM).is_some() {
        ignore_terminate()?;
    }
    if ctx.config.get("hang_in_start", false).await? {
        hang(&ctx).await;
    }
    if ctx.config.get("refuse_start", false).await? {
        return Err("refused to start".into());
    }
    let starts: u64 = ctx.config.get("starts", 0).await?;
    ctx.config.set("starts", &(starts + 1)).await?;
    serve(&ctx, &id).await?;
    ctx.logger.info(
        "sample",
        format_args!("signed in: {}", ctx.auth.is_authenticated()),
    );
    println!("printed by {id}");
    eprintln!("complained by {id}");
    stratos::tracing::info!(answer = 42, "traced");
    ctx.logger
        .info_with("sample", "started", &json!({ "starts": starts + 1 }));
    Ok(())
}

async fn hang(ctx: &PluginContext) {
    ctx.logger.info("sample", "hanging");
    std::future::pending::<()>().await;
}

/// Blocks all threads of the runtime.
fn block() {
    // More tasks than the runtime has threads.
    for _ in 0..64 {
        tokio::spawn(async { std::thread::sleep(Duration::from_secs(60)) });
    }
}

#[cfg(unix)]
fn ignore_terminate() -> stratos::Result {
    use tokio::signal::unix::{SignalKind, signal};

    // A signal handler replaces the default action, which would end the process.
    drop(signal(SignalKind::terminate())?);
    Ok(())
}

#[cfg(not(unix))]
fn ignore_terminate() -> stratos::Result {
    Ok(())
}

/// Variable with the path of a JSON list of texts that the plugin uses for everything that it outputs.
pub const UNTRUSTED_TEXTS: &str = "SAMPLE_UNTRUSTED_TEXTS";

fn words() -> Vec<String> {
    let file = std::env::var_os(UNTRUSTED_TEXTS).expect("the test names it");
    let text = std::fs::read(file).expect("the test writes it");
    serde_json::from_slice(&text).expect("the test writes a list")
}

/// Outputs every text in every way that a plugin has.
async fn say(ctx: &PluginContext) -> stratos::Result {
    for word in words() {
        println!("{word}");
        eprintln!("{word}");
        ctx.logger.info(&word, &word);
        ctx.logger
            .error_with("said", &word, &json!({ &word: [&word] }));
        // Not every text is a valid channel name.
        let _ = ctx.ipc.send(&word, &word).await;
        let _ = ctx.ipc.handle(&word, async |()| Ok(())).await;
        ctx.config.set(&word, &word).await?;
    }
    Ok(())
}

/// Registers routes and channels in `on_start` and `on_resume`.
async fn serve(ctx: &PluginContext, id: &str) -> stratos::Result {
    let prefix = if id.starts_with("rival") {
        "/api/sample".to_owned()
    } else {
        format!("/api/{id}")
    };
    let router = with_request_log(router(ctx));
    ctx.server.register_router(&prefix, router).await?;
    ctx.ipc
        .handle("echo", async |payload: Value| Ok(payload))
        .await?;
    ctx.ipc
        .handle("add", async |(a, b): (i64, i64)| Ok(a + b))
        .await?;
    ctx.ipc
        .handle("fail", async |_: Value| {
            Err::<(), BoxError>("as asked".into())
        })
        .await?;
    ctx.ipc
        .handle("sleep-for", async |millis: u64| {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            Ok(())
        })
        .await?;
    ctx.ipc
        .handle("block-for", async |millis: u64| {
            std::thread::sleep(Duration::from_millis(millis));
            Ok(())
        })
        .await?;
    ctx.ipc
        .handle("panic", async |_: Value| -> stratos::Result {
            panic!("as asked")
        })
        .await?;
    ctx.ipc
        .handle("exit", async |code: i32| -> stratos::Result {
            std::process::exit(code)
        })
        .await?;
    if std::env::var_os(IGNORE_SIGTERM).is_some() {
        let logger = ctx.logger.clone();
        let answer = move |_: Value| {
            logger.info("sample", "blocking");
            async {
                // The log line must arrive first.
                tokio::time::sleep(Duration::from_millis(100)).await;
                block();
                Ok(())
            }
        };
        ctx.ipc.handle("block", answer).await?;
    }
    register_context_channels(ctx).await?;
    register_flood_channels(ctx).await?;
    register_service_channels(ctx).await?;
    let prefixed = ctx.ipc.send(&format!("plugin:{id}:x"), &1).await;
    ctx.logger.debug(
        "sample",
        prefixed.expect_err("a prefixed channel is refused"),
    );
    Ok(())
}

/// Stores a value again and again until the shell refuses it, and returns the reason, or `never refused`.
async fn write_until_refused(ctx: &PluginContext) -> String {
    ctx.logger.info("sample", "writing until refused");
    for n in 0..400 {
        if let Err(error) = ctx.config.set("late", &n).await {
            return stratos_protocol::error::chain(&error).to_string();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    "never refused".to_owned()
}

fn router(ctx: &PluginContext) -> Router {
    let (config, auth, writer) = (ctx.config.clone(), ctx.auth.clone(), ctx.clone());
    Router::new()
        .route(
            "/signed-in",
            get(async move || auth.is_authenticated().to_string()),
        )
        .route(
            "/late-write",
            get(async move || write_until_refused(&writer).await),
        )
        .route(
            "/hello/{name}",
            get(async |Path(name): Path<String>| format!("hello {name}")),
        )
        .route(
            "/slow-body",
            get(async || {
                Body::from_stream(once(async {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    Ok::<_, Infallible>("slow")
                }))
            }),
        )
        .route(
            "/stream",
            get(async || {
                let endless = once(async { Ok::<_, Infallible>("first") }).chain(pending());
                Body::from_stream(endless)
            }),
        )
        .route("/echo", post(async |body: Body| body))
        .route(
            "/panic",
            get(async || -> &'static str { panic!("as asked") }),
        )
        .route(
            "/version",
            get(async || std::env::var("SAMPLE_VERSION").unwrap_or_default()),
        )
        .route(
            "/die",
            get(async || -> &'static str {
                eprintln!("\u{1b}[31mthe engine is on fire");
                std::process::exit(9)
            }),
        )
        .route("/pid", get(async || std::process::id().to_string()))
        .route(
            "/starts",
            get(async move || {
                config
                    .get::<u64>("starts", 0)
                    .await
                    .map_or_else(|e| e.to_string(), |n| n.to_string())
            }),
        )
        .route(
            "/slow",
            get(async || {
                tokio::time::sleep(Duration::from_millis(300)).await;
                "slow"
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
        )
}
