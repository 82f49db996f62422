//! The one gate before every handler, proxy and upgrade.
//!
//! Any web page that the author visits can send requests to 127.0.0.1. Pages on other origins
//! are recognised by what browsers send (`Origin`, `Sec-Fetch-Site`), a page whose name was
//! rebound to 127.0.0.1 by its `Host`.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONNECTION, HOST, ORIGIN, UPGRADE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;
use stratos_protocol::server::{RESERVED_PREFIX, covers};
use stratos_transport::guard::Guard;
use subtle::ConstantTimeEq as _;

use crate::origin::Origin;
use crate::server::head::Refusal;
use crate::server::wire::{INSTEAD_METHOD, Verdict};
use crate::server::{answer, failure};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Who may come in. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Gate(Arc<Rules>);

struct Rules {
    hosts: [String; 2],
    own_origins: [String; 2],
    /// Other origins that the project allows at this moment.
    origins: Arc<RwLock<Vec<Origin>>>,
    token: String,
}

/// Whose page asks, as far as its browser says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Visitor {
    /// No page, as far as one can see, or one of the shell itself.
    Nobody,
    /// A page of the shell or of an origin that the project allows, which may read the answer.
    Page(HeaderValue),
}

impl Gate {
    pub(crate) fn new(port: u16, origins: Arc<RwLock<Vec<Origin>>>, token: String) -> Self {
        let hosts = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{port}"));
        // As browsers spell it.
        let own_origins = hosts.each_ref().map(|host| match port {
            80 => format!("http://{}", host.trim_end_matches(":80")),
            _ => format!("http://{host}"),
        });
        Self(Arc::new(Rules {
            hosts,
            own_origins,
            origins,
            token,
        }))
    }

    /// Who asks, or why the request must not come in.
    fn judge(&self, uri: &Uri, headers: &HeaderMap) -> Result<Visitor, Refusal> {
        self.check_target(uri)?;
        self.check_host(headers)?;
        let visitor = self.check_origin(uri, headers)?;
        if visitor == Visitor::Nobody {
            check_site(headers)?;
        }
        Ok(visitor)
    }

    fn check_target(&self, uri: &Uri) -> Result<(), Refusal> {
        if !Guard::Path.is_on() {
            return Ok(());
        }
        if uri.scheme().is_some() || uri.authority().is_some() {
            return Err(Refusal::bad("the request target must be a path"));
        }
        match is_plain_path(uri.path()) {
            true => Ok(()),
            false => Err(Refusal::bad(
                "the path has an empty or dot segment, or an encoded slash, dot or control character",
            )),
        }
    }

    fn check_host(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        if !Guard::Host.is_on() {
            return Ok(());
        }
        let host = only(headers, HOST).and_then(|host| host.to_str().ok());
        let host = host.filter(|host| is_host(host));
        let host = host.ok_or(Refusal::bad("exactly one Host header is needed"))?;
        let mut ours = self.0.hosts.iter();
        match ours.any(|ours| ours.eq_ignore_ascii_case(host)) {
            true => Ok(()),
            false => Err(forbidden(
                "this Host is not the shell's: use 127.0.0.1 or localhost with its port",
            )),
        }
    }

    fn check_origin(&self, uri: &Uri, headers: &HeaderMap) -> Result<Visitor, Refusal> {
        if !headers.contains_key(ORIGIN) {
            return Ok(Visitor::Nobody);
        }
        let value = only(headers, ORIGIN);
        let text = value.and_then(|origin| origin.to_str().ok());
        let (Some(value), Some(text)) = (value, text) else {
            return Err(forbidden("a request has one Origin at most"));
        };
        let page = || Ok(Visitor::Page(value.clone()));
        if self.0.own_origins.iter().any(|own| own == text) {
            return page();
        }
        let origins = self.0.origins.read();
        let origins = origins.unwrap_or_else(PoisonError::into_inner);
        let is_allowed = origins.iter().any(|allowed| allowed.as_str() == text);
        if !is_allowed && Guard::Origin.is_on() {
            return Err(forbidden(
                "this Origin may not call the shell: add it to `[dev] origins` in stratos.toml",
            ));
        }
        if is_control(uri.path()) && Guard::ControlOrigin.is_on() {
            return Err(forbidden(
                "pages of `[dev] origins` may call plugins, but not the control API",
            ));
        }
        page()
    }

