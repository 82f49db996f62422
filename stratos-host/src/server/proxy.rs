//! The reverse proxy: forwards requests below a plugin's route prefixes to the plugin.

use std::error::Error;
use std::iter;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONNECTION, HOST, HeaderName, ORIGIN, TE, TRANSFER_ENCODING, UPGRADE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version};
use axum::response::Response;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use stratos_protocol::error::chain;
use stratos_protocol::error_body::{ErrorBody, ErrorBodyCode, PluginStatus};
use tokio::io::{copy, split};

use crate::control::{Control, Explanation, NoSession};
use crate::event::{BuildStatus, PluginState};
use crate::routing::Lease;
use crate::server::error_response::error_response;
use crate::server::guarded_body::GuardedBody;
use crate::services::Caller;
use crate::session::Session;

/// Headers that apply to one connection, not to the request or the response as a whole.
const HOP_BY_HOP: [HeaderName; 7] = [
    CONNECTION,
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("proxy-authenticate"),
];
/// Headers that the request guard has checked: a request cannot hide them from the plugin by naming them in
/// `Connection`.
const END_TO_END: [HeaderName; 2] = [HOST, ORIGIN];

/// `building` or `failed` while the response does not come from the newest version of the plugin; absent otherwise.
const BUILD: HeaderName = HeaderName::from_static("x-stratos-build");
/// The plugin's generation that sent the response: 1 for the first start of its program, 2 for the second.
const GENERATION: HeaderName = HeaderName::from_static("x-stratos-generation");

/// Forwards one request and streams its body and the response. `Host` and `Origin` stay what the client sent.
pub(super) async fn forward(control: &Control, mut request: Request) -> Response {
    let path = request.uri().path();
    let session = match control.session_for(path).await {
        Ok(session) => session,
        Err(reason) => return no_session(path, reason),
    };
    let client = prepare(&mut request);
    let mut response = match session.http.request(request).await {
        Ok(response) => response,
        Err(error) if is_request_body_error(&error) => {
            let text = format!("the body of the request cannot be read: {}", chain(&error));
            let body = ErrorBody::new(ErrorBodyCode::RequestRefused, text);
            return error_response(StatusCode::BAD_REQUEST, body);
        }
        Err(error) => {
            let reason = match session.exit_before_answer().await {
                Some(exit) => {
                    control.wait_for_end(&session.caller).await;
                    exit
                }
                None => format!("did not answer: {}", chain(&error)),
            };
            return no_response(control, &session.caller, reason);
        }
    };
    let is_switching = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    let protocol = response.headers().get(UPGRADE).cloned();
    remove_hop_by_hop(response.headers_mut());
    if let Some(protocol) = protocol
        && (is_switching || response.status() == StatusCode::UPGRADE_REQUIRED)
    {
        insert_upgrade(response.headers_mut(), protocol);
    }
    insert_build_headers(response.headers_mut(), control, &session);
    // For the request log.
    response
        .extensions_mut()
        .insert(Arc::clone(&session.caller));
    if let Some(client) = client.filter(|_| is_switching) {
        let plugin = hyper::upgrade::on(&mut response);
        tokio::spawn(tunnel(client, plugin, session));
        return response.map(Body::new);
    }
    response.map(|body| Body::new(GuardedBody::new(body, session)))
}

/// The response to a request that a plugin did not answer.
fn no_response(control: &Control, caller: &Arc<Caller>, reason: String) -> Response {
    let id = caller.plugin.clone();
    let state = control.plugin(&id).map(|plugin| plugin.status().state);
    let reason = match state {
        Ok(PluginState::Stopping | PluginState::Stopped) => {
            "was stopped before it answered".to_owned()
        }
        _ => reason,
    };
    let text = format!("plugin `{id}` {reason}");
    let state = state.as_ref().map_or("unknown", PluginState::as_str);
    let body = ErrorBody {
        plugin: Some(PluginStatus {
            id,
            state: state.to_owned(),
            reason: Some(reason),
        }),
        ..ErrorBody::new(ErrorBodyCode::NoResponse, text)
    };
    let mut response = error_response(StatusCode::BAD_GATEWAY, body);
    response.extensions_mut().insert(Arc::clone(caller));
    response
}

