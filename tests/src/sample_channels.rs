//! IPC channels of the sample plugin that use its context, and those that flood the shell.

use std::io::Write as _;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use stratos::axum::Router;
use stratos::axum::routing::get;
use stratos::{BoxError, PluginContext};
use tokio::task::JoinSet;

/// Registers channels that call a method of the context and return its result.
pub(crate) async fn register_context_channels(ctx: &PluginContext) -> stratos::Result {
    handle(ctx, "all", async |ctx, _: Value| {
        Ok(ctx.config.get_all().await?)
    })
    .await?;
    handle(ctx, "delete", async |ctx, key: String| {
        Ok(ctx.config.delete(&key).await?)
    })
    .await?;
    handle(ctx, "default", async |ctx, key: String| {
        Ok(ctx.config.get(&key, "the caller's".to_owned()).await?)
    })
    .await?;
    handle(ctx, "get", async |ctx, key: String| {
        Ok(ctx.config.get(&key, Value::from("none")).await?)
    })
    .await?;
    handle(ctx, "set", async |ctx, (key, value): (String, Value)| {
        Ok(ctx.config.set(&key, &value).await?)
    })
    .await?;
    handle(ctx, "all-keys", async |ctx, _: Value| {
        Ok(ctx.config.get_all().await?.into_keys().collect::<Vec<_>>())
    })
    .await?;
    handle(ctx, "mistype", async |ctx, _: Value| {
        Ok(ctx.config.get::<u64>("text", 0).await?)
    })
    .await?;
    handle(ctx, "count", async |ctx, key: String| {
        let next = ctx.config.get::<u64>(&key, 0).await? + 1;
        ctx.config.set(&key, &next).await?;
        Ok(next)
    })
    .await?;
    handle(ctx, "push", async |ctx, payload: Value| {
        Ok(ctx.ipc.send("pushed", &payload).await?)
    })
    .await?;
    handle(ctx, "handle", async |ctx, channel: String| {
        let handler = async |_: Value| Ok("handled");
        Ok(ctx.ipc.handle(&channel, handler).await?)
    })
    .await?;
    handle(ctx, "remove-handler", async |ctx, channel: String| {
        Ok(ctx.ipc.remove_handler(&channel).await?)
    })
    .await?;
    handle(ctx, "register", async |ctx, prefix: String| {
        let router = Router::new().route("/where", get(async || "relative"));
        Ok(ctx.server.register_router(&prefix, router).await?)
    })
    .await?;
    handle(ctx, "login", async |ctx, _: Value| {
        let (is_authenticated, token) = (ctx.auth.is_authenticated(), ctx.auth.token());
        Ok(json!({ "authenticated": is_authenticated, "token": token }))
    })
    .await?;
    handle(ctx, "has-token", async |ctx, _: Value| {
        let has_token = ctx.auth.token().is_some();
        Ok((ctx.auth.is_authenticated(), has_token))
    })
    .await?;
    handle(ctx, "identity", async |ctx, _: Value| {
        let (id, version) = (ctx.plugin.id(), ctx.plugin.version());
        Ok([id.to_owned(), version.to_owned()])
    })
    .await?;
    handle(ctx, "about", async |ctx, _: Value| {
        let data = ctx.plugin.data_folder()?;
        std::fs::write(data.join("written"), "")?;
        Ok(json!({
            "id": ctx.plugin.id(),
            "version": ctx.plugin.version(),
            "folder": ctx.plugin.folder(),
            "data": data,
            "time": ctx.clock.now().duration_since(std::time::UNIX_EPOCH)?.as_secs(),
        }))
    })
    .await?;
    handle(ctx, "task-panics", async |ctx, _: Value| {
        ctx.spawn("fragile", async { panic!("as asked") });
        Ok(())
    })
    .await?;
    handle(
        ctx,
        "panic-in-drop",
        async |_, _: Value| -> stratos::Result {
            let _guard = PanicsInDrop;
            // A message of several lines.
            panic!("the engine failed\n  left: 1\n right: 2")
        },
    )
    .await?;
    handle(ctx, "panic-in-c", async |_, _: Value| {
        callback();
        Ok(())
    })
    .await?;
    handle(ctx, "log", async |ctx, level: String| {
        let (logger, data) = (&ctx.logger, json!({ "level": level }));
        match level.as_str() {
            "debug" => logger.debug_with("tag", "said", &data),
            "info" => logger.info_with("tag", "said", &data),
            "warn" => logger.warn_with("tag", "said", &data),
            _ => logger.error_with("tag", "said", &data),
        }
        Ok(())
    })
    .await
}

