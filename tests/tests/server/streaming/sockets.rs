//! WebSockets and other upgrades through the shell.

use futures_util::{SinkExt as _, StreamExt as _};
use stratos_tests::ShellProcess;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::client::{Client, wait_until, within};
use super::start;

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

const UPGRADE: [&str; 4] = [
    "Connection: keep-alive, Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

#[tokio::test(flavor = "multi_thread")]
async fn all_websocket_messages_are_forwarded_both_ways() {
    let (_plugins, shell) = start();
    let mut socket = connect(&shell).await;
    let mebibyte = Bytes::from(vec![0xab; 1024 * 1024]);
    let messages = [
        Message::text("text ä 日本"),
        Message::text(""),
        Message::binary(vec![0, 255, 10, 13]),
        Message::Binary(mebibyte),
        Message::text("x".repeat(1024 * 1024)),
    ];
    for message in messages {
        socket.send(message.clone()).await.unwrap();
        assert!(next(&mut socket).await == message);
    }

    let ping = Bytes::from_static(b"are you there");
    socket.send(Message::Ping(ping.clone())).await.unwrap();
    assert_eq!(next(&mut socket).await, Message::Pong(ping));
    socket.send(Message::text("ping me")).await.unwrap();
    let asked = next(&mut socket).await;
    assert_eq!(asked, Message::Ping(Bytes::from_static(b"you")));
    // tungstenite answers pings itself.
    assert_eq!(next(&mut socket).await, Message::text("ponged"));

    for (piece, code, is_last) in [
        ("one ", Data::Text, false),
        ("two ", Data::Continue, false),
        ("three", Data::Continue, true),
    ] {
        let frame = Frame::message(piece, OpCode::Data(code), is_last);
        socket.send(Message::Frame(frame)).await.unwrap();
    }
    assert_eq!(next(&mut socket).await, Message::text("one two three"));
}

#[tokio::test(flavor = "multi_thread")]
async fn close_frames_are_forwarded_both_ways() {
    let (_plugins, shell) = start();
    let mut socket = connect(&shell).await;
    socket.send(Message::text("close me")).await.unwrap();
    let frame = CloseFrame {
        code: CloseCode::Library(4001),
        reason: "as asked".into(),
    };
    assert_eq!(next(&mut socket).await, Message::Close(Some(frame)));

    drop(socket);
    wait_until(shell.address, "dropped", "1").await;

    let mut socket = connect(&shell).await;
    let frame = CloseFrame {
        code: CloseCode::Library(4002),
        reason: "enough".into(),
    };
    socket.close(Some(frame)).await.unwrap();
    wait_until(shell.address, "closed", "4002 enough").await;

    drop(socket);
    wait_until(shell.address, "dropped", "2").await;

    // A connection that closes without a close frame is detected too.
    drop(connect(&shell).await);
    wait_until(shell.address, "dropped", "3").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn websocket_subprotocols_are_forwarded() {
    let (_plugins, shell) = start();
    let mut request = format!("ws://{}/api/streaming/socket", shell.address)
        .into_client_request()
        .unwrap();
    let offered = HeaderValue::from_static("chat.v3, chat.v2");
    request
        .headers_mut()
        .insert("sec-websocket-protocol", offered);
    let (_socket, answer) = connect_async(request).await.unwrap();
    assert_eq!(answer.headers()["sec-websocket-protocol"], "chat.v2");

    let mut client = Client::connect(shell.address).await;
    let extension = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";
    let headers = [&UPGRADE[..], &[extension, "Content-Length: 0"]].concat();
    client.ask("GET", "/headers", &headers).await;
    let head = client.head().await;
    assert!(
        head.starts_with("http/1.1 200"),
        "a response without an upgrade: {head}"
    );
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length = length.unwrap().parse().unwrap();
    let body = String::from_utf8(client.bytes(length).await.unwrap()).unwrap();
    for kept in ["permessage-deflate; client_max_window_bits", "websocket"] {
        assert!(body.contains(kept), "{kept}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_protocols_can_be_upgraded_to() {
    let (_plugins, shell) = start();
    let mut client = Client::connect(shell.address).await;
    let headers = ["Connection: upgrade", "Upgrade: tunnel/1"];
    client.ask("GET", "/tunnel", &headers).await;
    let head = client.head().await;
    assert!(head.starts_with("http/1.1 101"), "{head}");
    assert!(head.contains("upgrade: tunnel/1"), "{head}");
    assert!(
        head.contains("sec-websocket-extensions: x-mine; a=1"),
        "{head}"
    );
    for bytes in [&b"\0\xff any bytes"[..], b"and more"] {
        client.send(bytes).await;
        assert_eq!(client.bytes(bytes.len()).await.unwrap(), bytes);
    }

    // `Upgrade` has no effect without `Connection: upgrade`.
    let mut client = Client::connect(shell.address).await;
    let headers = ["Upgrade: tunnel/1", "Connection: close"];
    client.ask("GET", "/headers", &headers).await;
    client.head().await;
    let seen = client.rest().await;
    assert!(!seen.contains("tunnel"), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_upgrade_is_the_plugins_response() {
    let (_plugins, shell) = start();
    for (path, status, body) in [
        ("/refuses/400", 400, "not like this"),
        ("/refuses/403", 403, "not like this"),
        ("/refuses/426", 426, "a WebSocket only"),
        ("/answers/sized", 200, "hello"),
        ("/nowhere", 404, ""),
    ] {
        let mut client = Client::connect(shell.address).await;
        client.ask("GET", path, &UPGRADE).await;
        let head = client.head().await;
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{head}");
        let said = client.bytes(body.len()).await.unwrap();
        assert_eq!(String::from_utf8(said).unwrap(), body);
        if status == 426 {
            assert!(head.contains("upgrade: websocket\r\n"), "{head}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_websockets_stay_open_until_the_client_closes_them() {
    let (_plugins, shell) = start();
    let mut sockets = Vec::new();
    for _ in 0..150 {
        sockets.push(connect(&shell).await);
    }
    for (n, socket) in sockets.iter_mut().enumerate() {
        let message = Message::text(n.to_string());
        socket.send(message.clone()).await.unwrap();
        assert_eq!(next(socket).await, message);
    }
    drop(sockets);
    wait_until(shell.address, "dropped", "150").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_closes_with_its_plugin() {
    let (_plugins, shell) = start();
    let mut socket = connect(&shell).await;
    socket.send(Message::text("there?")).await.unwrap();
    assert_eq!(next(&mut socket).await, Message::text("there?"));
    assert_eq!(shell.command(&["stop", "streaming"]).code, Some(0));
    let end = within(socket.next()).await;
    assert!(
        matches!(end, None | Some(Err(_) | Ok(Message::Close(_)))),
        "{end:?}"
    );
}

async fn connect(shell: &ShellProcess) -> Socket {
    let url = format!("ws://{}/api/streaming/socket", shell.address);
    connect_async(url).await.unwrap().0
}

async fn next(socket: &mut Socket) -> Message {
    within(socket.next()).await.unwrap().unwrap()
}
