//! What the bytes of a request's head say, if everybody reads the same in them.
//!
//! HTTP libraries forgive: hyper takes a bare line feed for a line's end, cuts `#` and what follows off a target, and
//! lets `Transfer-Encoding` win over `Content-Length`. Where two programs forgive differently, one of them sees a
//! request that the other does not. So nothing is forgiven here, and nothing is repaired.

use axum::http::StatusCode;
use httparse::{EMPTY_HEADER, Request};

/// The largest head of a request: 32 KiB.
pub(super) const HEAD_BYTES: usize = 32 * 1024;
/// The most header lines.
pub(super) const HEADER_LINES: usize = 100;

/// Why a request is not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) why: &'static str,
}

/// What follows a request's head on its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) body: Body,
    /// Whether it may become another protocol, so that what comes after the body is no request.
    pub(super) upgrades: bool,
}

/// How long a request's body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    Length(u64),
    Chunked,
}

impl Refusal {
    pub(super) const fn bad(why: &'static str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            why,
        }
    }

    pub(super) const TOO_LARGE: Self = Self {
        status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        why: "the head of a request has at most 32 KiB and 100 lines",
    };
}

/// Reads a head whose lines end as they must, up to and with its empty line.
pub(super) fn read(bytes: &[u8]) -> Result<Head, Refusal> {
    let mut headers = [EMPTY_HEADER; HEADER_LINES];
    let mut request = Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(status) if status.is_complete() => {}
        Err(httparse::Error::TooManyHeaders) => return Err(Refusal::TOO_LARGE),
        _ => return Err(Refusal::bad("this is not a request of HTTP/1.1")),
    }
    if request.method == Some("CONNECT") {
        return Err(Refusal::bad("the shell is no proxy"));
    }
    check_target(request.path.unwrap_or_default())?;
    let values = |name: &'static str| {
        let named = request.headers.iter();
        named
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value)
    };
    for value in values("connection") {
        check_connection(value)?;
    }
    let mut lengths = values("content-length");
    let mut encodings = values("transfer-encoding");
    let body = match (lengths.next(), encodings.next()) {
        (None, None) => Body::Length(0),
        (Some(length), None) => Body::Length(parse_length(length)?),
        (None, Some(b"chunked")) if request.version == Some(1) => Body::Chunked,
        (None, Some(_)) => {
            return Err(Refusal::bad(
                "the only Transfer-Encoding is `chunked`, in HTTP/1.1",
            ));
        }
        (Some(_), Some(_)) => {
            let why = "a body has either a Content-Length or a Transfer-Encoding";
            return Err(Refusal::bad(why));
        }
    };
    if lengths.next().is_some() || encodings.next().is_some() {
        return Err(Refusal::bad("a body has one length"));
    }
    let upgrades = values("upgrade").next().is_some();
    Ok(Head { body, upgrades })
}

/// A path, perhaps with a query. An address, `*` or a host would make us a proxy.
fn check_target(target: &str) -> Result<(), Refusal> {
    if !target.starts_with('/') {
        return Err(Refusal::bad("the request target must be a path"));
    }
    if target.contains('#') {
        return Err(Refusal::bad("a request target has no `#`"));
    }
    if !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Refusal::bad(
            "a request target has ASCII characters only: percent-encode the others",
        ));
    }
    Ok(())
}

/// What `Connection` names is removed on the way to the plugin, so it must not name what the plugin has to see.
fn check_connection(value: &[u8]) -> Result<(), Refusal> {
    const OF_THE_CONNECTION: [&[u8]; 7] = [
        b"",
        b"close",
        b"keep-alive",
        b"upgrade",
        b"te",
        b"trailer",
        b"http2-settings",
    ];
    let mut names = value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    let is_ours = |name: &[u8]| {
        OF_THE_CONNECTION
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    match names.all(is_ours) {
        true => Ok(()),
        false => Err(Refusal::bad(
            "`Connection` names a header that is not about the connection",
        )),
    }
}

fn parse_length(value: &[u8]) -> Result<u64, Refusal> {
    let digits = std::str::from_utf8(value).ok();
    digits
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .ok_or(Refusal::bad("a Content-Length is a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &str) -> Result<Head, u16> {
        let text = format!("{}\r\n\r\n", lines.replace('\n', "\r\n"));
        read(text.as_bytes()).map_err(|refusal| refusal.status.as_u16())
    }

    fn plain(length: u64) -> Result<Head, u16> {
        Ok(Head {
            body: Body::Length(length),
            upgrades: false,
        })
    }

    #[test]
    fn bodies_have_one_length() {
        assert_eq!(check("GET / HTTP/1.1\nhost: a"), plain(0));
        assert_eq!(check("GET /?a=b HTTP/1.0"), plain(0));
        assert_eq!(check("POST / HTTP/1.1\nCONTENT-LENGTH:  7 "), plain(7));
        assert_eq!(check("POST / HTTP/1.1\ncontent-length: 0"), plain(0));
        let chunked = Head {
            body: Body::Chunked,
            upgrades: false,
        };
        assert_eq!(
            check("POST / HTTP/1.1\ntransfer-encoding: chunked"),
            Ok(chunked)
        );
        let upgrade = Head {
            body: Body::Length(0),
            upgrades: true,
        };
        assert_eq!(
            check("GET / HTTP/1.1\nconnection: Upgrade\nupgrade: websocket"),
            Ok(upgrade)
        );
        for lines in [
            "content-length: 1\ntransfer-encoding: chunked",
            "transfer-encoding: chunked\ncontent-length: 1",
            "content-length: 1\ncontent-length: 1",
            "content-length: 1\ncontent-length: 2",
            "content-length: 1, 1",
            "content-length: +1",
            "content-length: -1",
            "content-length: 0x1",
            "content-length:",
            "content-length: 18446744073709551616",
            "transfer-encoding: chunked\ntransfer-encoding: chunked",
            "transfer-encoding: chunked, identity",
            "transfer-encoding: identity",
            "transfer-encoding: gzip, chunked",
            "transfer-encoding: Chunked",
            "transfer-encoding: \u{b}chunked",
            "transfer-encoding : chunked",
            "transfer-encoding:",
            "a: b\n transfer-encoding: chunked",
            "connection: close, content-length",
            "connection: origin",
        ] {
            assert_eq!(
                check(&format!("POST / HTTP/1.1\n{lines}")),
                Err(400),
                "{lines}"
            );
        }
        assert_eq!(
            check("POST / HTTP/1.0\ntransfer-encoding: chunked"),
            Err(400)
        );
    }

    #[test]
    fn targets_are_paths() {
        for line in [
            "GET http://a.test/ HTTP/1.1",
            "GET a.test:80 HTTP/1.1",
            "CONNECT a.test:80 HTTP/1.1",
            "CONNECT / HTTP/1.1",
            "OPTIONS * HTTP/1.1",
            "GET /a#b HTTP/1.1",
            "GET /\u{e4} HTTP/1.1",
            "GET  / HTTP/1.1",
            "GET / HTTP/1.2",
            "GET / HTTP/2.0",
            "GET /",
            "PRI * HTTP/2.0",
            "G\u{7f}T / HTTP/1.1",
            "",
        ] {
            assert_eq!(check(line), Err(400), "{line}");
        }
    }

    #[test]
    fn the_number_of_lines_is_bounded() {
        let lines = |number: usize| format!("GET / HTTP/1.1{}", "\na: b".repeat(number));
        assert_eq!(check(&lines(HEADER_LINES)), plain(0));
        assert_eq!(check(&lines(HEADER_LINES + 1)), Err(431));
    }
}
