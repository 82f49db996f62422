//! Limits of request heads, protocols and methods that the server rejects, and `Expect: 100-continue`.

use crate::raw_http::{connect, exchange, parse_response, start_shell};

#[test]
fn request_heads_are_limited_in_size_and_lines() {
    let (_plugins, shell) = start_shell();
    let host = shell.address;
    let get = |target: &str, rest: &str| {
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{rest}\r\n");
        parse_response(exchange(host, request.as_bytes()).as_bytes()).status
    };
    let path = "/api/sample/hello/x";
    assert_eq!(get(path, &"a: b\r\n".repeat(98)), 200);
    assert_eq!(get(path, &"a: b\r\n".repeat(99)), 431);
    assert_eq!(get(path, &format!("a: {}\r\n", "x".repeat(31 * 1024))), 200);
    assert_eq!(get(path, &format!("a: {}\r\n", "x".repeat(33 * 1024))), 431);
    assert_eq!(get(&format!("{path}?{}", "x".repeat(31 * 1024)), ""), 200);
    assert_eq!(get(&format!("{path}?{}", "x".repeat(33 * 1024)), ""), 431);
    let endless = exchange(host, &b"x".repeat(1024 * 1024));
    assert_eq!(parse_response(endless.as_bytes()).status, 431);
}

#[test]
fn a_head_that_cannot_be_parsed_has_a_response_without_a_body() {
    let (_plugins, shell) = start_shell();
    let host = shell.address;
    let large = format!(
        "GET / HTTP/1.1\r\nHost: {host}\r\n{}\r\n",
        "a: b\r\n".repeat(100)
    );
    for (head, status) in [("hello\n", 400), (&large, 431)] {
        let response = parse_response(exchange(host, head.as_bytes()).as_bytes());
        assert_eq!((response.status, &*response.body), (status, ""));
    }
    let malformed = format!(
        "POST /api/sample/echo HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Transfer-Encoding: chunked\r\n\r\nno length\r\n"
    );
    let response = parse_response(exchange(host, malformed.as_bytes()).as_bytes());
    assert_eq!(response.status, 400);
    assert_eq!(response.json()["code"], "request-refused");
}

#[test]
fn other_protocols_are_rejected_and_other_methods_forwarded() {
    let (_plugins, shell) = start_shell();
    let host = shell.address;
    let status = |text: &str| parse_response(exchange(host, text.as_bytes()).as_bytes()).status;
    let http2 = exchange(host, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert_eq!(http2, "", "the connection is closed");
    assert_eq!(status("GET /\r\n\r\n"), 400, "HTTP/0.9");
    assert_eq!(status("\u{16}\u{3}\u{1}\r\n\r\n"), 400, "TLS");
    assert_eq!(status("hello\n"), 400);
    let line = |method: &str, path: &str| {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        exchange(host, head.as_bytes())
    };
    let get = line("GET", "/api/sample/hello/x");
    let head = line("HEAD", "/api/sample/hello/x");
    assert!(
        get.ends_with("hello x") && head.ends_with("\r\n\r\n"),
        "{get} {head}"
    );
    assert_eq!(
        parse_response(head.as_bytes()).header("content-length"),
        Some("7")
    );
    let options = line("OPTIONS", "/api/sample/hello/x");
    assert_eq!(
        parse_response(options.as_bytes()).status,
        405,
        "the plugin's router answers"
    );
    assert_eq!(
        parse_response(line("CONNECT", "127.0.0.1:80").as_bytes()).status,
        400
    );
    assert_eq!(
        parse_response(line("CONNECT", "/api/sample/hello/x").as_bytes()).status,
        400
    );
    assert_eq!(
        parse_response(line("UNKNOWN", "/").as_bytes()).status,
        405,
        "an unknown method is forwarded like others"
    );
    assert_eq!(
        parse_response(line("TRACE", "/api/sample/hello/x").as_bytes()).status,
        405
    );
}

#[test]
fn expect_continue_is_answered() {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};

    let (_plugins, shell) = start_shell();
    let host = shell.address;
    let stream = connect(host);
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
    let rejected = exchange(host, foreign.as_bytes());
    assert_eq!(
        parse_response(rejected.as_bytes()).status,
        403,
        "rejected before the body is sent"
    );
}
