//! A plugin with a secret in many content types, and with routes that change state.
//!
//! The plugin allows every origin, as a careless plugin would, so that only the shell protects it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream::{iter, pending};
use futures_util::{Stream, StreamExt as _};
use serde_json::{Value, json};
use stratos::axum::extract::{Query, Request, State, WebSocketUpgrade};
use stratos::axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use stratos::axum::middleware::{Next, from_fn_with_state};
use stratos::axum::response::sse::{Event, Sse};
use stratos::axum::response::{Html, IntoResponse as _, Response};
use stratos::axum::routing::{any, get};
use stratos::axum::{Json, Router};
use stratos::{Identity, PluginContext, create_plugin};

/// A number, so that an image can carry it as width and a sound as length.
const SECRET: u32 = 1371;

/// Counts the requests and the changes of each attempt, which the query parameter `by` names.
#[derive(Clone, Default)]
struct AttemptCounts(Arc<Mutex<BTreeMap<String, Counts>>>);

#[derive(Default)]
struct Counts {
    reached: u32,
    changed: u32,
}

impl AttemptCounts {
    fn reached(&self, by: &str) {
        self.of(by, |mark| mark.reached += 1);
    }

    fn changed(&self, by: &str) {
        self.of(by, |mark| mark.changed += 1);
    }

    fn of(&self, by: &str, change: impl FnOnce(&mut Counts)) {
        let mut marks = self.0.lock().expect("no thread panics");
        change(marks.entry(by.to_owned()).or_default());
    }

    fn list(&self) -> Value {
        let marks = self.0.lock().expect("no thread panics");
        let list = marks.iter().map(|(by, mark)| {
            let mark = json!({ "reached": mark.reached, "changed": mark.changed });
            (by.clone(), mark)
        });
        Value::Object(list.collect())
    }
}

fn main() -> ExitCode {
    let identity = Identity {
        id: "secret".to_owned(),
        version: "1.0.0".to_owned(),
    };
    create_plugin(identity)
        .on_start(start)
        .on_stop(async |_| Ok(()))
        .serve()
}

async fn start(ctx: PluginContext) -> stratos::Result {
    let marks = AttemptCounts::default();
    let routes = router(&marks);
    ctx.server.register_router("/api/secret", routes).await?;
    ctx.ipc
        .handle("change", move |by: String| {
            let marks = marks.clone();
            async move {
                marks.changed(&by);
                Ok(SECRET)
            }
        })
        .await?;
    let pusher = ctx.clone();
    ctx.spawn("push", async move {
        loop {
            // No UI may be connected.
            let _ = pusher.ipc.send("secret", &SECRET).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    Ok(())
}

fn router(marks: &AttemptCounts) -> Router {
    let counted = Router::new()
        .route("/text", get(async || SECRET.to_string()))
        .route("/page", get(page))
        .route("/script.js", get(script))
        .route("/style.css", get(style))
        .route("/image.svg", get(image))
        .route("/sound.wav", get(sound))
        .route("/events", get(events))
        .route("/socket", get(socket))
        .route("/change", any(change))
        .route_layer(from_fn_with_state(marks.clone(), count));
    Router::new()
        .route(
            "/marks",
            get(async |State(marks): State<AttemptCounts>| Json(marks.list())),
        )
        .route("/own", get(own))
        .merge(counted)
        .with_state(marks.clone())
}

async fn count(State(marks): State<AttemptCounts>, request: Request, next: Next) -> Response {
    marks.reached(&by(request.uri().query()));
    let mut response = match *request.method() {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    for name in [
        "access-control-allow-origin",
        "access-control-allow-headers",
        "access-control-allow-methods",
    ] {
        let anything = HeaderValue::from_static("*");
        response.headers_mut().insert(name, anything);
    }
    response
}

fn by(query: Option<&str>) -> String {
    let uri = format!("/?{}", query.unwrap_or_default()).parse();
    let Ok(uri) = uri else { return String::new() };
    let named: Result<Query<BTreeMap<String, String>>, _> = Query::try_from_uri(&uri);
    named
        .ok()
        .and_then(|Query(mut named)| named.remove("by"))
        .unwrap_or_default()
}

async fn change(State(marks): State<AttemptCounts>, request: Request) -> String {
    marks.changed(&by(request.uri().query()));
    SECRET.to_string()
}

/// A page that posts the secret to its parent and its opener.
async fn page() -> Html<String> {
    Html(format!(
        "<script>for (const other of [parent, opener]) other?.postMessage('{SECRET}', '*')</script>"
    ))
}

/// A page of the plugin that loads the test's script.
async fn own(Query(named): Query<BTreeMap<String, String>>) -> Html<String> {
    let script = named.get("script").cloned().unwrap_or_default();
    Html(format!(
        "<!doctype html><body><script src=\"{script}\"></script>"
    ))
}

async fn script() -> Response {
    typed(
        "text/javascript",
        format!("globalThis.secret = '{SECRET}';"),
    )
}

async fn style() -> Response {
    typed("text/css", format!(":root {{ --secret: {SECRET} }}"))
}

async fn image() -> Response {
    let svg = format!("<svg xmlns='http://www.w3.org/2000/svg' width='{SECRET}' height='1'></svg>");
    typed("image/svg+xml", svg)
}

/// Silence whose length in milliseconds is the secret.
async fn sound() -> Response {
    let samples = SECRET * 8;
    let mut wave = b"RIFF".to_vec();
    wave.extend((36 + samples).to_le_bytes());
    wave.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wave.extend(8000_u32.to_le_bytes());
    wave.extend(8000_u32.to_le_bytes());
    wave.extend(b"\x01\0\x08\0data");
    wave.extend(samples.to_le_bytes());
    wave.resize(wave.len() + samples as usize, 0x80);
    typed("audio/wav", wave)
}

fn typed(kind: &'static str, body: impl Into<stratos::axum::body::Body>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static(kind));
    (headers, body.into()).into_response()
}

async fn events() -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let secret = Event::default().data(SECRET.to_string());
    Sse::new(iter([Ok(secret)]).chain(pending()))
}

async fn socket(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        // The page may be closed.
        let _ = socket.send(SECRET.to_string().into()).await;
        while let Some(Ok(_)) = socket.recv().await {}
    })
}
