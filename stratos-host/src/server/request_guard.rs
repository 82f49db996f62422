//! The request guard: checks every request before a handler, the proxy or an upgrade sees it.
//!
//! Any web page that the user visits can send requests to 127.0.0.1. The guard recognizes pages of other origins by the
//! headers `Origin` and `Sec-Fetch-Site`, and DNS rebinding by `Host`.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONNECTION, HOST, ORIGIN, UPGRADE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use stratos_protocol::error_body::{ErrorBody, ErrorBodyCode};
use stratos_protocol::server::{RESERVED_PREFIX, covers};
use subtle::ConstantTimeEq as _;

use crate::config::Origin;
use crate::event::EventBus;
use crate::server::error_response::error_response;
use crate::server::ipc_websocket::IPC_PREFIX;
use crate::server::refused_origins::RefusedOrigins;
use crate::server::response_headers;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The rules of the request guard. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct RequestGuard(Arc<Rules>);

struct Rules {
    /// The accepted values of `Host`.
    hosts: [String; 2],
    /// The shell's own origins, as browsers write them in `Origin`.
    own_origins: [String; 2],
    /// The origins of `[dev] origins`, which change with `stratos.toml`.
    dev_origins: Arc<RwLock<Vec<Origin>>>,
    refused_origins: RefusedOrigins,
    /// The control API's bearer token.
    token: String,
}

/// The reason why the guard rejects a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rejection {
    status: StatusCode,
    pub(super) message: &'static str,
}

impl Rejection {
    const fn bad_request(message: &'static str) -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self { status, message }
    }

    const fn forbidden(message: &'static str) -> Self {
        let status = StatusCode::FORBIDDEN;
        Self { status, message }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let body = ErrorBody::new(ErrorBodyCode::RequestRefused, self.message);
        let mut response = error_response(self.status, body);
        // For the request log.
        response.extensions_mut().insert(self);
        response
    }
}

impl RequestGuard {
    pub(crate) fn new(
        port: u16,
        dev_origins: Arc<RwLock<Vec<Origin>>>,
        token: String,
        events: EventBus,
    ) -> Self {
        let hosts = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{port}"));
        // Browsers leave out the default port.
        let own_origins = hosts.each_ref().map(|host| match port {
            80 => format!("http://{}", host.trim_end_matches(":80")),
            _ => format!("http://{host}"),
        });
        Self(Arc::new(Rules {
            hosts,
            own_origins,
            dev_origins,
            refused_origins: RefusedOrigins::new(events),
            token,
        }))
    }

