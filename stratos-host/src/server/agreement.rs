//! What the wire passes on, hyper reads as the wire does: random bytes, and the two see the same requests.
//!
//! `PROPTEST_CASES=20000` tries more of them.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use proptest::prelude::*;
use proptest::sample::select;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

use crate::server::chunks::Chunks;
use crate::server::head::{self, Body};
use crate::server::wire::{INSTEAD_METHOD, Verdict, Wire};

/// What requests are made of; `ID` is another number each time.
const PIECES: &[&str] = &[
    "GET /ID HTTP/1.1\r\n",
    "POST /ID HTTP/1.1\r\n",
    "HEAD /ID HTTP/1.0\r\n",
    "GET /ID#a HTTP/1.1\r\n",
    "host: x\r\n",
    "content-length: 0\r\n",
    "content-length: 3\r\n",
    "Content-Length: 17\r\n",
    "content-length: 03\r\n",
    "transfer-encoding: chunked\r\n",
    "Transfer-Encoding: CHUNKED\r\n",
    "transfer-encoding: chunked, identity\r\n",
    "connection: keep-alive\r\n",
    " folded\r\n",
    "expect: 100-continue\r\n",
    "\r\n",
    "\r\n",
    "\r\n",
    "\n",
    "\r",
    "abc",
    "3\r\nabc\r\n",
    "a;b=c\r\n0123456789\r\n",
    "1;\"\n\"\r\nx\r\n",
    "0\r\n",
    "0\r\n\r\n",
    "0\r\nx: y\r\n\r\n",
    "\0",
    ":",
    " ",
];

/// The requests that the wire sees, by their targets.
fn framed(mut bytes: &[u8]) -> Vec<String> {
    let mut targets = Vec::new();
    while let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
        let text = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let is_plain =
            !text.starts_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n', '\0']);
        let Some(head) = head::read(&bytes[..end + 4]).ok().filter(|_| is_plain) else {
            break;
        };
        targets.push(text.split(' ').nth(1).unwrap().to_owned());
        bytes = &bytes[end + 4..];
        match head.body {
            Body::Length(length) if length <= bytes.len() as u64 => {
                bytes = &bytes[usize::try_from(length).unwrap()..];
            }
            Body::Length(_) => break,
            Body::Chunked => {
                let mut chunks = Chunks::default();
                match chunks.follow(bytes) {
                    Ok(length) if chunks.is_end() => bytes = &bytes[length..],
                    _ => break,
                }
            }
        }
    }
    targets
}

/// The requests that hyper sees behind the wire, by their targets.
async fn served(bytes: &[u8]) -> Vec<String> {
    let (mut theirs, ours) = duplex(64 * 1024);
    let wire = Wire::new(ours, (), Verdict::default());
    let targets = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&targets);
    let service = service_fn(move |request: Request<Incoming>| {
        if request.method() != INSTEAD_METHOD {
            seen.lock().unwrap().push(request.uri().to_string());
        }
        async {
            // A body that breaks off is no concern here.
            let _ = request.into_body().collect().await;
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        }
    });
    let mut builder = http1::Builder::new();
    let connection = builder
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(wire), service);
    theirs.write_all(bytes).await.unwrap();
    theirs.shutdown().await.unwrap();
    let mut answers = Vec::new();
    // How it ends is no concern either.
    let _ = tokio::join!(connection, theirs.read_to_end(&mut answers));
    std::mem::take(&mut targets.lock().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hyper_sees_the_requests_that_the_wire_saw(pieces in prop::collection::vec(select(PIECES), 1..24)) {
        let numbered = pieces.iter().enumerate();
        let text: String = numbered.map(|(id, piece)| piece.replace("ID", &id.to_string())).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let served = runtime.block_on(served(text.as_bytes()));
        let mut framed = framed(text.as_bytes());
        if text.contains("HTTP/1.0") {
            // Such a connection ends with its answer, unless it says otherwise.
            framed.truncate(served.len().max(1));
        }
        prop_assert_eq!(served, framed, "{:?}", text);
    }
}
