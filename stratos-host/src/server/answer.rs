//! What every answer says to browsers, whoever gives it.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, CACHE_CONTROL, ETAG, EXPIRES,
    LAST_MODIFIED, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use stratos_transport::guard::Guard;

use crate::server::gate::Visitor;

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");
const REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// Tells the browser of an allowed page that it may ask.
///
/// It has no maximum age, since `stratos.toml` may say otherwise in a moment. Credentials are never allowed: neither
/// the shell nor a plugin knows a visitor by a cookie.
pub(super) fn preflight(asked: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    let methods = HeaderValue::from_static(METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(wanted) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    if asked.contains_key(REQUEST_PRIVATE_NETWORK) {
        headers.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
    }
    response.extensions_mut().insert(OurOwn);
    response
}

/// Marks the CORS headers of an answer as those of the gate.
#[derive(Debug, Clone, Copy)]
struct OurOwn;

/// Adds what every answer has. What a plugin says about other origins is not for it to decide here.
pub(super) fn finish(response: &mut Response, visitor: Visitor) {
    let is_ours = response.extensions_mut().remove::<OurOwn>().is_some();
    let headers = response.headers_mut();
    if Guard::Cors.is_on() && !is_ours {
        remove_cors(headers);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.append(VARY, HeaderValue::from_static("origin"));
    let policy = match visitor {
        Visitor::Page(origin) => {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            // As many as a page of the same origin may read.
            let all = HeaderValue::from_static("*");
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, all);
            "cross-origin"
        }
        Visitor::Nobody => "same-origin",
    };
    if Guard::Cors.is_on() {
        let policy = HeaderValue::from_static(policy);
        headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, policy);
    }
    // With `no-referrer`, browsers send the forms of a page to its own origin as if they came from nowhere.
    let same_origin = HeaderValue::from_static("same-origin");
    headers.entry(REFERRER_POLICY).or_insert(same_origin);
    limit_caching(headers);
}

fn remove_cors(headers: &mut HeaderMap) {
    let is_cors = |name: &HeaderName| name.as_str().starts_with("access-control-");
    let named: Vec<_> = headers
        .keys()
        .filter(|name| is_cors(name))
        .cloned()
        .collect();
    for name in named {
        headers.remove(name);
    }
}

/// Nothing is cached unless a plugin says so: the next answer may come from its next version.
fn limit_caching(headers: &mut HeaderMap) {
    if headers.contains_key(CACHE_CONTROL) || headers.contains_key(EXPIRES) {
        return;
    }
    // A plugin that can tell whether its answer has changed is asked each time.
    let can_tell = headers.contains_key(ETAG) || headers.contains_key(LAST_MODIFIED);
    let caching = if can_tell { "no-cache" } else { "no-store" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
}
