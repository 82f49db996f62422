//! A plugin that streams responses step by step, controlled by the test, and reports what it received.
#![expect(
    clippy::disallowed_methods,
    reason = "it ends in the middle of an answer"
)]

use std::convert::Infallible;
use std::future::{pending, ready};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream::{iter, once, unfold};
use futures_util::{Stream, StreamExt as _};
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use stratos::axum::body::{Body, Bytes};
use stratos::axum::extract::ws::{CloseFrame, Message, WebSocket};
use stratos::axum::extract::{Path, Request, State, WebSocketUpgrade};
use stratos::axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use stratos::axum::response::sse::{Event, Sse};
use stratos::axum::response::{IntoResponse as _, Response};
use stratos::axum::routing::{any, get, post};
use stratos::axum::{Json, Router};
use stratos::{Identity, create_plugin};
use tokio::sync::Notify;
use tokio::time::sleep;

/// The state of the plugin's streams.
#[derive(Clone, Default)]
struct Streams(Arc<StreamState>);

#[derive(Default)]
struct StreamState {
    next_event: Notify,
    next_end: Notify,
    produced: AtomicU64,
    received: Mutex<String>,
    dropped: AtomicU64,
    closed: Mutex<String>,
}

/// Counts its drop.
struct DropCounter(Streams);

