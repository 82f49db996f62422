//! Bytes in which one program sees one request and another sees two.

use crate::raw::{answer, converse, seen, shell};

/// A request's head after its first two lines, and its body; `NEXT` is a request for the plugin that must stay a body.
const UNCLEAR: &[&str] = &[
    "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nNEXT",
    "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
    "Content-Length: 0\r\nTransfer-Encoding: identity\r\n\r\nNEXT",
    "Content-Length: 0\r\nContent-Length: 5\r\n\r\nNEXT",
    "Content-Length: 5\r\nContent-Length: 0\r\n\r\nNEXT",
    "Content-Length: 0\r\nContent-Length: 0\r\n\r\nNEXT",
    "Content-Length: 0, 5\r\n\r\nNEXT",
    "Content-Length: +0\r\n\r\nNEXT",
    "Content-Length: -1\r\n\r\nNEXT",
    "Content-Length: 0x0\r\n\r\nNEXT",
    "Content-Length: 0 0\r\n\r\nNEXT",
    "Content-Length: 00000000000000000000000000000000000000000000000000000000000000000000000000000 \u{b}\r\n\r\nNEXT",
    "Content-Length: 99999999999999999999\r\n\r\nNEXT",
    "Content-Length:\r\n\r\nNEXT",
    "Content-Length : 0\r\n\r\nNEXT",
    "Content-Length\t: 0\r\n\r\nNEXT",
    "Content\u{0}-Length: 0\r\n\r\nNEXT",
    "Content-Length: 0\r\n\tContent-Length: 5\r\n\r\nNEXT",
    "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: identity\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: chunkedx\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding:\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\nNEXT",
    " Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: \u{b}chunked\r\n\r\n0\r\n\r\nNEXT",
    "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
    "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
    "X: y\n\nNEXT",
    "X: y\r\n\nNEXT",
    "X: y\n\r\nNEXT",
    "X\r\n\r\nNEXT",
    ": y\r\n\r\nNEXT",
    "X: \u{0}\r\n\r\nNEXT",
    "Connection: content-length\r\nContent-Length: 0\r\n\r\nNEXT",
    "Connection: keep-alive, transfer-encoding\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
    "Connection: host\r\n\r\nNEXT",
    "Connection: close, Origin\r\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n0\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n1\r\nx\n0\r\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n1\r\nx0\r\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n-1\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n 1\r\nx\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n1;a\nb\r\nx\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n1;a\rb\r\nx\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n0\r\n X: y\r\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\n\r\nNEXT",
];

/// One request each, whatever follows them.
const CLEAR: &[&str] = &[
    "Content-Length: 00\r\n\r\n",
    "Content-Length: 3\r\n\r\na\nb",
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n003;a=\"b\"\r\na\nb\r\n0\r\nX: y\r\n\r\n",
    "Expect: nothing\r\nContent-Length: 0\r\n\r\n",
];

/// Ways to say what follows is no request; it is not answered, or as the body that it is.
const SWALLOWING: &[(&str, u16)] = &[
    ("Connection: close\r\nContent-Length: 0\r\n\r\nNEXT", 200),
    (
        "Connection: close\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\nNEXT",
        200,
    ),
    (
        "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\nNEXT",
        200,
    ),
    (
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\nNEXT",
        200,
    ),
    (
        "Upgrade: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
        200,
    ),
];

#[test]
fn what_is_unclear_is_refused_and_nothing_is_smuggled() {
    let (_plugins, shell) = shell();
    let host = shell.address;
    let mut case = 0;
    for (path, inside) in [("/api/sample/echo", 200), ("/", 405)] {
        let mut send = |rest: &str| {
            case += 1;
            let next = format!(
                "GET /api/sample/hello/x HTTP/1.1\r\nHost: {host}\r\nCase: {case}-next\r\nConnection: close\r\n\r\n"
            );
            let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nCase: {case}\r\n");
            let rest = rest.replace("NEXT", &next);
            let said = converse(host, format!("{head}{rest}").as_bytes());
            let seen = seen(host, "/api/sample");
            let has = |name: String| seen.contains(&name);
            let answers = said.matches("HTTP/1.1 ").count();
            (
                answer(said.as_bytes()),
                answers,
                has(case.to_string()),
                has(format!("{case}-next")),
            )
        };
        for rest in UNCLEAR {
            let (answer, answers, _, next) = send(rest);
            assert_eq!(
                (answer.status, answers, next),
                (400, 1, false),
                "{path} {rest:?}: {answer:?}"
            );
            assert!(answer.body.contains("error"), "{rest:?}: {answer:?}");
        }
        for rest in CLEAR {
            let (answer, answers, first, next) = send(&format!("{rest}NEXT"));
            let found = (answer.status, answers, first, next);
            assert_eq!(found, (inside, 2, inside == 200, true), "{path} {rest:?}");
        }
        for (rest, status) in SWALLOWING {
            let (answer, answers, _, next) = send(rest);
            let status = if inside == 200 { *status } else { inside };
            assert_eq!(
                (answer.status, answers, next),
                (status, 1, false),
                "{path} {rest:?}"
            );
        }
    }
    println!("{case} conversations, nothing smuggled");
}

