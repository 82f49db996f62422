//! The one gate before every handler, proxy and upgrade.
//!
//! Any web page that the author visits can send requests to 127.0.0.1. Pages on other origins
//! are recognised by what browsers send (`Origin`, `Sec-Fetch-Site`), a page whose name was
//! rebound to 127.0.0.1 by its `Host`.

use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONTENT_LENGTH,
    HOST, ORIGIN, TRANSFER_ENCODING, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use stratos_transport::guard::Guard;
use subtle::ConstantTimeEq as _;

use crate::server::failure;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// Who may come in. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Gate(Arc<Rules>);

struct Rules {
    hosts: [String; 2],
    own_origins: [String; 2],
    /// Other origins that the project allows at this moment, as browsers spell them.
    origins: Arc<RwLock<Vec<String>>>,
    token: String,
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules")
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}

/// The answer to a request that must not come in.
type Refusal = (StatusCode, &'static str);

impl Gate {
    pub(crate) fn new(port: u16, origins: Arc<RwLock<Vec<String>>>, token: String) -> Self {
        let hosts = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{port}"));
        Self(Arc::new(Rules {
            own_origins: hosts.clone().map(|host| format!("http://{host}")),
            hosts,
            origins,
            token,
        }))
    }

    /// Why a request must not come in; otherwise the foreign origin that may read the answer.
    fn judge(&self, uri: &Uri, headers: &HeaderMap) -> Result<Option<HeaderValue>, Refusal> {
        let bad = |why| Err((StatusCode::BAD_REQUEST, why));
        let forbidden = |why| Err((StatusCode::FORBIDDEN, why));

        if uri.scheme().is_some() || uri.authority().is_some() {
            return bad("the request target must be a path");
        }
        if !is_plain_path(uri.path()) {
            return bad("the path has an encoded slash, dot segment or control character");
        }
        if headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH) {
            return bad("a body has either a Content-Length or a Transfer-Encoding");
        }
        let Some(host) = only(headers, HOST).and_then(|host| host.to_str().ok()) else {
            return bad("exactly one Host header is needed");
        };
        if !self
            .0
            .hosts
            .iter()
            .any(|ours| ours.eq_ignore_ascii_case(host))
        {
            return forbidden(
                "this Host is not the shell's: use 127.0.0.1 or localhost with its port",
            );
        }
        if headers.contains_key(ORIGIN) {
            let origin = only(headers, ORIGIN);
            let text = origin
                .and_then(|origin| origin.to_str().ok())
                .unwrap_or_default();
            if self.0.own_origins.iter().any(|own| own == text) {
                return Ok(None);
            }
            let origins = self.0.origins.read();
            let origins = origins.unwrap_or_else(PoisonError::into_inner);
            if origins.iter().any(|allowed| allowed == text) {
                return Ok(origin.cloned());
            }
            return forbidden(
                "this Origin may not call the shell: add it to `[dev] origins` in stratos.toml",
            );
        }
        let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
        if matches!(site, Some(site) if site != b"same-origin" && site != b"none") {
            return forbidden("pages of other sites may not call the shell");
        }
        Ok(None)
    }

    /// Whether a request carries the control API's token.
    fn has_token(&self, headers: &HeaderMap) -> bool {
        only(headers, AUTHORIZATION)
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
            .is_some_and(|token| token.ct_eq(self.0.token.as_bytes()).into())
    }
}

/// Lets a request in, or answers why not.
pub(super) async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if !Guard::Gate.is_on() {
        return next.run(request).await;
    }
    let (mut response, reader) = match gate.judge(request.uri(), request.headers()) {
        Err((status, why)) => (failure(status, why), None),
        Ok(Some(origin)) if is_preflight(&request) => (preflight(request.headers()), Some(origin)),
        Ok(reader) => (next.run(request).await, reader),
    };
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.append(VARY, HeaderValue::from_static("origin"));
    // What a plugin says about other origins is not for it to decide here.
    headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    match reader {
        Some(origin) => {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
        None => {
            let same_origin = HeaderValue::from_static("same-origin");
            headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, same_origin);
        }
    }
    response
}

