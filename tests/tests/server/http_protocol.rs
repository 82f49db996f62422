//! Limits of request heads, protocols and methods that the server rejects, and `Expect: 100-continue`.

use crate::raw::{answer, converse, shell};

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
    let http2 = converse(host, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert_eq!(http2, "", "the connection is closed");
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