/// Registers channels that flood the shell. Those that last return at once and push a message at their end.
pub(crate) async fn register_flood_channels(ctx: &PluginContext) -> stratos::Result {
    // Prints a text this many times, and `the end` after it.
    handle(ctx, "print", async |ctx, (text, count): (String, usize)| {
        ctx.spawn("print", async move {
            let printed = tokio::task::spawn_blocking(move || print(&text, count)).await;
            printed.expect("no panic").expect("the shell reads");
        });
        Ok(())
    })
    .await?;
    // Writes this many lines to stdout, to stderr and to the logger, all at once.
    handle(ctx, "write-everywhere", async |ctx, count: usize| {
        let (ipc, logger) = (ctx.ipc.clone(), ctx.logger.clone());
        ctx.spawn("write", async move {
            let stdout = tokio::task::spawn_blocking(move || write_lines(std::io::stdout(), count));
            let stderr = tokio::task::spawn_blocking(move || write_lines(std::io::stderr(), count));
            (0..count).for_each(|_| logger.info("flood", "line"));
            let (stdout, stderr) = tokio::join!(stdout, stderr);
            for written in [stdout, stderr] {
                written.expect("no panic").expect("the shell reads");
            }
            // An error means that the shell has exited.
            let _ = ipc.send("written", &count).await;
        });
        Ok(())
    })
    .await?;
    // Pushes JSON that is small as text and large when parsed.
    handle(ctx, "push-bombs", async |ctx, count: usize| {
        let bomb = vec![json!({ "": 0 }); 100_000];
        for _ in 0..count {
            ctx.ipc.send("bomb", &bomb).await?;
        }
        Ok(())
    })
    .await?;
    handle(
        ctx,
        "log-much",
        async |ctx, (bytes, count): (usize, usize)| {
            let (ipc, logger) = (ctx.ipc.clone(), ctx.logger.clone());
            ctx.spawn("log", async move {
                let text = "x".repeat(bytes);
                for _ in 0..count {
                    logger.info("flood", &text);
                    tokio::task::yield_now().await;
                }
                // An error means that the shell has exited.
                let _ = ipc.send("logged", &count).await;
            });
            Ok(())
        },
    )
    .await?;
    handle(
        ctx,
        "push-much",
        async |ctx, (bytes, count): (usize, usize)| {
            let ipc = ctx.ipc.clone();
            ctx.spawn("push", async move {
                let text = "x".repeat(bytes);
                for _ in 0..count {
                    let _ = ipc.send("flood", &text).await;
                }
                // An error means that the shell has exited.
                let _ = ipc.send("pushed-much", &count).await;
            });
            Ok(())
        },
    )
    .await?;
    handle(
        ctx,
        "set-much",
        async |ctx, (bytes, count): (usize, usize)| {
            let mut sets = JoinSet::new();
            for n in 0..count {
                let (config, text) = (ctx.config.clone(), "x".repeat(bytes));
                sets.spawn(async move { config.set(&format!("k{n}"), &text).await });
            }
            let results = sets.join_all().await;
            Ok(results.iter().filter(|set| set.is_ok()).count())
        },
    )
    .await?;
    handle(ctx, "large", async |_, bytes: usize| Ok("x".repeat(bytes))).await
}

/// Registers a handler that gets the context with each payload.
pub(crate) async fn handle<P, R, F, Fut>(
    ctx: &PluginContext,
    channel: &str,
    handler: F,
) -> stratos::Result
where
    P: DeserializeOwned + Send + 'static,
    R: Serialize + Send + 'static,
    F: Fn(PluginContext, P) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<R, BoxError>> + Send + 'static,
{
    let context = ctx.clone();
    let handler = move |payload: P| handler(context.clone(), payload);
    Ok(ctx.ipc.handle(channel, handler).await?)
}

fn write_lines(mut output: impl std::io::Write, count: usize) -> std::io::Result<()> {
    for _ in 0..count {
        output.write_all(b"line\n")?;
    }
    output.flush()
}

fn print(text: &str, count: usize) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    for _ in 0..count {
        stdout.write_all(text.as_bytes())?;
    }
    stdout.write_all(b"\nthe end\n")?;
    stdout.flush()
}

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("the gear too\n  left: 3\n right: 4");
    }
}

/// A callback of a C library, out of which no panic may unwind.
extern "C" fn callback() {
    panic!("as asked")
}
