//! Passes requests below a plugin's prefixes to the plugin.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, HeaderName, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use crate::control::Control;
use crate::plugin::BuildStatus;
use crate::server::failure;
use crate::server::leased::Leased;
use crate::session::Session;
use crate::traffic::Lease;

const HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("proxy-authenticate"),
];

/// Whether a newer version is on its way, or does not build or start; absent where the newest one answers.
const BUILD: HeaderName = HeaderName::from_static("x-stratos-build");
/// Which start of the plugin's program answers, counted from 1.
const GENERATION: HeaderName = HeaderName::from_static("x-stratos-generation");

/// Streams both ways; `Host` and `Origin` stay what the browser sent.
pub(super) async fn forward(State(control): State<Control>, mut request: Request) -> Response {
    let path = request.uri().path();
    let Some(session) = control.session_for(path).await else {
        let text = format!("no plugin serves {}", path.escape_debug());
        return failure(StatusCode::NOT_FOUND, text);
    };
    let target = match request.uri().path_and_query() {
        Some(path) => path.clone(),
        None => PathAndQuery::from_static("/"),
    };
    *request.uri_mut() = upstream_uri(target);
    let upgrade = request.headers().get(UPGRADE).cloned();
    strip(request.headers_mut());
    let browser = upgrade.as_ref().map(|protocol| {
        keep_upgrade(request.headers_mut(), protocol);
        hyper::upgrade::on(&mut request)
    });
    let answered = tokio::select! {
        biased;
        answered = session.upstream.request(request) => answered,
        () = session.over.cancelled() => {
            let text = format!("plugin `{}` ended before it answered", session.plugin);
            return failure(StatusCode::BAD_GATEWAY, text);
        }
    };
    let mut response = match answered {
        Ok(response) => response,
        Err(error) => {
            let text = format!("plugin `{}` did not answer: {error}", session.plugin);
            return failure(StatusCode::BAD_GATEWAY, text);
        }
    };
    let accepted = response.headers().get(UPGRADE).cloned();
    strip(response.headers_mut());
    if response.status() == StatusCode::SWITCHING_PROTOCOLS
        && let (Some(browser), Some(protocol)) = (browser, accepted)
    {
        keep_upgrade(response.headers_mut(), &protocol);
        let plugin = hyper::upgrade::on(&mut response);
        mark(response.headers_mut(), &control, &session);
        tokio::spawn(join(browser, plugin, session));
        return response.map(Body::new);
    }
    mark(response.headers_mut(), &control, &session);
    response.map(|body| Body::new(Leased::new(body, session)))
}

/// Passes bytes both ways until either side hangs up or the plugin's session is over.
async fn join(browser: OnUpgrade, plugin: OnUpgrade, session: Lease) {
    let copy = async {
        if let (Ok(browser), Ok(plugin)) = tokio::join!(browser, plugin) {
            let (mut browser, mut plugin) = (TokioIo::new(browser), TokioIo::new(plugin));
            // Either side hanging up ends both, which is all there is to do.
            let _ = tokio::io::copy_bidirectional(&mut browser, &mut plugin).await;
        }
    };
    tokio::select! {
        () = copy => {}
        () = session.over.cancelled() => {}
    }
}

/// Says which version answers, and why it is not the newest.
fn mark(headers: &mut HeaderMap, control: &Control, session: &Session) {
    headers.insert(GENERATION, HeaderValue::from(session.generation));
    let status = match control.build_status(&session.plugin) {
        Some(BuildStatus::Building) => "building",
        Some(BuildStatus::Failed) => "failed",
        None => {
            headers.remove(BUILD);
            return;
        }
    };
    headers.insert(BUILD, HeaderValue::from_static(status));
}

fn upstream_uri(path: PathAndQuery) -> Uri {
    let mut parts = axum::http::uri::Parts::default();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(Authority::from_static("plugin"));
    parts.path_and_query = Some(path);
    Uri::from_parts(parts).expect("scheme, authority and path make a URI")
}

/// Removes what is about one connection only.
fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

fn keep_upgrade(headers: &mut HeaderMap, protocol: &HeaderValue) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, protocol.clone());
}
