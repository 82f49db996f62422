//! The request guard over real sockets, and accepted requests: HTTP, streams and WebSockets.

use std::io::{BufRead as _, BufReader, Write as _};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use stratos_tests::{Plugins, ShellProcess, request, send_raw, stratos};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::SAMPLE;

#[test]
fn foreign_hosts_origins_and_targets_are_rejected_on_every_path() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = ShellProcess::start(plugins.root());
    let port = shell.address.port();
    for path in [
        "/",
        "/api/sample/hello/x",
        "/__stratos/api/v1/plugins",
        "/__stratos/ipc/sample",
        "/nowhere",
    ] {
        let raw = |rest: &str| {
            send_raw(
                shell.address,
                &format!("GET {path} HTTP/1.1\r\nConnection: close\r\n{rest}\r\n"),
            )
        };
        assert_eq!(raw("").status, 400, "{path} without Host");
        assert_eq!(
            raw(&format!("Host: a.evil.test:{port}\r\n")).status,
            403,
            "{path} after DNS rebinding"
        );
        assert_eq!(
            raw(&format!(
                "Host: localhost:{port}\r\nHost: localhost:{port}\r\n"
            ))
            .status,
            400,
            "{path}"
        );
        for origin in ["null", "https://evil.test", "http://localhost:1"] {
            let headers = format!("Host: localhost:{port}\r\nOrigin: {origin}\r\n");
            assert_eq!(raw(&headers).status, 403, "{path} from {origin}");
        }
        let image = format!("Host: localhost:{port}\r\nSec-Fetch-Site: cross-site\r\n");
        assert_eq!(raw(&image).status, 403, "{path} as an image");
    }
    shell.expect(|event| {
        let reason = event["refused"].as_str().unwrap_or_default();
        event["path"] == "/nowhere" && reason.contains("pages of other sites")
    });
    let absolute = format!(
        "GET http://evil.test/ HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(send_raw(shell.address, &absolute).status, 400);
    assert_eq!(shell.get("/api/sample/%2e%2e/other").status, 400);
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);
}

#[test]
fn the_control_api_needs_its_token() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    let path = "/__stratos/api/v1/plugins";
    assert_eq!(shell.get(path).status, 401);
    let wrong = ["Authorization: Bearer 00"];
    assert_eq!(request(shell.address, "GET", path, &wrong, "").status, 401);
    assert_eq!(shell.get("/__stratos/api/v1/nothing").status, 401);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(shell.state.join("host.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(
            mode & 0o777,
            0o600,
            "only the owner can read the token file"
        );
    }
}

#[test]
fn an_allowed_origin_may_send_requests() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let folder = plugins.root().join("sample");
    std::fs::write(
        folder.join("stratos.toml"),
        "[dev]\norigins = [\"http://localhost:5173\"]\n",
    )
    .unwrap();
    let shell = ShellProcess::start(&folder);
    let origin = "Origin: http://localhost:5173";
    let answer = request(
        shell.address,
        "GET",
        "/api/sample/hello/x",
        &[origin, "Sec-Fetch-Site: same-site"],
        "",
    );
    assert_eq!(answer.status, 200);
    let head = answer.head.to_lowercase();
    assert!(
        head.contains("access-control-allow-origin: http://localhost:5173"),
        "{head}"
    );
    assert!(head.contains("vary: origin"), "{head}");
    let asks = [
        origin,
        "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: content-type",
    ];
    let preflight = request(shell.address, "OPTIONS", "/api/sample/echo", &asks, "");
    assert_eq!(preflight.status, 204);
    assert!(
        preflight
            .head
            .to_lowercase()
            .contains("access-control-allow-headers: content-type")
    );
    let other = request(
        shell.address,
        "GET",
        "/api/sample/hello/x",
        &["Origin: http://localhost:5174"],
        "",
    );
    assert_eq!(other.status, 403);
    assert!(
        !other
            .head
            .to_lowercase()
            .contains("access-control-allow-origin")
    );

    std::fs::write(folder.join("stratos.toml"), "[dev]\norigins = [\"*\"]\n").unwrap();
    let refused = stratos(&folder, ["run", "--port", "auto"]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("`*` is not an origin"),
        "{refused:?}"
    );
}

