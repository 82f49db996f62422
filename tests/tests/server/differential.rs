//! Malformed and ambiguous requests: the plugin receives what the request guard checked, or the request is rejected.
//!
//! The guard and the plugin both read requests with hyper, and the proxy writes them anew in between. These tests send
//! heads and bodies on which HTTP implementations are known to disagree, and compare what the plugin has received.

use crate::raw_http::{DEV_ORIGIN, SeenRequest, exchange, responses, seen_requests, start_shell};

/// Rests of requests that are rejected: headers from the fifth line of the head on, and a body. `NEXT` stands for a
/// second request on the same connection, which must not be answered either.
const REJECTED: &[&str] = &[
    "Content-Length: 0\r\nTransfer-Encoding: identity\r\n\r\nNEXT",
    "Content-Length: 0\r\nContent-Length: 5\r\n\r\nNEXT",
    "Content-Length: 5\r\nContent-Length: 0\r\n\r\nNEXT",
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
    "Content\0-Length: 0\r\n\r\nNEXT",
    "Content-Length: 0\r\n\tContent-Length: 5\r\n\r\nNEXT",
    "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: identity\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: chunkedx\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding:\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\nNEXT",
    " Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
    "Transfer-Encoding: \u{b}chunked\r\n\r\n0\r\n\r\nNEXT",
    "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
    "X\r\n\r\nNEXT",
    ": y\r\n\r\nNEXT",
    "X: \0\r\n\r\nNEXT",
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
    "Transfer-Encoding: chunked\r\n\r\n0\r\n X: y\r\n\r\nNEXT",
];

/// Rests of requests that are accepted, each with the number of responses: 2 where `NEXT` is answered too, 1 where it
/// is part of the first request or the connection is closed before it.
const ACCEPTED: &[(&str, usize)] = &[
    (
        "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
        1,
    ),
    (
        "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nNEXT",
        1,
    ),
    (
        "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
        1,
    ),
    ("Content-Length: 0\r\nContent-Length: 0\r\n\r\nNEXT", 2),
    (
        "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\nNEXT",
        2,
    ),
    ("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\nNEXT", 2),
    ("Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\nNEXT", 2),
    (
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
        2,
    ),
    ("X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT", 2),
    ("X: y\n\nNEXT", 2),
    ("X: y\r\n\nNEXT", 2),
    ("X: y\n\r\nNEXT", 2),
    (
        "Connection: content-length\r\nContent-Length: 0\r\n\r\nNEXT",
        2,
    ),
    (
        "Connection: keep-alive, transfer-encoding\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
        2,
    ),
    ("Connection: host\r\n\r\nNEXT", 2),
    ("Connection: close, Origin\r\n\r\nNEXT", 1),
    // The first `NEXT` is read as trailers.
    (
        "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\n\r\nNEXTNEXT",
        2,
    ),
    // The first `NEXT` is read as trailers.
    ("Transfer-Encoding: chunked\r\n\r\n0\r\n\n\r\nNEXTNEXT", 2),
    ("Content-Length: 00\r\n\r\nNEXT", 2),
    ("Content-Length: 3\r\n\r\na\nbNEXT", 2),
    ("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT", 2),
    (
        "Transfer-Encoding: chunked\r\n\r\n003;a=\"b\"\r\na\nb\r\n0\r\nX: y\r\n\r\nNEXT",
        2,
    ),
    ("Expect: nothing\r\nContent-Length: 0\r\n\r\nNEXT", 2),
    ("Connection: close\r\nContent-Length: 0\r\n\r\nNEXT", 1),
    (
        "Connection: close\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\nNEXT",
        1,
    ),
    (
        "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\nNEXT",
        1,
    ),
    (
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\nNEXT",
        1,
    ),
    (
        "Upgrade: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT",
        1,
    ),
];

#[test]
fn the_plugin_receives_what_the_guard_checked() {
    let (_plugins, shell) = start_shell();
    let address = shell.address;
    let mut case = 0;
    for (path, status) in [("/api/sample/echo", 200), ("/", 405)] {
        // Returns the statuses of the responses, and what the plugin received of the two requests.
        let mut send = |rest: &str| {
            case += 1;
            let next = format!(
                "GET /api/sample/hello/x HTTP/1.1\r\nHost: {address}\r\nCase: {case}-next\r\nConnection: close\r\n\r\n"
            );
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: {DEV_ORIGIN}\r\nCase: {case}\r\n"
            );
            let rest = rest.replace("NEXT", &next);
            let received = exchange(address, format!("{head}{rest}").as_bytes());
            let statuses = responses(&received).iter().map(|its| its.status).collect();
            let [first, second] = [case.to_string(), format!("{case}-next")].map(|case| {
                let mut requests = seen_requests(address, "/api/sample").into_iter();
                requests.find(|request| request.case == case)
            });
            (statuses, first, second)
        };
        let request = |method: &str, target: &str, origin: &str| SeenRequest {
            method: method.to_owned(),
            target: target.to_owned(),
            host: address.to_string(),
            origin: origin.to_owned(),
            case: String::new(),
        };
        let expected_first = (status == 200).then(|| request("POST", "/echo", DEV_ORIGIN));
        let expected_second = request("GET", "/hello/x", "");
        let without_case = |request: SeenRequest| SeenRequest {
            case: String::new(),
            ..request
        };
        for rest in REJECTED {
            let (statuses, first, second): (Vec<u16>, _, _) = send(rest);
            // The shell's own page answers without reading the body. A body that is found malformed after its head was
            // forwarded may close the connection before the response.
            let is_rejected = statuses == [400]
                || statuses == [status] && status == 405
                || statuses.is_empty() && first.is_some();
            assert!(is_rejected, "{path} {rest:?}: {statuses:?}");
            assert_eq!(second, None, "{path} {rest:?}");
            if let Some(first) = first {
                // A body that is found malformed after its head was forwarded.
                assert_eq!(Some(without_case(first)), expected_first, "{path} {rest:?}");
            }
        }
        for (rest, number) in ACCEPTED {
            let (statuses, first, second): (Vec<u16>, _, _) = send(rest);
            assert_eq!(statuses, [status, 200][..*number], "{path} {rest:?}");
            assert_eq!(first.map(without_case), expected_first, "{path} {rest:?}");
            let expected_second = (*number == 2).then(|| expected_second.clone());
            assert_eq!(second.map(without_case), expected_second, "{path} {rest:?}");
        }
    }
}
