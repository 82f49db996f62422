//! Lines that are too long, no messages, or not for this moment.

use std::time::Duration;

use serde_json::json;

use crate::hostile::marks::mark;
use crate::hostile::wire::{Wire, done, notification};

const LEVELS: usize = 100_000;

/// A message that is exactly so long, its line end not counted.
pub(super) async fn frame_of(length: usize) {
    let mut wire = Wire::started().await;
    let params = json!({ "level": "debug", "tag": "frame", "message": "" });
    let empty = notification("log", &params).to_string();
    let padding = "x".repeat(length - empty.len());
    let params = json!({ "level": "debug", "tag": "frame", "message": padding });
    let line = notification("log", &params).to_string();
    assert_eq!(line.len(), length);
    mark(format_args!("a line of {length} bytes"));
    let _ = wire.try_send(format!("{line}\n").as_bytes()).await;
    wire.obey().await;
}

/// Until the shell has enough of it.
pub(super) async fn endless_line() {
    let mut wire = Wire::started().await;
    mark("a line without an end");
    for _ in 0..64 * 1024 {
        if wire.try_send(&[b'x'; 1024]).await.is_err() {
            break;
        }
    }
    wire.obey().await;
}

pub(super) async fn truncated() {
    let mut wire = Wire::started().await;
    mark("half a message");
    let _ = wire.try_send(b"{\"jsonrpc\":\"2.0\",\"meth").await;
    drop(wire);
    std::future::pending().await
}

pub(super) async fn bytes(bytes: Vec<u8>) {
    let mut wire = Wire::started().await;
    mark(format_args!("{} bytes", bytes.len()));
    let _ = wire.try_send(&bytes).await;
    wire.obey().await;
}

/// The same bytes each time, so that a failure can be repeated.
pub(super) fn random(count: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..count).map(|_| next()).collect()
}

/// Where the value is only skipped, where it is read, and where it is stored.
pub(super) async fn deep_json() {
    let mut wire = Wire::started().await;
    let deep = format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS));
    let pushed = r#""jsonrpc":"2.0","method":"ipc/send","params":{"channel":"deep","payload":"#;
    let stored = r#""jsonrpc":"2.0","id":77,"method":"config/set","params":{"key":"deep","value":"#;
    let sent = format!("{{\"x\":{deep},{pushed}{deep}}}}}\n{{{stored}{deep}}}}}\n");
    let _ = wire.try_send(sent.as_bytes()).await;
    let answer = wire.read().await.unwrap_or_default();
    mark(format_args!("answered: {}", answer["error"]["code"]));
    wire.obey().await;
}

/// Answers before it is asked, and asks before it has started.
pub(super) async fn out_of_order() {
    let (mut wire, start) = Wire::starting().await;
    for id in start.id + 1..start.id + 10 {
        wire.answer(id).await;
    }
    let answer = wire
        .ask("config/set", json!({ "key": "early", "value": 1 }))
        .await;
    mark(format_args!("{answer}"));
    wire.answer(start.id).await;
    wire.obey().await;
}

pub(super) async fn unknown_reply() {
    let mut wire = Wire::started().await;
    for id in [0, 999_999, u64::MAX] {
        wire.send(&done(id)).await;
    }
    mark("answers that nobody asked for");
    wire.obey().await;
}

pub(super) async fn two_replies() {
    let (mut wire, start) = Wire::starting().await;
    wire.answer(start.id).await;
    wire.answer(start.id).await;
    mark("answered twice");
    wire.obey().await;
}

/// The test asks and hangs up; the answer comes after the news of that.
pub(super) async fn reply_after_cancel() {
    let (mut wire, start) = Wire::starting().await;
    wire.ask("ipc/handle", json!({ "channel": "ask" })).await;
    wire.answer(start.id).await;
    let Some(asked) = wire.asked().await else {
        return;
    };
    mark("asked");
    while let Some(message) = wire.read().await {
        if message["method"] == "cancel" {
            assert_eq!(message["params"]["id"], asked.id);
            wire.answer(asked.id).await;
            mark("answered after the cancellation");
            break;
        }
    }
    wire.obey().await;
}

/// Two requests with one id, of which the first waits for the disk.
pub(super) async fn duplicate_id() {
    let mut wire = Wire::started().await;
    let request = wire.request("config/set", json!({ "key": "twice", "value": 1 }));
    mark("asked twice in one breath");
    let _ = wire
        .try_send(format!("{request}\n{request}\n").repeat(8).as_bytes())
        .await;
    wire.obey().await;
}

/// Whatever the shell says takes minutes to arrive.
pub(super) async fn reads_slowly() {
    let mut wire = Wire::started().await;
    mark("reads a byte a second");
    while wire.read_byte().await.is_some() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

pub(super) async fn never_reads() {
    let _wire = Wire::started().await;
    mark("reads nothing");
    std::future::pending().await
}
