//! The routers of a plugin, one per route prefix.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::http::header::ALLOW;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use stratos_protocol::error_body::{ErrorBody, ErrorBodyCode};
use stratos_protocol::server::{Route, covers};
use tower::{Service, ServiceExt as _};

use crate::context::error_response::ErrorResponses;
use crate::in_progress::InProgress;
use crate::instrument::Instrumentation;

/// Maximum number of routes that the response to an unknown path lists.
const LISTED_ROUTES: usize = 20;

/// Service that forwards a request to the registered router with the longest matching prefix. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Routes {
    /// Routers by prefix, the longest prefix first.
    routers: Arc<RwLock<Vec<Registered>>>,
    instrumentation: Instrumentation,
    pub(super) errors: ErrorResponses,
    /// Descriptions of the handlers that have not responded.
    running: InProgress<String>,
}

/// Router of one prefix.
#[derive(Debug)]
struct Registered {
    prefix: String,
    router: Router,
    /// Routes that are known, for the response to an unknown path; none of a router that the author has built.
    routes: Vec<Route>,
}

impl Routes {
    pub(super) fn new(instrumentation: Instrumentation) -> Self {
        Self {
            routers: Arc::default(),
            instrumentation,
            errors: ErrorResponses::default(),
            running: InProgress::default(),
        }
    }

    /// Descriptions of the handlers that have not responded, in the order of their requests.
    pub(super) fn running(&self) -> Vec<String> {
        self.running
            .read(|running| running.values().cloned().collect())
    }

    /// Adds the router of a prefix; returns false if the prefix has one already. `routes` are those that are known, for
    /// the response to an unknown path.
    pub(super) fn add(&self, prefix: &str, router: Router, routes: &[Route]) -> bool {
        let mut routers = self.write();
        if routers.iter().any(|registered| registered.prefix == prefix) {
            return false;
        }
        let all = self.clone();
        let router = Router::new()
            .nest(prefix, router)
            // A fallback of the author's router takes precedence.
            .fallback(async move |request: Request| {
                all.unknown_route(request.method(), request.uri().path())
            });
        routers.push(Registered {
            prefix: prefix.to_owned(),
            router,
            routes: routes.to_vec(),
        });
        routers.sort_by(|a, b| (b.prefix.len(), &b.prefix).cmp(&(a.prefix.len(), &a.prefix)));
        true
    }

    pub(super) fn remove(&self, prefix: &str) {
        self.write()
            .retain(|registered| registered.prefix != prefix);
    }

    /// Drops all routers, which hold this value, and the author's error responses. Both may also hold contexts.
    pub(super) fn clear(&self) {
        self.write().clear();
        self.errors.clear();
    }

    /// Registered prefixes, in alphabetical order.
    #[cfg(feature = "testing")]
    pub(super) fn prefixes(&self) -> Vec<String> {
        let routers = self.read();
        let prefixes = routers.iter().map(|registered| registered.prefix.clone());
        let mut prefixes: Vec<_> = prefixes.collect();
        prefixes.sort();
        prefixes
    }

    fn find(&self, path: &str) -> Option<Router> {
        let routers = self.read();
        let mut routers = routers.iter();
        let found = routers.find(|registered| covers(&registered.prefix, path));
        found.map(|registered| registered.router.clone())
    }

    fn unknown_route(&self, method: &Method, path: &str) -> Response {
        let instead = self.instead_of(path);
        let text = format!("the plugin has no route {method} {path}{instead}");
        let body = ErrorBody::new(ErrorBodyCode::UnknownRoute, text);
        self.errors.response(StatusCode::NOT_FOUND, body)
    }

