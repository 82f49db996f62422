//! The shell without processes: the same host code, the same bytes, within this process.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use stratos::axum::{Router, routing::get};
use stratos::session::{Link, run};
use stratos::{BoxError, Identity, Plugin, create_plugin};
use stratos_host::events::{Event, Events, Watcher};
use stratos_host::launch::{InMemory, MemoryLink};
use stratos_host::{Deadlines, PluginSpec, PluginState, Shell, ShellOptions, State};
use stratos_tests::request;
use tokio::sync::{Barrier, Notify};
use tokio::task::JoinSet;

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

#[tokio::test(flavor = "multi_thread")]
async fn an_on_start_that_never_returns_has_a_deadline() {
    let deadlines = Deadlines {
        start: Duration::from_millis(100),
        ..Deadlines::default()
    };
    let plugin = || {
        create_plugin(identity())
            .on_start(async |_| std::future::pending().await)
            .on_stop(async |_| Ok(()))
            .build()
            .unwrap()
    };
    let (shell, _) = shell_with(deadlines, vec![("demo", in_memory(plugin))]).await;
    let reason = "on_start did not finish within 0.1 s".to_owned();
    assert_eq!(
        shell.ready().await[0].state,
        PluginState::Errored { reason }
    );
    shell.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_start_at_the_same_time() {
    // Each waits in its `on_start` for the other.
    let both = Arc::new(Barrier::new(2));
    let plugin = |id: &'static str| {
        let both = Arc::clone(&both);
        in_memory(move || {
            let both = Arc::clone(&both);
            create_plugin(Identity {
                id: id.to_owned(),
                version: "1.0.0".to_owned(),
            })
            .on_start(move |_| {
                let both = Arc::clone(&both);
                async move {
                    both.wait().await;
                    Ok(())
                }
            })
            .on_stop(async |_| Ok(()))
            .build()
            .unwrap()
        })
    };
    let plugins = vec![("one", plugin("one")), ("two", plugin("two"))];
    let (shell, _) = shell_with(Deadlines::default(), plugins).await;
    for plugin in shell.ready().await {
        assert_eq!(plugin.state, PluginState::Running);
    }
    shell.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_without_an_answer_leave_room_for_the_stop() {
    let plugin = || {
        create_plugin(identity())
            .on_start(async |ctx| {
                ctx.config.set("stopped", &false).await?;
                let hang = async |(): ()| std::future::pending::<Result<(), BoxError>>().await;
                Ok(ctx.ipc.handle("hang", hang).await?)
            })
            .on_stop(async |ctx| Ok(ctx.config.set("stopped", &true).await?))
            .build()
            .unwrap()
    };
    let (shell, _) = shell(plugin).await;
    shell.ready().await;
    let mut questions = JoinSet::new();
    for _ in 0..300 {
        let control = shell.control().clone();
        questions.spawn(async move { control.invoke("demo", "hang", json!(null)).await });
    }
    let refused = questions
        .join_next()
        .await
        .unwrap()
        .unwrap()
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("240 questions wait for an answer already"),
        "{refused}"
    );
    shell.control().stop("demo").await.unwrap();
    assert_eq!(
        shell.control().config_get("demo", "stopped").await.unwrap(),
        json!(true)
    );
    shell.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_generation_cannot_write_any_more() {
    let switched = Arc::new(Notify::new());
    let plugin = {
        let switched = Arc::clone(&switched);
        move || {
            let switched = Arc::clone(&switched);
            create_plugin(identity())
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
                .build()
                .unwrap()
        }
    };
    let (shell, mut events) = shell(plugin).await;
    shell.ready().await;
    let control = shell.control().clone();
    let late = tokio::spawn(async move { control.invoke("demo", "write-late", json!(null)).await });
    let control = shell.control().clone();
    let update = tokio::spawn(async move { control.update("demo").await });
    loop {
        if matches!(
            &*events.next().await.unwrap(),
            Event::State { generation: 2, .. }
        ) {
            switched.notify_one();
            break;
        }
    }
    let refusal = late.await.unwrap().unwrap();
    assert_eq!(
        refusal,
        json!("a newer generation of this plugin has taken over")
    );
    update.await.unwrap().unwrap();
    assert_eq!(
        shell.control().config_get("demo", "who").await.unwrap(),
        json!("new")
    );
    shell.stop().await;
}

fn identity() -> Identity {
    Identity {
        id: "demo".to_owned(),
        version: "1.0.0".to_owned(),
    }
}

/// A shell whose only plugin lives in this process; a new one is made for every generation.
async fn shell<P: Plugin>(plugin: impl Fn() -> P + Send + Sync + 'static) -> (Shell, Watcher) {
    shell_with(Deadlines::default(), vec![("demo", in_memory(plugin))]).await
}

fn in_memory<P: Plugin>(plugin: impl Fn() -> P + Send + Sync + 'static) -> InMemory {
    InMemory::new(
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
    )
}

async fn shell_with(deadlines: Deadlines, plugins: Vec<(&str, InMemory)>) -> (Shell, Watcher) {
    let specs = plugins.into_iter().map(|(id, launcher)| PluginSpec {
        id: id.to_owned(),
        name: "Demo".to_owned(),
        version: "1.0.0".to_owned(),
        launcher: Ok(Arc::new(launcher)),
    });
    let state = State::in_memory().unwrap();
    let options = ShellOptions {
        port: 0,
        deadlines,
        ..ShellOptions::new(state)
    };
    let events = Events::default();
    let watcher = events.watch();
    (
        Shell::start(options, specs.collect(), events)
            .await
            .unwrap(),
        watcher,
    )
}