#[test]
fn a_refused_origin_is_reported_once_with_the_setting_that_allows_it() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let mut shell = ShellProcess::start(plugins.root());
    let ask = |origin: &str| {
        let origin = format!("Origin: {origin}");
        let refused = request(shell.address, "GET", "/api/sample/hello/x", &[&origin], "");
        assert_eq!(refused.status, 403);
        refused.body
    };
    let null = ask("null");
    assert!(
        null.contains("dev server") && !null.contains("stratos.toml"),
        "{null}"
    );
    assert!(ask("http://localhost:5173").contains("add it to `[dev] origins`"));
    assert!(ask("http://localhost:5173").contains("add it to `[dev] origins`"));
    assert!(ask("http://localhost:5174").contains("add it to `[dev] origins`"));
    shell.expect(|event| event["message"].to_string().contains("5174"));
    let messages = shell
        .events
        .iter()
        .filter_map(|event| event["message"].as_str());
    let warnings = messages.filter(|message| message.contains(" was refused"));
    let warnings: Vec<_> = warnings.collect();
    assert_eq!(warnings.len(), 3, "{warnings:?}");
    let setting = r#"write `origins = ["http://localhost:5173"]` below `[dev]` in stratos.toml"#;
    assert!(warnings[1].ends_with(setting), "{warnings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ipc_websocket_carries_requests_and_pushes() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    let mut ui = connect(&shell, "/__stratos/ipc/sample", None)
        .await
        .unwrap();
    let ask = |id: u64, channel: &str, payload: Value| {
        Message::text(
            json!({ "type": "invoke", "id": id, "channel": channel, "payload": payload })
                .to_string(),
        )
    };
    ui.send(ask(1, "add", json!([1, 2]))).await.unwrap();
    assert_eq!(
        next(&mut ui).await,
        json!({ "type": "result", "id": 1, "result": 3 })
    );
    ui.send(ask(2, "fail", json!(null))).await.unwrap();
    let failed = next(&mut ui).await;
    assert_eq!(
        (&failed["type"], &failed["id"]),
        (&json!("error"), &json!(2))
    );
    ui.send(ask(3, "push", json!({ "pilots": 42 })))
        .await
        .unwrap();
    let both = [next(&mut ui).await, next(&mut ui).await];
    let push = json!({ "type": "push", "channel": "pushed", "payload": { "pilots": 42 } });
    assert!(both.contains(&push), "{both:?}");
    ui.send(Message::text("junk")).await.unwrap();
    assert_eq!(next(&mut ui).await["type"], "error");

    let foreign = connect(&shell, "/__stratos/ipc/sample", Some("https://evil.test")).await;
    assert_eq!(status(foreign), 403);
    assert_eq!(
        status(connect(&shell, "/__stratos/ipc/nobody", None).await),
        404
    );
}

#[test]
fn a_streamed_response_is_not_buffered() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    let mut stream = std::net::TcpStream::connect(shell.address).unwrap();
    let request = format!(
        "GET /api/sample/stream HTTP/1.1\r\nHost: {}\r\n\r\n",
        shell.address
    );
    stream
        .set_read_timeout(Some(std::time::Duration::from_secs(10)))
        .unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    // The response never ends, so a proxy that buffers it would never forward anything.
    assert!(lines.any(|line| line == "first"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_of_a_plugin_is_proxied() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let shell = ShellProcess::start(plugins.root());
    let mut socket = connect(&shell, "/api/sample/socket", None).await.unwrap();
    for text in ["one", "two"] {
        socket.send(Message::text(text)).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text(text));
    }
    let foreign = connect(&shell, "/api/sample/socket", Some("https://evil.test")).await;
    assert_eq!(status(foreign), 403);
}

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

async fn connect(
    shell: &ShellProcess,
    path: &str,
    origin: Option<&'static str>,
) -> Result<Socket, Error> {
    let mut request = format!("ws://{}{path}", shell.address).into_client_request()?;
    if let Some(origin) = origin {
        request
            .headers_mut()
            .insert("origin", HeaderValue::from_static(origin));
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

async fn next(socket: &mut Socket) -> Value {
    let message = socket.next().await.unwrap().unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

fn status(refused: Result<Socket, Error>) -> u16 {
    match refused {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}
