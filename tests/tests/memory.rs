//! The shell without processes: the same host code, the same bytes, within this process.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use stratos::axum::{Router, routing::get};
use stratos::session::{Link, run};
use stratos::{BoxError, Identity, Plugin, create_plugin};
use stratos_host::events::{Event, Events};
use stratos_host::launch::{InMemory, MemoryLink};
use stratos_host::{PluginSpec, PluginState, Shell, ShellOptions, State};
use stratos_tests::request;

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_does_in_memory_what_it_does_as_a_process() {
    let shell = shell(|| {
        create_plugin(identity())
            .on_start(async |ctx| {
                let router = Router::new().route("/hello", get(async || "hello"));
                ctx.server.register_router("/api/demo", router).await?;
                ctx.ipc.handle("double", async |n: i64| Ok(2 * n)).await?;
                ctx.config.set("started", &true).await?;
                ctx.ipc.send("ready", &json!({ "pilots": 42 })).await?;
                Ok(())
            })
            .on_stop(async |ctx| Ok(ctx.config.delete("started").await?))
            .build()
            .unwrap()
    });
    let (shell, mut events) = shell.await;
    let plugins = shell.ready().await;
    assert_eq!(plugins[0].state, PluginState::Running);
    assert_eq!(plugins[0].pid, None, "there is no process");
    let address = shell.address();
    let answer =
        tokio::task::spawn_blocking(move || request(address, "GET", "/api/demo/hello", &[], ""));
    assert_eq!(answer.await.unwrap().body, "hello");
    let control = shell.control().clone();
    assert_eq!(
        control.invoke("demo", "double", json!(21)).await.unwrap(),
        json!(42)
    );
    assert_eq!(
        control.config_get("demo", "started").await.unwrap(),
        json!(true)
    );
    loop {
        if let Event::Push {
            channel, payload, ..
        } = &*events.next().await.unwrap()
        {
            assert_eq!(
                (channel.as_str(), payload),
                ("ready", &json!({ "pilots": 42 }))
            );
            break;
        }
    }
    control.update("demo").await.unwrap();
    assert_eq!(control.plugins()[0].generation, 2);
    control.stop("demo").await.unwrap();
    control.config_get("demo", "started").await.unwrap_err();
    shell.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_end_with_their_plugin_and_a_panicking_one_is_named() {
    let shell = shell(|| {
        create_plugin(identity())
            .on_start(async |ctx| {
                ctx.spawn("endless", std::future::pending());
                ctx.spawn("doomed", async { panic!("as asked") });
                Ok(())
            })
            .on_stop(async |_| Ok(()))
            .build()
            .unwrap()
    });
    let (shell, mut events) = shell.await;
    shell.ready().await;
    loop {
        if let Event::Log(line) = &*events.next().await.unwrap() {
            assert_eq!(line.message, "task `doomed` panicked and has ended");
            break;
        }
    }
    tokio::time::timeout(Duration::from_secs(3), shell.stop())
        .await
        .expect("the endless task is ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_large_value_is_refused_and_many_small_ones_come_back_in_pages() {
    let shell = shell(|| {
        create_plugin(identity())
            .on_start(async |ctx| {
                let large = ctx.config.set("large", &"x".repeat(256 * 1024)).await;
                ctx.logger.info("test", large.unwrap_err());
                for n in 0..12 {
                    ctx.config
                        .set(&format!("k{n}"), &"x".repeat(200 * 1024))
                        .await?;
                }
                let all = ctx.config.get_all().await?;
                ctx.logger
                    .info("test", format_args!("{} values", all.len()));
                let twice = ctx
                    .ipc
                    .handle("a", async |_: i64| Ok::<_, BoxError>(()))
                    .await;
                twice?;
                let again = ctx
                    .ipc
                    .handle("a", async |_: i64| Ok::<_, BoxError>(()))
                    .await;
                ctx.logger.info("test", again.unwrap_err());
                ctx.ipc.remove_handler("a").await?;
                ctx.ipc
                    .handle("a", async |_: i64| Ok::<_, BoxError>(()))
                    .await?;
                for prefix in ["api/x", "/", "/__stratos/x", "/{id}"] {
                    let refused = ctx.server.register_router(prefix, Router::new()).await;
                    ctx.logger.info("test", refused.unwrap_err());
                }
                Ok(())
            })
            .on_stop(async |_| Ok(()))
            .build()
            .unwrap()
    });
    let (shell, mut events) = shell.await;
    assert_eq!(shell.ready().await[0].state, PluginState::Running);
    shell.stop().await;
    let mut lines = Vec::new();
    while let Some(event) = events.next().await {
        if let Event::Log(line) = &*event {
            lines.push(line.message.clone());
        }
    }
    assert_eq!(
        lines,
        [
            "cannot store `large`: its value is 262146 bytes long, at most 262144 are allowed",
            "12 values",
            "channel `a` has a handler already: call `remove_handler` first",
            "route prefix `api/x` must start with a slash: write `/api/x`",
            "route prefix `/` is reserved by the shell: the convention is `/api/<plugin id>`",
            "route prefix `/__stratos/x` is reserved by the shell: the convention is `/api/<plugin id>`",
            "route prefix `/{id}` has the segment `{id}`: use letters, digits, `-`, `_`, `.` and `~` only; \
             parameters and wildcards belong into the router",
        ]
    );
}

fn identity() -> Identity {
    Identity {
        id: "demo".to_owned(),
        version: "1.0.0".to_owned(),
    }
}

/// A shell whose only plugin lives in this process; a new one is made for every generation.
async fn shell<P: Plugin>(
    plugin: impl Fn() -> P + Send + Sync + 'static,
) -> (Shell, stratos_host::events::Watcher) {
    let launcher = InMemory::new(
        move |MemoryLink {
                  control,
                  http,
                  nonce,
              }| {
            let plugin = plugin();
            async move {
                // How it ends is seen from the shell's side.
                let _ = run(
                    plugin,
                    Link {
                        control,
                        http,
                        nonce,
                    },
                )
                .await;
            }
        },
    );
    let spec = PluginSpec {
        id: "demo".to_owned(),
        name: "Demo".to_owned(),
        version: "1.0.0".to_owned(),
        launcher: Ok(Arc::new(launcher)),
    };
    let options = ShellOptions {
        port: 0,
        ..ShellOptions::new(State::in_memory().unwrap())
    };
    let events = Events::default();
    let watcher = events.watch();
    (
        Shell::start(options, vec![spec], events).await.unwrap(),
        watcher,
    )
}
