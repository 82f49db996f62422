//! A plugin for tests. Its file's name is its id, and the id's first word says how it behaves.
#![expect(clippy::disallowed_methods, reason = "it misbehaves on purpose")]

use std::convert::Infallible;
use std::io::Write as _;
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{once, pending};
use serde_json::{Value, json};
use stratos::axum::Router;
use stratos::axum::body::Body;
use stratos::axum::extract::{Path, WebSocketUpgrade};
use stratos::axum::routing::{get, post};
use stratos::{BoxError, Identity, PluginContext, create_plugin};
use stratos_protocol::hello::{Hello, Software};
use stratos_protocol::{Message, ProtocolVersion, environment};
use stratos_transport::Connection;
use stratos_transport::local::LocalStream;
use tokio::io::AsyncWriteExt as _;

fn main() -> ExitCode {
    let program = std::env::current_exe().expect("it has a path");
    let id = program
        .file_stem()
        .expect("it has a name")
        .to_string_lossy()
        .into_owned();
    let behaviour = id.split('-').next().unwrap_or_default().to_owned();
    if let Some(address) = std::env::var_os(stratos_tests::WATCH) {
        hold_open(&address.to_string_lossy(), &id);
    }
    match behaviour.as_str() {
        "exits" => {
            eprintln!("goodbye");
            return ExitCode::from(7);
        }
        "silent" => loop {
            std::thread::sleep(Duration::from_secs(60));
        },
        "garbage" => {
            return raw(async |mut stream| {
                let _ = stream.write_all(b"what a lovely day\n").await;
                tokio::time::sleep(Duration::from_secs(60)).await;
            });
        }
        "future" => return raw(async |stream| greet(stream, &id, 9).await),
        "impostor" => return raw(async |stream| greet(stream, "somebody-else", 1).await),
        _ => {}
    }
    let identity = Identity {
        id: id.clone(),
        version: "1.0.0".to_owned(),
    };
    let plugin = create_plugin(identity)
        .on_start({
            let behaviour = behaviour.clone();
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
    if behaviour == "resumes" {
        return plugin
            .on_resume(async |ctx| {
                if ctx.config.get("refuse_resume", false).await? {
                    return Err("refused to resume".into());
                }
                ctx.config.set("resumed", &true).await?;
                serve(&ctx, "resumes").await
            })
            .serve();
    }
    plugin.serve()
}

/// The test sees this connection end with the process, however that ends.
fn hold_open(address: &str, id: &str) {
    let mut connection = TcpStream::connect(address).expect("the test listens");
    writeln!(connection, "{id}").expect("the test reads");
    std::mem::forget(connection);
}

async fn start(ctx: PluginContext, id: String, behaviour: String) -> stratos::Result {
    match behaviour.as_str() {
        "panics" => panic!("no runway in sight"),
        "fails" => return Err("the airline has no fleet".into()),
        "hangs" => std::future::pending().await,
        "blocks" => {
            ctx.logger.info("sample", "blocking");
            // More of them than the runtime has threads.
            for _ in 0..64 {
                tokio::spawn(async { std::thread::sleep(Duration::from_secs(60)) });
            }
        }
        "quits" => std::process::exit(3),
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
    if ctx.config.get("refuse_start", false).await? {
        return Err("refused to start".into());
    }
    let starts: u64 = ctx.config.get("starts", 0).await?;
    ctx.config.set("starts", &(starts + 1)).await?;
    serve(&ctx, &id).await?;
    println!("printed by {id}");
    eprintln!("complained by {id}");
    stratos::tracing::info!(answer = 42, "traced");
    ctx.logger
        .info_with("sample", "started", &json!({ "starts": starts + 1 }));
    Ok(())
}

/// Routes and channels, the same for a start and a resume.
async fn serve(ctx: &PluginContext, id: &str) -> stratos::Result {
    let prefix = if id.starts_with("rival") {
        "/api/sample".to_owned()
    } else {
        format!("/api/{id}")
    };
    ctx.server.register_router(&prefix, router(ctx)).await?;
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
        .handle("panic", async |_: Value| -> stratos::Result {
            panic!("as asked")
        })
        .await?;
    ctx.ipc
        .handle("exit", async |code: i32| -> stratos::Result {
            std::process::exit(code)
        })
        .await?;
    let pusher = ctx.clone();
    ctx.ipc
        .handle("push", move |payload: Value| {
            let ctx = pusher.clone();
            async move { Ok(ctx.ipc.send("pushed", &payload).await?) }
        })
        .await?;
    let config = ctx.clone();
    ctx.ipc
        .handle("mistype", move |_: Value| {
            let ctx = config.clone();
            async move { Ok(ctx.config.get::<u64>("text", 0).await?) }
        })
        .await?;
    let count = ctx.clone();
    ctx.ipc
        .handle("count", move |key: String| {
            let ctx = count.clone();
            async move {
                let next = ctx.config.get::<u64>(&key, 0).await? + 1;
                ctx.config.set(&key, &next).await?;
                Ok(next)
            }
        })
        .await?;
    let login = ctx.clone();
    ctx.ipc
        .handle("login", move |_: Value| {
            let auth = login.auth.clone();
            async move { Ok(json!({ "authenticated": auth.is_authenticated(), "token": auth.token() })) }
        })
        .await?;
    let prefixed = ctx.ipc.send(&format!("plugin:{id}:x"), &1).await;
    ctx.logger.debug(
        "sample",
        prefixed.expect_err("a prefixed channel is refused"),
    );
    Ok(())
}

fn router(ctx: &PluginContext) -> Router {
    let config = ctx.config.clone();
    Router::new()
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

/// Speaks to the shell without the SDK.
#[tokio::main]
async fn raw(talk: impl AsyncFnOnce(stratos_transport::BoxedStream)) -> ExitCode {
    let address = std::env::var_os(environment::SOCKET).expect("a shell started this");
    let stream = LocalStream::connect(&address)
        .await
        .expect("the shell listens");
    talk(stream.into_boxed()).await;
    ExitCode::SUCCESS
}

async fn greet(stream: stratos_transport::BoxedStream, id: &str, major: u16) {
    let hello = Hello {
        protocol: ProtocolVersion { major, minor: 0 },
        nonce: std::env::var(environment::NONCE).expect("a shell started this"),
        sdk: Software {
            name: "sample".to_owned(),
            version: "9.9.9".to_owned(),
        },
        plugin: Identity {
            id: id.to_owned(),
            version: "1.0.0".to_owned(),
        },
        features: vec![],
    };
    let mut connection = Connection::new(stream, 1024 * 1024);
    let message = Message::request(0, &hello).expect("plain strings and numbers");
    connection.send(&message).await.expect("the shell reads");
    // The shell's refusal, and its end of the connection.
    let _ = connection.receive().await;
    let _ = connection.receive().await;
}