/// The response to a request that no plugin can handle now.
fn no_session(path: &str, reason: NoSession) -> Response {
    match reason {
        NoSession::Unavailable {
            plugin,
            state,
            explanation: Explanation { reason, text },
        } => {
            let state = state.as_str();
            let text = format!("plugin `{plugin}` is {state}: {text}");
            let body = ErrorBody {
                plugin: Some(PluginStatus {
                    id: plugin,
                    state: state.to_owned(),
                    reason: Some(reason),
                }),
                ..ErrorBody::new(ErrorBodyCode::PluginUnavailable, text)
            };
            error_response(StatusCode::SERVICE_UNAVAILABLE, body)
        }
        NoSession::UnknownPrefix { prefixes } => {
            let known = match prefixes.is_empty() {
                true => "no plugin has registered a route".to_owned(),
                false => format!("the plugins' prefixes are {}", prefixes.join(", ")),
            };
            let text = format!("no plugin serves {}; {known}", path.escape_debug());
            let body = ErrorBody {
                prefixes,
                ..ErrorBody::new(ErrorBodyCode::UnknownPrefix, text)
            };
            error_response(StatusCode::NOT_FOUND, body)
        }
    }
}

/// Makes the client's request the one for the plugin. Returns the client's upgrade if the request asks for one.
fn prepare(request: &mut Request) -> Option<OnUpgrade> {
    // The plugin's response to HTTP/1.0 would end with the connection, so a broken one would look complete.
    *request.version_mut() = Version::HTTP_11;
    let headers = request.headers_mut();
    let protocol = headers.get(UPGRADE).cloned();
    let protocol = protocol.filter(|_| has_token(headers, &CONNECTION, "upgrade"));
    let accepts_trailers = has_token(headers, &TE, "trailers");
    let is_chunked = headers.contains_key(TRANSFER_ENCODING);
    remove_hop_by_hop(headers);
    if is_chunked {
        // Without it, hyper sends a GET without its body.
        headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    if accepts_trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
        headers.insert(CONNECTION, HeaderValue::from_static("te"));
    }
    insert_upgrade(headers, protocol?);
    Some(hyper::upgrade::on(request))
}

/// Whether a request failed because its body could not be read from the client: a fault of the client, not of the
/// plugin.
fn is_request_body_error(error: &(dyn Error + 'static)) -> bool {
    // Errors of an axum body have this type.
    iter::successors(Some(error), |error| (*error).source()).any(|error| error.is::<axum::Error>())
}

/// Copies bytes both ways after an upgrade, until one side closes its connection.
async fn tunnel(client: OnUpgrade, plugin: OnUpgrade, _lease: Lease<Session>) {
    let (Ok(client), Ok(plugin)) = tokio::join!(client, plugin) else {
        return;
    };
    let (mut from_client, mut to_client) = split(TokioIo::new(client));
    let (mut from_plugin, mut to_plugin) = split(TokioIo::new(plugin));
    // Local sockets cannot be half-closed, so the end of one direction ends the other.
    tokio::select! {
        _ = copy(&mut from_client, &mut to_plugin) => {}
        _ = copy(&mut from_plugin, &mut to_client) => {}
    }
}

fn insert_build_headers(headers: &mut HeaderMap, control: &Control, session: &Session) {
    headers.insert(GENERATION, HeaderValue::from(session.caller.generation));
    let status = match control.build_status(&session.caller.plugin) {
        Some(BuildStatus::Building) => "building",
        Some(BuildStatus::Failed) => "failed",
        Some(BuildStatus::Blocked) => "blocked",
        None => {
            headers.remove(BUILD);
            return;
        }
    };
    headers.insert(BUILD, HeaderValue::from_static(status));
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let listed: Vec<HeaderName> = tokens(headers, &CONNECTION)
        .filter_map(|name| name.parse().ok())
        .filter(|name| !END_TO_END.contains(name))
        .collect();
    for name in listed.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// Whether a comma-separated header has this token, in upper or lower case.
fn has_token(headers: &HeaderMap, header: &HeaderName, token: &str) -> bool {
    tokens(headers, header).any(|other| other.eq_ignore_ascii_case(token))
}

fn tokens<'a>(headers: &'a HeaderMap, header: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(header).iter();
    let lists = values.filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(str::trim)
}

fn insert_upgrade(headers: &mut HeaderMap, protocol: HeaderValue) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, protocol);
}
