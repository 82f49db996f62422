//! The attacker's web server, and a host name whose address changes (DNS rebinding).

use std::net::SocketAddr;

use serde_json::Value;
use stratos::axum::Router;
use stratos::axum::extract::{Query, State};
use stratos::axum::http::{StatusCode, header};
use stratos::axum::response::{Html, IntoResponse as _, Response};
use stratos::axum::routing::{any, get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedSender;

const VECTORS: &str = include_str!("vectors.js");
/// A worker that imports a script and posts the secret that the script defines.
const WORKER: &str = "importScripts(new URL(location).searchParams.get('import'));
onmessage = event => event.ports[0].postMessage(self.secret);";

/// Serves the attacker's pages, and forwards the reports of the pages.
pub(crate) async fn serve(reports: UnboundedSender<Value>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new()
        .route("/attack", get(attack))
        .route("/vectors.js", get(async || script(VECTORS)))
        .route("/worker.js", get(async || script(WORKER)))
        .route("/to", any(redirect))
        .route("/refresh", get(refresh))
        .route("/report", post(report))
        .with_state(reports);
    tokio::spawn(async move { stratos::axum::serve(listener, app).await });
    address
}

/// Serves the attacker's page and forwards all other connections to the shell, as DNS rebinding does.
pub(crate) async fn rebind(shell: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((browser, _)) = listener.accept().await {
            tokio::spawn(forward(browser, shell));
        }
    });
    address
}

async fn forward(mut browser: TcpStream, shell: SocketAddr) -> Option<()> {
    let mut first = vec![0; 16 * 1024];
    let length = browser.read(&mut first).await.ok()?;
    first.truncate(length);
    if let Some(rest) = first.strip_prefix(b"GET /attack?") {
        let query = rest.split(|byte| *byte == b' ').next()?;
        let page = attack_page(std::str::from_utf8(query).ok()?);
        let length = page.len();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n";
        let answer = format!("{head}Content-Length: {length}\r\n\r\n{page}");
        return browser.write_all(answer.as_bytes()).await.ok();
    }
    let mut shell = TcpStream::connect(shell).await.ok()?;
    shell.write_all(&first).await.ok()?;
    copy_bidirectional(&mut browser, &mut shell).await.ok()?;
    Some(())
}

/// A page that runs the script whose URL is the query.
fn attack_page(query: &str) -> String {
    format!("<!doctype html><body><script src=\"{query}\"></script>")
}

async fn attack(uri: stratos::axum::http::Uri) -> Html<String> {
    Html(attack_page(uri.query().unwrap_or_default()))
}

fn script(text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "text/javascript")], text).into_response()
}

type QueryParams = Query<std::collections::BTreeMap<String, String>>;

async fn redirect(Query(named): QueryParams) -> Response {
    let status = named["status"].parse().unwrap_or(302);
    let status = StatusCode::from_u16(status).unwrap();
    let headers = [
        (header::LOCATION, named["url"].clone()),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
    ];
    (status, headers).into_response()
}

async fn refresh(Query(named): QueryParams) -> Html<String> {
    let url = &named["url"];
    Html(format!(
        "<meta http-equiv=refresh content=\"0; url={url}\">"
    ))
}

async fn report(State(reports): State<UnboundedSender<Value>>, body: String) {
    // The test may be over.
    let _ = reports.send(serde_json::from_str(&body).unwrap());
}
