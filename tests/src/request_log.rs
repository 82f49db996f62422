//! A log of the requests that reach the sample plugin, and routes with unusual response headers.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use stratos::axum::body::Bytes;
use stratos::axum::extract::Request;
use stratos::axum::http::{HeaderMap, StatusCode};
use stratos::axum::middleware::{Next, from_fn};
use stratos::axum::response::Response;
use stratos::axum::routing::any;
use stratos::axum::{Json, Router};

/// The requests that reached this process, as JSON objects with the fields of `SeenRequest` in the tests.
static SEEN: Mutex<Vec<Value>> = Mutex::new(Vec::new());

/// Adds the request log and its routes to a router.
pub(crate) fn with_request_log(router: Router) -> Router {
    let wide = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-private-network", "true"),
        ("access-control-allow-methods", "*"),
        ("access-control-max-age", "86400"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("cache-control", "max-age=60"),
        ("referrer-policy", "origin"),
        ("connection", "x-of-this-hop"),
        ("x-of-this-hop", "1"),
        ("x-own", "1"),
    ];
    router
        .route("/wide", any(async move || (wide, "wide")))
        .route("/tagged", any(async || ([("etag", "\"1\"")], "tagged")))
        .route(
            "/headers",
            any(async |headers: HeaderMap| Json(named(&headers))),
        )
        .route("/length", any(async |body: Bytes| body.len().to_string()))
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(from_fn(record))
        .route("/seen", any(async || Json(seen())))
}

async fn record(request: Request, next: Next) -> Response {
    let seen = describe(&request);
    SEEN.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(seen);
    next.run(request).await
}

fn describe(request: &Request) -> Value {
    let header = |name: &str| {
        let values = request.headers().get_all(name).iter();
        let values: Vec<_> = values
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        values.join(", ")
    };
    json!({
        "method": request.method().as_str(),
        "target": request.uri().to_string(),
        "host": header("host"),
        "origin": header("origin"),
        "case": header("case"),
    })
}

fn seen() -> Vec<Value> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn named(headers: &HeaderMap) -> Value {
    let mut all: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        all.entry(name.as_str()).or_default().push(value);
    }
    json!(all)
}
