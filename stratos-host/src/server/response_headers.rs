//! Headers that the shell sets on every response: CORS, `nosniff`, referrer policy, caching.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, CACHE_CONTROL, ETAG, EXPIRES,
    LAST_MODIFIED, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");
const REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// Marks a response whose CORS headers the shell wrote itself, so that [`set_headers`] keeps them.
#[derive(Debug, Clone, Copy)]
struct OwnCorsHeaders;

/// The response to a CORS preflight request from an allowed origin.
///
/// Browsers must not cache it (no `Access-Control-Max-Age`), since `[dev] origins` in `stratos.toml` may change at any
/// time. Credentials are never allowed: neither the shell nor a plugin identifies a user by a cookie.
pub(super) fn preflight(request: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    let methods = HeaderValue::from_static(METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(names) = request.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    if request.contains_key(REQUEST_PRIVATE_NETWORK) {
        headers.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
    }
    response.extensions_mut().insert(OwnCorsHeaders);
    response
}

/// Sets the headers of every response, and replaces a plugin's own CORS headers.
///
/// `allowed_origin` is the request's `Origin` if its page may read the response.
pub(super) fn set_headers(response: &mut Response, allowed_origin: Option<HeaderValue>) {
    let is_own = response
        .extensions_mut()
        .remove::<OwnCorsHeaders>()
        .is_some();
    let headers = response.headers_mut();
    if !is_own {
        remove_cors_headers(headers);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.append(VARY, HeaderValue::from_static("origin"));
    let resource_policy = match allowed_origin {
        Some(origin) => {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            // A page of another origin may read the same headers as a page of the same origin.
            let all = HeaderValue::from_static("*");
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, all);
            "cross-origin"
        }
        None => "same-origin",
    };
    headers.insert(
        CROSS_ORIGIN_RESOURCE_POLICY,
        HeaderValue::from_static(resource_policy),
    );
    // With `no-referrer`, browsers would submit a page's form to its own origin with `Origin: null`.
    let same_origin = HeaderValue::from_static("same-origin");
    headers.entry(REFERRER_POLICY).or_insert(same_origin);
    limit_caching(headers);
}

fn remove_cors_headers(headers: &mut HeaderMap) {
    let names = headers.keys();
    let cors: Vec<HeaderName> = names
        .filter(|name| name.as_str().starts_with("access-control-"))
        .cloned()
        .collect();
    for name in cors {
        headers.remove(name);
    }
}

/// Forbids caching unless the plugin allows it: an update may change the next response.
fn limit_caching(headers: &mut HeaderMap) {
    if headers.contains_key(CACHE_CONTROL) || headers.contains_key(EXPIRES) {
        return;
    }
    // With a validator the browser may keep the response, and must revalidate it each time.
    let has_validator = headers.contains_key(ETAG) || headers.contains_key(LAST_MODIFIED);
    let directive = if has_validator {
        "no-cache"
    } else {
        "no-store"
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(directive));
}
