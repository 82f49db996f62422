//! Passes requests below a plugin's prefixes to the plugin.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, HeaderName, TE, TRANSFER_ENCODING, UPGRADE};
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, Version};
use axum::response::Response;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use stratos_transport::guard::Guard;
use tokio::io::{copy, split};

use crate::control::Control;
use crate::plugin::BuildStatus;
use crate::server::failure;
use crate::server::leased::Leased;
use crate::session::Session;
use crate::traffic::Lease;

const HOP_BY_HOP: [HeaderName; 7] = [
    CONNECTION,
    TE,
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
    // An answer in 1.0 would end with the connection, whether it is whole or not.
    *request.version_mut() = Version::HTTP_11;
    let is_named = names(request.headers(), &CONNECTION, "upgrade");
    let upgrade = request.headers().get(UPGRADE).cloned();
    let upgrade = upgrade.filter(|_| is_named);
    let wants_trailers = names(request.headers(), &TE, "trailers");
    let is_chunked = request.headers().contains_key(TRANSFER_ENCODING);
    strip(request.headers_mut());
    let headers = request.headers_mut();
    if is_chunked {
        // Otherwise hyper sends a GET without its body.
        headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    if wants_trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
        headers.insert(CONNECTION, HeaderValue::from_static("te"));
    }
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
    let is_accepted = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    if let Some(protocol) = accepted
        && (is_accepted || response.status() == StatusCode::UPGRADE_REQUIRED)
    {
        keep_upgrade(response.headers_mut(), &protocol);
    }
    if let Some(browser) = browser.filter(|_| is_accepted) {
        let plugin = hyper::upgrade::on(&mut response);
        mark(response.headers_mut(), &control, &session);
        tokio::spawn(join(browser, plugin, session));
        return response.map(Body::new);
    }
    mark(response.headers_mut(), &control, &session);
    response.map(|body| Body::new(Leased::new(body, session)))
}

/// Passes bytes both ways from the upgrade on, until one side hangs up or the plugin's session is over.
async fn join(browser: OnUpgrade, plugin: OnUpgrade, session: Lease) {
    let (Ok(browser), Ok(plugin)) = tokio::join!(browser, plugin) else {
        return;
    };
    let (mut from_browser, mut to_browser) = split(TokioIo::new(browser));
    let (mut from_plugin, mut to_plugin) = split(TokioIo::new(plugin));
    // A local socket cannot be closed one way only: the end of one way has to be the end of both.
    let there = copy(&mut from_browser, &mut to_plugin);
    let back = copy(&mut from_plugin, &mut to_browser);
    tokio::select! {
        _ = there, if Guard::HangUp.is_on() => {}
        _ = back => {}
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
    let named: Vec<HeaderName> = list(headers, &CONNECTION)
        .filter_map(|name| name.parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// Whether a header that is a list has this in it.
fn names(headers: &HeaderMap, header: &HeaderName, word: &str) -> bool {
    list(headers, header).any(|named| named.eq_ignore_ascii_case(word))
}

fn list<'a>(headers: &'a HeaderMap, header: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(header).iter();
    let lists = values.filter_map(|value| value.to_str().ok());
    lists.flat_map(|value| value.split(',')).map(str::trim)
}

fn keep_upgrade(headers: &mut HeaderMap, protocol: &HeaderValue) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, protocol.clone());
}