    /// Whether a request carries the control API's token.
    fn has_token(&self, headers: &HeaderMap) -> bool {
        only(headers, AUTHORIZATION)
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

/// Lets a request in, or answers why not.
pub(super) async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if !Guard::Gate.is_on() {
        return next.run(request).await;
    }
    let verdict = request.extensions().get::<Verdict>().cloned();
    let verdict = verdict.unwrap_or_default();
    let wants_upgrade = request.headers().contains_key(UPGRADE);
    let judged = match verdict.of_head() {
        Some(refusal) if request.method() == INSTEAD_METHOD => Err(refusal),
        _ => gate.judge(request.uri(), request.headers()),
    };
    let (mut response, visitor) = match judged {
        Err(refusal) => (refuse(refusal), Visitor::Nobody),
        Ok(visitor @ Visitor::Page(_)) if is_preflight(&request) => {
            (answer::preflight(request.headers()), visitor)
        }
        Ok(visitor) => (next.run(request).await, visitor),
    };
    if let Some(refusal) = verdict.of_body() {
        response = refuse(refusal);
    }
    if wants_upgrade && response.status() != StatusCode::SWITCHING_PROTOCOLS {
        // What follows on the connection was meant for the other protocol.
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer::finish(&mut response, visitor);
    response
}

/// Lets a request into the control API, or answers why not.
pub(super) async fn guard_control(
    State(gate): State<Gate>,
    request: Request,
    next: Next,
) -> Response {
    if gate.has_token(request.headers()) || !Guard::Token.is_on() {
        return next.run(request).await;
    }
    failure(
        StatusCode::UNAUTHORIZED,
        "the control API needs the token of `host.json` in the state folder, as `Authorization: Bearer`",
    )
}

fn forbidden(why: &'static str) -> Refusal {
    Refusal {
        status: StatusCode::FORBIDDEN,
        why,
    }
}

fn refuse(refusal: Refusal) -> Response {
    failure(refusal.status, refusal.why)
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Other sites' pages load images and scripts without an `Origin`.
fn check_site(headers: &HeaderMap) -> Result<(), Refusal> {
    let sites = headers.get_all(SEC_FETCH_SITE);
    let mut sites = sites.iter().map(HeaderValue::as_bytes);
    let is_ours = sites.all(|site| matches!(site, b"same-origin" | b"none"));
    if is_ours || !Guard::FetchMetadata.is_on() {
        return Ok(());
    }
    Err(forbidden(
        "pages of other sites may not call the shell; an image or a script of an allowed origin needs `crossorigin`",
    ))
}

/// A header's value if it occurs exactly once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// Whether this could be somebody's name or address, with a port perhaps.
fn is_host(host: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:[]".contains(c);
    !host.is_empty() && host.chars().all(plain)
}

/// What is the shell's own, except for what a plugin's UI needs.
fn is_control(path: &str) -> bool {
    covers(RESERVED_PREFIX, path) && !path.starts_with("/__stratos/ipc/")
}

/// No spelling that one part of the chain could understand differently from another.
fn is_plain_path(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let encoded = ["%2e", "%2f", "%5c", "%00", "%0a", "%0d"];
    let is_escape = |rest: &[u8]| rest.len() >= 2 && rest[..2].iter().all(u8::is_ascii_hexdigit);
    path.starts_with('/')
        && !path.contains("//")
        && !path.contains('\\')
        && !encoded.iter().any(|part| lower.contains(part))
        && lower
            .split('%')
            .skip(1)
            .all(|rest| is_escape(rest.as_bytes()))
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a page asks that may read the answer, or the refusal's status.
    fn judge(path: &str, pairs: &[(&str, &str)]) -> Result<bool, u16> {
        let allowed = "http://localhost:5173".parse().unwrap();
        let gate = Gate::new(2066, Arc::new(RwLock::new(vec![allowed])), "t".to_owned());
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(
                name.parse::<HeaderName>().unwrap(),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        gate.judge(&path.parse().unwrap(), &headers)
            .map(|visitor| visitor != Visitor::Nobody)
            .map_err(|refusal| refusal.status.as_u16())
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
            "127.0.0.1:2067",
            "127.0.0.1:02066",
        ] {
            assert_eq!(judge("/", &[("host", host)]), Err(403), "{host}");
        }
        for host in [
            "",
            " 127.0.0.1:2066",
            "127.0.0.1:2066@evil.test",
            "127.0.0.1:2066/",
            "127.0.0.1:2066, evil.test",
            "n\u{e4}h:2066",
        ] {
            assert_eq!(judge("/", &[("host", host)]), Err(400), "{host}");
        }
        assert_eq!(judge("/", &[]), Err(400));
        let host = ("host", "127.0.0.1:2066");
        assert_eq!(judge("/", &[host, host]), Err(400));
    }

    #[test]
    fn origins() {
        let host = ("host", "127.0.0.1:2066");
        for (origin, expected) in [
            ("http://127.0.0.1:2066", Ok(true)),
            ("http://localhost:2066", Ok(true)),
            ("http://localhost:5173", Ok(true)),
            ("null", Err(403)),
            ("", Err(403)),
            ("https://127.0.0.1:2066", Err(403)),
            ("http://127.0.0.1:2066.evil.test", Err(403)),
            ("http://localhost:51730", Err(403)),
            ("http://LOCALHOST:5173", Err(403)),
            ("http://user@localhost:5173", Err(403)),
            ("http://localhost:5173/", Err(403)),
            ("https://evil.test", Err(403)),
        ] {
            let asked = judge("/api/a", &[host, ("origin", origin)]);
            assert_eq!(asked, expected, "{origin}");
        }
        let allowed = ("origin", "http://localhost:5173");
        assert_eq!(judge("/api/a", &[host, allowed, allowed]), Err(403));
    }

    #[test]
    fn allowed_origins_have_plugins_and_their_ipc_only() {
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
            let foreign = judge(path, &[host, ("origin", "http://localhost:5173")]);
            assert_eq!(foreign, allowed, "{path}");
            let own = judge(path, &[host, ("origin", "http://localhost:2066")]);
            assert_eq!(own, Ok(true), "{path}");
        }
    }

    #[test]
    fn a_default_port_is_not_spelled() {
        let gate = Gate::new(80, Arc::default(), "t".to_owned());
        assert_eq!(gate.0.own_origins, ["http://127.0.0.1", "http://localhost"]);
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
            let asked = judge("/", &[host, ("sec-fetch-site", site)]);
            assert_eq!(asked, expected, "{site}");
        }
        let both = [
            host,
            ("sec-fetch-site", "none"),
            ("sec-fetch-site", "cross-site"),
        ];
        assert_eq!(judge("/", &both), Err(403));
        let origin = ("origin", "http://localhost:5173");
        let allowed = [host, ("sec-fetch-site", "same-site"), origin];
        assert_eq!(judge("/", &allowed), Ok(true));
    }

    #[test]
    fn targets() {
        let host = ("host", "127.0.0.1:2066");
        for path in ["/", "/api/my-plugin/fleet?x=//..%2e", "/a%20b", "/a.b/..c"] {
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
            "/a%",
            "/a%2",
            "/a%zz",
            "/a%u002e",
            "//evil.test/a",
            "/a//b",
            "/a//",
            "/a\\b",
        ] {
            assert_eq!(judge(path, &[host]), Err(400), "{path}");
        }
    }
}