impl Drop for DropCounter {
    fn drop(&mut self) {
        self.0.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

fn main() -> ExitCode {
    let identity = Identity {
        id: "streaming".to_owned(),
        version: "1.0.0".to_owned(),
    };
    let exit = create_plugin(identity)
        .on_start(async |ctx| {
            let router = router(Streams::default());
            Ok(ctx.server.register_router("/api/streaming", router).await?)
        })
        .on_stop(async |_| Ok(()))
        .serve();
    // The shell sees the end of the connections before that of the process.
    std::thread::sleep(Duration::from_millis(200));
    exit
}

fn router(streams: Streams) -> Router {
    Router::new()
        .route("/events", get(events))
        .route("/download/{mebibytes}", get(download))
        .route("/upload", post(upload))
        .route("/echo", post(async |body: Body| body))
        .route("/held", get(held))
        .route("/held-head", get(held_head))
        .route("/broken/{how}", get(broken))
        .route("/last/{length}", get(last))
        .route("/next/{what}", post(next))
        .route("/about/{what}", get(about))
        .route("/socket", get(socket))
        .route("/tunnel", get(tunnel))
        .route("/refuses/{status}", get(refuses))
        .route("/trailers", get(trailers))
        .route("/takes-trailers", post(takes_trailers))
        .route("/early", post(async || StatusCode::PAYLOAD_TOO_LARGE))
        .route("/headers", any(headers))
        .route("/answers/{what}", get(answers))
        .with_state(streams)
}

/// Sends an event for each `POST /next/event`.
async fn events(
    State(streams): State<Streams>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(unfold((streams, 0_u32), |(streams, n)| async move {
        streams.0.next_event.notified().await;
        Some((Ok(Event::default().data(n.to_string())), (streams, n + 1)))
    }))
}

async fn download(State(streams): State<Streams>, Path(mebibytes): Path<u64>) -> Body {
    let chunk = Bytes::from(vec![b'x'; 64 * 1024]);
    let chunks = iter(0..mebibytes * 16).map(move |_| {
        let length = u64::try_from(chunk.len()).expect("it is short");
        streams.0.produced.fetch_add(length, Ordering::SeqCst);
        Ok::<_, Infallible>(chunk.clone())
    });
    Body::from_stream(chunks)
}

async fn upload(State(streams): State<Streams>, body: Body) -> String {
    let mut chunks = body.into_data_stream();
    while let Some(Ok(chunk)) = chunks.next().await {
        let mut received = streams.0.received.lock().expect("no thread panics");
        received.push_str(&String::from_utf8_lossy(&chunk));
    }
    "the end".to_owned()
}

async fn held(State(streams): State<Streams>) -> Body {
    let held = DropCounter(streams);
    Body::from_stream(unfold((held, true), |(held, is_first)| async move {
        if !is_first {
            pending::<()>().await;
        }
        Some((Ok::<_, Infallible>("first"), (held, false)))
    }))
}

async fn held_head(State(streams): State<Streams>) {
    let _held = DropCounter(streams.clone());
    streams.0.produced.fetch_add(1, Ordering::SeqCst);
    pending().await
}

/// Begins a response, and exits or fails the stream after `POST /next/end`.
async fn broken(State(streams): State<Streams>, Path(how): Path<String>) -> Response {
    let is_sized = how == "sized";
    let is_exit = how != "error";
    let rest = once(async move {
        streams.0.next_end.notified().await;
        if is_exit {
            std::process::exit(9);
        }
        Err::<&str, _>(std::io::Error::other("as asked"))
    });
    let body = Body::from_stream(once(ready(Ok("first"))).chain(rest));
    match is_sized {
        true => ([(header::CONTENT_LENGTH, "1000")], body).into_response(),
        false => body.into_response(),
    }
}

/// Responds after a while, and exits right after its response.
async fn last(State(streams): State<Streams>, Path(length): Path<usize>) -> String {
    streams.0.produced.fetch_add(1, Ordering::SeqCst);
    sleep(Duration::from_millis(500)).await;
    tokio::spawn(async {
        sleep(Duration::from_millis(100)).await;
        std::process::exit(9);
    });
    "x".repeat(length)
}

async fn next(State(streams): State<Streams>, Path(what): Path<String>) {
    match what.as_str() {
        "event" => streams.0.next_event.notify_one(),
        _ => streams.0.next_end.notify_one(),
    }
}

async fn about(State(streams): State<Streams>, Path(what): Path<String>) -> String {
    let known = &streams.0;
    let text = |held: &Mutex<String>| held.lock().expect("no thread panics").clone();
    match what.as_str() {
        "produced" => known.produced.load(Ordering::SeqCst).to_string(),
        "dropped" => known.dropped.load(Ordering::SeqCst).to_string(),
        "closed" => text(&known.closed),
        _ => text(&known.received),
    }
}

async fn socket(State(streams): State<Streams>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .protocols(["chat.v2"])
        .on_upgrade(|socket| talk(socket, streams))
}

/// Echoes messages, except for two commands: `ping me` and `close me`.
async fn talk(mut socket: WebSocket, streams: Streams) {
    while let Some(Ok(message)) = socket.recv().await {
        let answer = match message {
            Message::Text(text) if text == "ping me" => Message::Ping(Bytes::from_static(b"you")),
            Message::Text(text) if text == "close me" => Message::Close(Some(CloseFrame {
                code: 4001,
                reason: "as asked".into(),
            })),
            Message::Close(frame) => {
                let said = frame.map(|frame| format!("{} {}", frame.code, frame.reason));
                *streams.0.closed.lock().expect("no thread panics") = said.unwrap_or_default();
                continue;
            }
            Message::Pong(_) => Message::text("ponged"),
            // axum responds to pings.
            Message::Ping(_) => continue,
            same => same,
        };
        if socket.send(answer).await.is_err() {
            return;
        }
    }
    streams.0.dropped.fetch_add(1, Ordering::SeqCst);
}

/// Upgrades to a protocol other than WebSocket, which echoes bytes.
async fn tunnel(mut request: Request) -> Response {
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let stream = TokioIo::new(upgrade.await.expect("the shell upgrades"));
        let (mut reader, mut writer) = tokio::io::split(stream);
        let _ = tokio::io::copy(&mut reader, &mut writer).await;
    });
    let headers = [
        (header::CONNECTION, "upgrade"),
        (header::UPGRADE, "tunnel/1"),
        (header::SEC_WEBSOCKET_EXTENSIONS, "x-mine; a=1"),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

async fn refuses(Path(status): Path<u16>) -> Response {
    let status = StatusCode::from_u16(status).expect("the test asks for one");
    let headers = [
        (header::CONNECTION, "upgrade"),
        (header::UPGRADE, "websocket"),
    ];
    match status {
        StatusCode::UPGRADE_REQUIRED => (status, headers, "a WebSocket only").into_response(),
        _ => (status, "not like this").into_response(),
    }
}

async fn trailers() -> Response {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-sum", HeaderValue::from_static("42"));
    // Trailers need chunked encoding, which only bodies of unknown length have.
    let body = Body::from_stream(once(ready(Ok::<_, Infallible>("counted"))));
    let body = body.with_trailers(ready(Some(Ok(trailers))));
    ([(header::TRAILER, "x-sum")], Body::new(body)).into_response()
}

async fn takes_trailers(body: Body) -> String {
    let body = body.collect().await.expect("a complete body");
    let sum = body.trailers().and_then(|trailers| trailers.get("x-sum"));
    format!("{sum:?}")
}

async fn headers(headers: HeaderMap, body: Bytes) -> Json<Vec<(String, String)>> {
    let pairs = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.to_string(), value)
    });
    let length = ("body".to_owned(), body.len().to_string());
    Json(pairs.chain([length]).collect())
}

async fn answers(Path(what): Path<String>) -> Response {
    let cookies = [
        (header::SET_COOKIE, "a=1; Path=/"),
        (header::SET_COOKIE, "b=2; HttpOnly"),
    ];
    let cookies = stratos::axum::response::AppendHeaders(cookies);
    let etag = [(header::ETAG, "\"1\"")];
    match what.as_str() {
        "sized" => "hello".into_response(),
        "cookies" => (cookies, "two").into_response(),
        "no-content" => StatusCode::NO_CONTENT.into_response(),
        "not-modified" => (StatusCode::NOT_MODIFIED, etag).into_response(),
        "teapot" => StatusCode::IM_A_TEAPOT.into_response(),
        "empty" => Body::empty().into_response(),
        "gzip" => {
            let headers = [(header::CONTENT_ENCODING, "gzip")];
            // The shell must pass on the body without decoding it.
            (headers, &b"\x1f\x8b\x08\0\xff\xfe\0not really"[..]).into_response()
        }
        _ => {
            let connection = (header::CONNECTION, "x-secret-hop");
            let named = (HeaderName::from_static("x-secret-hop"), "1");
            ([connection, named], "hops").into_response()
        }
    }
}
