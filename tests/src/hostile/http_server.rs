//! Faults of a plugin's HTTP server.

use std::time::{Duration, Instant};

use serde_json::json;
use stratos_protocol::environment::HTTP_SOCKET;
use stratos_transport::BoxedStream;
use stratos_transport::local::LocalListener;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::hostile::fault_log::log_fault;
use crate::hostile::raw_connection::{RawConnection, host_env, plugin_id};

const FLOOD: Duration = Duration::from_secs(2);

/// The fault of the HTTP server.
#[derive(Clone, Copy)]
pub(super) enum HttpFault {
    /// The plugin registers a prefix and does not listen.
    Refuses,
    Silent,
    Garbage,
    ClosesAtOnce,
    ClosesMidBody,
    EndlessHead,
    BodyTooShort,
    BodyTooLong,
    EndlessContinue,
    TwoLengths,
}

/// Registers a prefix and serves it with a fault.
pub(super) async fn serves(how: HttpFault) {
    let (mut connection, start) = RawConnection::starting().await;
    if !matches!(how, HttpFault::Refuses) {
        let listener = LocalListener::bind(&host_env(HTTP_SOCKET)).expect("the place is free");
        tokio::spawn(async move {
            while let Ok(stream) = listener.accept().await {
                tokio::spawn(answer(stream, how));
            }
        });
    }
    let prefix = format!("/api/{}", plugin_id());
    connection
        .ask("server/register", json!({ "prefix": prefix }))
        .await;
    if matches!(how, HttpFault::Refuses) {
        log_fault("does not listen");
    }
    connection.answer(start.id).await;
    connection.serve().await;
}

async fn answer(mut stream: BoxedStream, how: HttpFault) {
    let mut request = [0; 4096];
    if !stream
        .read(&mut request)
        .await
        .is_ok_and(|length| length > 0)
    {
        return;
    }
    log_fault("was asked");
    let bytes: &[u8] = match how {
        HttpFault::Refuses | HttpFault::ClosesAtOnce => return,
        HttpFault::Silent => return std::future::pending().await,
        HttpFault::Garbage => b"\x00\xff what a lovely day\r\n\r\n",
        HttpFault::ClosesMidBody => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        HttpFault::BodyTooShort => b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort",
        HttpFault::BodyTooLong => {
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlongHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
        }
        HttpFault::TwoLengths => {
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 6\r\n\r\npoison"
        }
        HttpFault::EndlessHead => return repeat(&mut stream, b"HTTP/1.1 200 OK\r\n", b"x: y\r\n").await,
        HttpFault::EndlessContinue => {
            repeat(&mut stream, b"", b"HTTP/1.1 100 Continue\r\n\r\n").await;
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate"
        }
    };
    let _ = stream.write_all(bytes).await;
    if matches!(how, HttpFault::BodyTooLong) {
        // Waits for another request on this connection.
        let _ = stream.read(&mut request).await;
    }
}

async fn repeat(stream: &mut BoxedStream, head: &[u8], piece: &[u8]) {
    let begin = Instant::now();
    let mut written = stream.write_all(head).await;
    let piece = piece.repeat(100);
    while begin.elapsed() < FLOOD && written.is_ok() {
        written = stream.write_all(&piece).await;
        tokio::task::yield_now().await;
    }
}
