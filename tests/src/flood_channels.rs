//! IPC channels of the sample plugin that flood the shell.

use std::io::Write as _;

use serde_json::Value;
use stratos::PluginContext;
use tokio::task::JoinSet;

pub(crate) async fn register_flood_channels(ctx: &PluginContext) -> stratos::Result {
    // Prints a text this many times, and `the end` after it.
    let held = ctx.clone();
    ctx.ipc
        .handle("print", move |(text, count): (String, usize)| {
            let ctx = held.clone();
            async move {
                ctx.spawn("print", async move {
                    let print = move || print(&text, count);
                    let printed = tokio::task::spawn_blocking(print).await;
                    printed.expect("no panic").expect("the shell reads");
                });
                Ok(())
            }
        })
        .await?;
    // Pushes JSON that is small as text and large when parsed.
    let held = ctx.clone();
    ctx.ipc
        .handle("push-bombs", move |count: usize| {
            let ctx = held.clone();
            async move {
                let bomb = vec![serde_json::json!({ "": 0 }); 100_000];
                for _ in 0..count {
                    ctx.ipc.send("bomb", &bomb).await?;
                }
                Ok(())
            }
        })
        .await?;
    let held = ctx.clone();
    ctx.ipc
        .handle("log-much", move |(bytes, count): (usize, usize)| {
            let ctx = held.clone();
            async move {
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
            }
        })
        .await?;
    let held = ctx.clone();
    ctx.ipc
        .handle("push-much", move |(bytes, count): (usize, usize)| {
            let ctx = held.clone();
            async move {
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
            }
        })
        .await?;
    let held = ctx.clone();
    ctx.ipc
        .handle("set-much", move |(bytes, count): (usize, usize)| {
            let config = held.config.clone();
            async move {
                let mut sets = JoinSet::new();
                for n in 0..count {
                    let (config, text) = (config.clone(), "x".repeat(bytes));
                    sets.spawn(async move { config.set(&format!("k{n}"), &text).await });
                }
                let done = sets.join_all().await;
                Ok(done.iter().filter(|set| set.is_ok()).count())
            }
        })
        .await?;
    ctx.ipc
        .handle("large", async |bytes: usize| {
            Ok(Value::String("x".repeat(bytes)))
        })
        .await?;
    Ok(())
}

fn print(text: &str, count: usize) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    for _ in 0..count {
        stdout.write_all(text.as_bytes())?;
    }
    stdout.write_all(b"\nthe end\n")?;
    stdout.flush()
}