/// Lets a request into the control API, or answers why not.
pub(super) async fn guard_control(
    State(gate): State<Gate>,
    request: Request,
    next: Next,
) -> Response {
    if gate.has_token(request.headers()) {
        return next.run(request).await;
    }
    failure(
        StatusCode::UNAUTHORIZED,
        "the control API needs the token of `host.json` in the state folder, as `Authorization: Bearer`",
    )
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight(headers: &HeaderMap) -> Response {
    let methods = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
    let mut response = StatusCode::NO_CONTENT.into_response();
    response
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(wanted) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        response
            .headers_mut()
            .insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    response
}

/// A header's value if it occurs exactly once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// No spelling that one part of the chain could understand differently from another.
fn is_plain_path(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let encoded = ["%2e", "%2f", "%5c", "%00", "%0a", "%0d"];
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !encoded.iter().any(|part| lower.contains(part))
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(path: &str, pairs: &[(&str, &str)]) -> Result<bool, u16> {
        let gate = Gate::new(
            2066,
            Arc::new(RwLock::new(vec!["http://localhost:5173".to_owned()])),
            "t".to_owned(),
        );
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(
                name.parse::<HeaderName>().unwrap(),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        gate.judge(&path.parse().unwrap(), &headers)
            .map(|reader| reader.is_some())
            .map_err(|(status, _)| status.as_u16())
    }

    #[test]
    fn hosts() {
        for host in ["127.0.0.1:2066", "localhost:2066", "LOCALHOST:2066"] {
            assert_eq!(judge("/", &[("host", host)]), Ok(false), "{host}");
        }
        for host in [
            "127.0.0.1",
            "localhost",
            "localhost.:2066",
            "localhost6:2066",
            "127.1:2066",
            "0x7f.1:2066",
            "2130706433:2066",
            "[::1]:2066",
            "a.evil.test:2066",
            "127.0.0.1.evil.test:2066",
            "127.0.0.1:2066@evil.test",
            "127.0.0.1:2067",
            "",
            " 127.0.0.1:2066",
        ] {
            assert_eq!(judge("/", &[("host", host)]), Err(403), "{host}");
        }
        assert_eq!(judge("/", &[]), Err(400));
        assert_eq!(
            judge(
                "/",
                &[("host", "127.0.0.1:2066"), ("host", "127.0.0.1:2066")]
            ),
            Err(400)
        );
        assert_eq!(judge("/", &[("host", "n\u{e4}h:2066")]), Err(400));
    }

    #[test]
    fn origins() {
        let host = ("host", "127.0.0.1:2066");
        for (origin, expected) in [
            ("http://127.0.0.1:2066", Ok(false)),
            ("http://localhost:2066", Ok(false)),
            ("http://localhost:5173", Ok(true)),
            ("null", Err(403)),
            ("", Err(403)),
            ("https://127.0.0.1:2066", Err(403)),
            ("http://127.0.0.1:2066.evil.test", Err(403)),
            ("http://localhost:51730", Err(403)),
            ("http://user@localhost:5173", Err(403)),
            ("http://localhost:5173/", Err(403)),
            ("https://evil.test", Err(403)),
        ] {
            assert_eq!(
                judge("/", &[host, ("origin", origin)]),
                expected,
                "{origin}"
            );
        }
        let twice = [
            host,
            ("origin", "http://localhost:5173"),
            ("origin", "http://localhost:5173"),
        ];
        assert_eq!(judge("/", &twice), Err(403));
    }

    #[test]
    fn sites() {
        let host = ("host", "127.0.0.1:2066");
        for (site, expected) in [
            ("same-origin", Ok(false)),
            ("none", Ok(false)),
            ("same-site", Err(403)),
            ("cross-site", Err(403)),
            ("x", Err(403)),
        ] {
            assert_eq!(
                judge("/", &[host, ("sec-fetch-site", site)]),
                expected,
                "{site}"
            );
        }
        let allowed = [
            host,
            ("sec-fetch-site", "same-site"),
            ("origin", "http://localhost:5173"),
        ];
        assert_eq!(judge("/", &allowed), Ok(true));
    }

    #[test]
    fn targets() {
        let host = ("host", "127.0.0.1:2066");
        for path in ["/", "/api/my-plugin/fleet?x=1", "/a%20b"] {
            assert_eq!(judge(path, &[host]), Ok(false), "{path}");
        }
        for path in [
            "http://127.0.0.1:2066/",
            "/a/../b",
            "/..",
            "/./a",
            "/%2e%2e/a",
            "/a%2Fb",
            "/a%5cb",
            "/a%00",
            "//evil.test/a",
            "/a\\b",
        ] {
            assert_eq!(judge(path, &[host]), Err(400), "{path}");
        }
        let both = [
            host,
            ("content-length", "1"),
            ("transfer-encoding", "chunked"),
        ];
        assert_eq!(judge("/", &both), Err(400));
    }
}