#[test]
fn heads_are_bounded() {
    let (_plugins, shell) = shell();
    let host = shell.address;
    let get = |target: &str, rest: &str| {
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{rest}\r\n");
        answer(converse(host, request.as_bytes()).as_bytes()).status
    };
    let path = "/api/sample/hello/x";
    assert_eq!(get(path, &"a: b\r\n".repeat(98)), 200);
    assert_eq!(get(path, &"a: b\r\n".repeat(99)), 431);
    assert_eq!(get(path, &format!("a: {}\r\n", "x".repeat(31 * 1024))), 200);
    assert_eq!(get(path, &format!("a: {}\r\n", "x".repeat(33 * 1024))), 431);
    assert_eq!(get(&format!("{path}?{}", "x".repeat(31 * 1024)), ""), 200);
    assert_eq!(get(&format!("{path}?{}", "x".repeat(33 * 1024)), ""), 431);
    let endless = converse(host, &b"x".repeat(1024 * 1024));
    assert_eq!(answer(endless.as_bytes()).status, 431);
}

#[test]
fn other_protocols_and_methods_get_sensible_answers() {
    let (_plugins, shell) = shell();
    let host = shell.address;
    let status = |text: &str| answer(converse(host, text.as_bytes()).as_bytes()).status;
    assert_eq!(status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400, "HTTP/2");
    assert_eq!(status("GET /\r\n\r\n"), 400, "HTTP/0.9");
    assert_eq!(status("\u{16}\u{3}\u{1}\r\n\r\n"), 400, "TLS");
    assert_eq!(status("hello\n"), 400);
    let line = |method: &str, path: &str| {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        converse(host, head.as_bytes())
    };
    let get = line("GET", "/api/sample/hello/x");
    let head = line("HEAD", "/api/sample/hello/x");
    assert!(
        get.ends_with("hello x") && head.ends_with("\r\n\r\n"),
        "{get} {head}"
    );
    assert_eq!(answer(head.as_bytes()).header("content-length"), Some("7"));
    let options = line("OPTIONS", "/api/sample/hello/x");
    assert_eq!(
        answer(options.as_bytes()).status,
        405,
        "it is the plugin's to answer"
    );
    assert_eq!(
        answer(line("CONNECT", "127.0.0.1:80").as_bytes()).status,
        400
    );
    assert_eq!(
        answer(line("CONNECT", "/api/sample/hello/x").as_bytes()).status,
        400
    );
    assert_eq!(
        answer(line("REFUSED", "/").as_bytes()).status,
        405,
        "a method as any other"
    );
    assert_eq!(
        answer(line("TRACE", "/api/sample/hello/x").as_bytes()).status,
        405
    );
}

#[test]
fn a_body_may_wait_to_be_asked_for() {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};

    let (_plugins, shell) = shell();
    let host = shell.address;
    let stream = crate::raw::connect(host);
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let head = format!(
        "POST /api/sample/length HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    );
    (&stream).write_all(head.as_bytes()).unwrap();
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
    (&stream).write_all(b"abc").unwrap();
    let mut rest = String::new();
    reader.read_to_string(&mut rest).unwrap();
    assert!(
        rest.trim_start().starts_with("HTTP/1.1 200 ") && rest.ends_with('3'),
        "{rest}"
    );

    let foreign = head.replace("Expect", "Origin: https://evil.test\r\nExpect");
    let refused = converse(host, foreign.as_bytes());
    assert_eq!(
        answer(refused.as_bytes()).status,
        403,
        "before the body is sent"
    );
}