    /// Passes an accepted request on, and sets the headers of the response.
    pub(super) async fn apply(
        &self,
        request: Request,
        next: impl AsyncFnOnce(Request) -> Response,
    ) -> Response {
        let wants_upgrade = request.headers().contains_key(UPGRADE);
        let checked = self.check(request.method(), request.uri(), request.headers());
        let (mut response, origin) = match checked {
            Err(rejection) => (rejection.into_response(), None),
            Ok(Some(origin)) if is_preflight(&request) => {
                let response = response_headers::preflight(request.headers());
                (response, Some(origin))
            }
            Ok(origin) => (next(request).await, origin),
        };
        if wants_upgrade && response.status() != StatusCode::SWITCHING_PROTOCOLS {
            // The bytes after this request may belong to the other protocol.
            let headers = response.headers_mut();
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response_headers::set_headers(&mut response, origin);
        response
    }

    /// Checks a request. Returns its `Origin` if it has one, which is then allowed to read the response.
    fn check(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Option<HeaderValue>, Rejection> {
        check_target(method, uri)?;
        self.check_host(headers)?;
        let origin = self.check_origin(uri, headers)?;
        if origin.is_none() {
            check_fetch_site(headers)?;
        }
        Ok(origin)
    }

    fn check_host(&self, headers: &HeaderMap) -> Result<(), Rejection> {
        let host = single(headers, HOST).and_then(|host| host.to_str().ok());
        let host = host.filter(|host| is_host(host));
        let host = host.ok_or(Rejection::bad_request(
            "exactly one valid Host header is required",
        ))?;
        let mut hosts = self.0.hosts.iter();
        match hosts.any(|own| own.eq_ignore_ascii_case(host)) {
            true => Ok(()),
            false => Err(Rejection::forbidden(
                "this Host is not the shell's: use 127.0.0.1 or localhost with its port",
            )),
        }
    }

    fn check_origin(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Option<HeaderValue>, Rejection> {
        if !headers.contains_key(ORIGIN) {
            return Ok(None);
        }
        let value = single(headers, ORIGIN);
        let text = value.and_then(|origin| origin.to_str().ok());
        let (Some(value), Some(text)) = (value, text) else {
            return Err(Rejection::forbidden(
                "a request has at most one Origin, of ASCII characters",
            ));
        };
        if self.0.own_origins.iter().any(|own| own == text) {
            return Ok(Some(value.clone()));
        }
        let allowed = self.0.dev_origins.read();
        let allowed = allowed.unwrap_or_else(PoisonError::into_inner);
        if !allowed.iter().any(|origin| origin.as_str() == text) {
            let message = self.0.refused_origins.refuse(text, &allowed);
            return Err(Rejection::forbidden(message));
        }
        if is_reserved(uri.path()) {
            return Err(Rejection::forbidden(
                "pages of `[dev] origins` may call plugins, but not the control API",
            ));
        }
        Ok(Some(value.clone()))
    }

    /// Whether a request carries the control API's token.
    fn has_token(&self, headers: &HeaderMap) -> bool {
        single(headers, AUTHORIZATION)
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
            .is_some_and(|token| token.ct_eq(self.0.token.as_bytes()).into())
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}

/// Middleware for the control API: passes a request with the token on.
pub(super) async fn require_token(
    State(guard): State<RequestGuard>,
    request: Request,
    next: Next,
) -> Response {
    if guard.has_token(request.headers()) {
        return next.run(request).await;
    }
    let text = "the control API needs the token of `host.json` in the state folder, as `Authorization: Bearer`";
    let body = ErrorBody::new(ErrorBodyCode::RequestRefused, text);
    error_response(StatusCode::UNAUTHORIZED, body)
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn check_target(method: &Method, uri: &Uri) -> Result<(), Rejection> {
    // A proxy's requests: CONNECT, or a target with an address in it.
    if method == Method::CONNECT || uri.scheme().is_some() || uri.authority().is_some() {
        return Err(Rejection::bad_request("the request target must be a path"));
    }
    match is_plain_path(uri.path()) {
        true => Ok(()),
        false => Err(Rejection::bad_request(
            "the path has an empty or dot segment, or an encoded slash, dot or control character",
        )),
    }
}

/// Checks a request without an `Origin`, such as another site's page sends for an image or a script.
fn check_fetch_site(headers: &HeaderMap) -> Result<(), Rejection> {
    let sites = headers.get_all(SEC_FETCH_SITE);
    let mut sites = sites.iter().map(HeaderValue::as_bytes);
    match sites.all(|site| matches!(site, b"same-origin" | b"none")) {
        true => Ok(()),
        false => Err(Rejection::forbidden(
            "pages of other sites may not call the shell; an image or a script of an allowed origin needs `crossorigin`",
        )),
    }
}

/// The value of a header that occurs exactly once.
fn single(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// Whether a `Host` header consists of characters of a host name or an address, and perhaps a port.
fn is_host(host: &str) -> bool {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || "-._~:[]".contains(c);
    !host.is_empty() && host.chars().all(is_valid)
}

/// Whether a path is below the shell's reserved prefix. The IPC of plugins' UIs is an exception.
fn is_reserved(path: &str) -> bool {
    covers(RESERVED_PREFIX, path) && !path.starts_with(IPC_PREFIX)
}

/// Whether a path has no part that another program may normalize or decode differently.
fn is_plain_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.contains("//")
        && !path.contains('\\')
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
        && path.split('%').skip(1).all(is_plain_escape)
}

/// Whether the text after a `%` begins with the code of a character that stands for itself in a path.
fn is_plain_escape(rest: &str) -> bool {
    let code = rest.as_bytes().first_chunk();
    code.is_some_and(|code: &[u8; 2]| {
        code.iter().all(u8::is_ascii_hexdigit)
            && !matches!(
                &code.map(|digit| digit.to_ascii_lowercase()),
                b"2e" | b"2f" | b"5c" | b"00" | b"0a" | b"0d"
            )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the request's page may read the response, or the rejection's status.
    fn check(path: &str, pairs: &[(&str, &str)]) -> Result<bool, u16> {
        let allowed = "http://localhost:5173".parse().unwrap();
        let allowed = Arc::new(RwLock::new(vec![allowed]));
        let guard = RequestGuard::new(2066, allowed, "t".to_owned(), EventBus::default());
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(
                name.parse::<HeaderName>().unwrap(),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        guard
            .check(&Method::GET, &path.parse().unwrap(), &headers)
            .map(|origin| origin.is_some())
            .map_err(|rejection| rejection.status.as_u16())
    }

    #[test]
    fn one_foreign_site_among_several_is_rejected() {
        let host = ("host", "127.0.0.1:2066");
        let (none, foreign) = (("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site"));
        assert_eq!(check("/", &[host, none]), Ok(false));
        assert_eq!(check("/", &[host, none, foreign]), Err(403));
    }

    #[test]
    fn dev_origins_may_call_plugins_and_their_ipc_only() {
        let host = ("host", "127.0.0.1:2066");
        for (path, allowed) in [
            ("/", Ok(true)),
            ("/api/a", Ok(true)),
            ("/__stratos/ipc/a", Ok(true)),
            ("/__stratosphere", Ok(true)),
            ("/__stratos", Err(403)),
            ("/__stratos/", Err(403)),
            ("/__stratos/ipc", Err(403)),
            ("/__stratos/api/v1/plugins", Err(403)),
        ] {
            let foreign = check(path, &[host, ("origin", "http://localhost:5173")]);
            assert_eq!(foreign, allowed, "{path}");
            let own = check(path, &[host, ("origin", "http://localhost:2066")]);
            assert_eq!(own, Ok(true), "{path}");
        }
    }

    #[test]
    fn own_origins_leave_out_the_default_port() {
        let guard = RequestGuard::new(80, Arc::default(), "t".to_owned(), EventBus::default());
        assert_eq!(
            guard.0.own_origins,
            ["http://127.0.0.1", "http://localhost"]
        );
    }
}