    /// Part of a message that names the route of nearly this path, or else the known routes; empty if none are known.
    fn instead_of(&self, path: &str) -> String {
        let routers = self.read();
        let mut known = routers.iter().flat_map(|registered| &registered.routes);
        // Express ignores letter case and a slash at the end, axum does not.
        let without_slash = path.trim_end_matches('/');
        if let Some(route) =
            known.find(|route| route.path != path && route.path.eq_ignore_ascii_case(without_slash))
        {
            return format!("; did you mean {}?", route.path);
        }
        let mut names = Vec::new();
        for Registered { prefix, routes, .. } in routers.iter().rev() {
            let routes_of = routes
                .iter()
                .map(|route| format!("{} {}", route.method, route.path));
            names.extend(routes_of);
            if routes.is_empty() && !covers(prefix, path) {
                names.push(format!("routes below {prefix}"));
            }
        }
        if let more @ 1.. = names.len().saturating_sub(LISTED_ROUTES) {
            names.truncate(LISTED_ROUTES);
            names.push(format!("{more} more"));
        }
        match names.is_empty() {
            true => String::new(),
            false => format!("; it has {}", names.join(", ")),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Registered>> {
        self.routers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<Registered>> {
        self.routers.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service<Request> for Routes {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let Some(router) = self.find(&path) else {
            let response = self.unknown_route(&method, &path);
            return Box::pin(async { Ok(response) });
        };
        let errors = self.errors.clone();
        let name = format!("the route {method} {path}");
        let response = router.oneshot(request);
        let response = self
            .instrumentation
            .instrument(format_args!("{name}"), response);
        let running = self.running.add(name);
        Box::pin(async move {
            let _running = running;
            // Without this, hyper would close the connection of a handler that panics.
            let response = AssertUnwindSafe(response).catch_unwind().await;
            let Ok(response) = response else {
                let text =
                    format!("the handler of {method} {path} panicked; the plugin's log says where");
                let body = ErrorBody::new(ErrorBodyCode::HandlerPanicked, text);
                return Ok(errors.response(StatusCode::INTERNAL_SERVER_ERROR, body));
            };
            response.map(|response| match is_default_405(&response) {
                true => method_not_allowed(&errors, &method, &path, response.headers()),
                false => response,
            })
        })
    }
}

/// Whether a response is the one of axum to a method without a handler.
///
/// A fallback of the router could send another one instead, but requests to it would not pass the author's middleware,
/// such as one for CORS.
fn is_default_405(response: &Response) -> bool {
    response.status() == StatusCode::METHOD_NOT_ALLOWED
        && response.headers().contains_key(ALLOW)
        && response.body().size_hint().exact() == Some(0)
}

fn method_not_allowed(
    errors: &ErrorResponses,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Response {
    let allowed = headers.get(ALLOW).and_then(|allowed| allowed.to_str().ok());
    let allowed = allowed.unwrap_or("others").replace(',', ", ");
    let text = format!("{path} does not take the method {method}; it takes {allowed}");
    let body = ErrorBody::new(ErrorBodyCode::MethodNotAllowed, text);
    errors.replacement(StatusCode::METHOD_NOT_ALLOWED, headers, body)
}

#[cfg(test)]
mod tests {
    use axum::Json;
    use axum::body::{Body, to_bytes};
    use axum::http::HeaderValue;
    use axum::middleware::map_response;
    use axum::response::IntoResponse as _;
    use axum::routing::get;
    use serde_json::{Value, json};

    use super::*;

    #[tokio::test]
    async fn requests_go_to_the_longest_prefix_with_relative_paths() {
        let routes = Routes::new(Instrumentation::default());
        let router = |text: &'static str| Router::new().route("/a", get(async move || text));
        assert!(routes.add("/api/x", router("outer"), &[]));
        assert!(routes.add("/api/x/admin", router("inner"), &[]));
        assert!(!routes.add("/api/x", Router::new(), &[]));
        for (path, status, body) in [
            ("/api/x/a", 200, "outer"),
            ("/api/x/admin/a", 200, "inner"),
            (
                "/api/x/admin",
                404,
                r#"{"error":"the plugin has no route GET /api/x/admin","code":"unknown-route"}"#,
            ),
            (
                "/api/xy/a",
                404,
                r#"{"error":"the plugin has no route GET /api/xy/a; it has routes below /api/x, routes below /api/x/admin","code":"unknown-route"}"#,
            ),
        ] {
            let response = request(&routes, Method::GET, path).await;
            assert_eq!(response, (status, body.to_owned()), "{path}");
        }
    }

    #[tokio::test]
    async fn errors_of_the_sdk_are_json_and_name_the_known_routes() {
        let routes = Routes::new(Instrumentation::default());
        let panics = get(async || -> &'static str { panic!("on purpose") });
        let router = Router::new().route("/", panics);
        assert!(routes.add("/p", router, &[known("/p"), known("/p/Log")]));
        assert!(routes.add("/p/admin", Router::new(), &[]));
        for (method, path, status, code, error) in [
            (
                Method::GET,
                "/p",
                500,
                "handler-panicked",
                "the handler of GET /p panicked; the plugin's log says where",
            ),
            (
                Method::PUT,
                "/p",
                405,
                "method-not-allowed",
                "/p does not take the method PUT; it takes GET, HEAD",
            ),
            (
                Method::GET,
                "/p/q",
                404,
                "unknown-route",
                "the plugin has no route GET /p/q; it has GET /p, GET /p/Log, routes below /p/admin",
            ),
            (
                Method::GET,
                "/p/log/",
                404,
                "unknown-route",
                "the plugin has no route GET /p/log/; did you mean /p/Log?",
            ),
        ] {
            let (answered, body) = request(&routes, method, path).await;
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(
                (answered, body),
                (status, json!({ "error": error, "code": code })),
                "{path}"
            );
        }
    }

    #[tokio::test]
    async fn an_unknown_route_has_the_first_known_ones_in_order() {
        let routes = Routes::new(Instrumentation::default());
        let many: Vec<_> = (0..LISTED_ROUTES)
            .map(|n| known(&format!("/b/{n}")))
            .collect();
        assert!(routes.add("/b", Router::new(), &many));
        assert!(routes.add("/a", Router::new(), &[known("/a/b"), known("/a/c")]));
        assert!(routes.add("/a/b", Router::new(), &[]));
        let (_, body) = request(&routes, Method::GET, "/b/x").await;
        let expected = "it has GET /a/b, GET /a/c, GET /b/0, GET /b/1, ";
        assert!(body.contains(expected), "{body}");
        assert!(body.contains("GET /b/17, 3 more\""), "{body}");
        // The route of this path is that of another router, so it is no suggestion.
        let (_, body) = request(&routes, Method::GET, "/a/b").await;
        assert!(!body.contains("did you mean"), "{body}");
    }

    #[tokio::test]
    async fn a_renderer_that_panics_is_replaced_by_json() {
        let routes = Routes::new(Instrumentation::default());
        assert!(routes.add("/p", Router::new(), &[]));
        routes
            .errors
            .set(Arc::new(|_, body| panic!("{}", body.error)));
        let expected = r#"{"error":"the plugin has no route GET /p","code":"unknown-route"}"#;
        let unknown = request(&routes, Method::GET, "/p").await;
        assert_eq!(unknown, (404, expected.to_owned()));
    }

    #[tokio::test]
    async fn a_wrong_method_passes_the_authors_middleware() {
        let routes = Routes::new(Instrumentation::default());
        let mark = map_response(async |mut response: Response| {
            let value = HeaderValue::from_static("passed");
            response.headers_mut().insert("x-middleware", value);
            response
        });
        let router = Router::new().route("/a", get(async || "a")).layer(mark);
        assert!(routes.add("/p", router, &[]));
        let request = Request::builder().method(Method::PUT).uri("/p/a");
        let request = request.body(Body::empty()).unwrap();
        let response = routes.clone().oneshot(request).await.unwrap();
        let headers = response.headers();
        assert_eq!(
            (&headers["x-middleware"], &headers[ALLOW]),
            (&"passed".parse().unwrap(), &"GET,HEAD".parse().unwrap())
        );
        assert_eq!(headers["content-type"], "application/json");
    }

    #[tokio::test]
    async fn a_fallback_of_the_author_and_a_renderer_replace_the_errors() {
        let routes = Routes::new(Instrumentation::default());
        let router = Router::new().route("/a", get(async || "a"));
        let own = router
            .clone()
            .fallback(async || (StatusCode::IM_A_TEAPOT, "mine"));
        assert!(routes.add("/own", own, &[]));
        assert!(routes.add("/p", router, &[]));
        routes.errors.set(Arc::new(|status, body| {
            (status, Json(json!({ "message": body.error }))).into_response()
        }));
        let teapot = request(&routes, Method::GET, "/own/nothing").await;
        assert_eq!(teapot, (418, "mine".to_owned()));
        let (status, body) = request(&routes, Method::PUT, "/p/a").await;
        let expected = r#"{"message":"/p/a does not take the method PUT; it takes GET, HEAD"}"#;
        assert_eq!((status, &*body), (405, expected));
    }

    fn known(path: &str) -> Route {
        Route {
            method: "GET".to_owned(),
            path: path.to_owned(),
            without_arguments: true,
        }
    }

    async fn request(routes: &Routes, method: Method, path: &str) -> (u16, String) {
        let request = Request::builder().method(method).uri(path);
        let request = request.body(Body::empty()).unwrap();
        let response = routes.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}
