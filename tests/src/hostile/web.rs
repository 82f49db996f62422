//! A plugin whose HTTP server answers in every way but the right one.

use std::time::{Duration, Instant};

use serde_json::json;
use stratos_protocol::environment::HTTP_SOCKET;
use stratos_transport::BoxedStream;
use stratos_transport::local::LocalListener;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::hostile::marks::mark;
use crate::hostile::wire::{Wire, given, id};

const FLOOD: Duration = Duration::from_secs(2);

/// How it answers.
#[derive(Clone, Copy)]
pub(super) enum Web {
    /// Nobody listens.
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

/// Registers its prefix as a good plugin does, and then answers like this.
pub(super) async fn serves(how: Web) {
    let (mut wire, start) = Wire::starting().await;
    if !matches!(how, Web::Refuses) {
        let listener = LocalListener::bind(&given(HTTP_SOCKET)).expect("the place is free");
        tokio::spawn(async move {
            while let Ok(stream) = listener.accept().await {
                tokio::spawn(answer(stream.into_boxed(), how));
            }
        });
    }
    let prefix = format!("/api/{}", id());
    wire.ask("server/register", json!({ "prefix": prefix }))
        .await;
    if matches!(how, Web::Refuses) {
        mark("nobody listens");
    }
    wire.answer(start.id).await;
    wire.obey().await;
}

async fn answer(mut stream: BoxedStream, how: Web) {
    let mut request = [0; 4096];
    if !stream
        .read(&mut request)
        .await
        .is_ok_and(|length| length > 0)
    {
        return;
    }
    mark("was asked");
    let bytes: &[u8] = match how {
        Web::Refuses | Web::ClosesAtOnce => return,
        Web::Silent => return std::future::pending().await,
        Web::Garbage => b"\x00\xff what a lovely day\r\n\r\n",
        Web::ClosesMidBody => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        Web::BodyTooShort => b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort",
        Web::BodyTooLong => {
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlongHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
        }
        Web::TwoLengths => {
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 6\r\n\r\npoison"
        }
        Web::EndlessHead => return repeat(&mut stream, b"HTTP/1.1 200 OK\r\n", b"x: y\r\n").await,
        Web::EndlessContinue => {
            repeat(&mut stream, b"", b"HTTP/1.1 100 Continue\r\n\r\n").await;
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate"
        }
    };
    let _ = stream.write_all(bytes).await;
    if matches!(how, Web::BodyTooLong) {
        // It would like another request on this connection.
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
