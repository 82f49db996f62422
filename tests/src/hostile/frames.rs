//! Lines that are too long, invalid messages, and messages at the wrong time.

use std::time::Duration;

use serde_json::json;

use crate::hostile::fault_log::log_fault;
use crate::hostile::raw_connection::{RawConnection, done, notification};

const LEVELS: usize = 100_000;

/// Sends a message of exactly this length, without its line feed.
pub(super) async fn frame_of(length: usize) {
    let mut connection = RawConnection::started().await;
    let params = json!({ "level": "debug", "tag": "frame", "message": "" });
    let empty = notification("log", &params).to_string();
    let padding = "x".repeat(length - empty.len());
    let params = json!({ "level": "debug", "tag": "frame", "message": padding });
    let line = notification("log", &params).to_string();
    assert_eq!(line.len(), length);
    log_fault(format_args!("a line of {length} bytes"));
    let _ = connection.try_send(format!("{line}\n").as_bytes()).await;
    connection.serve().await;
}

/// Sends a line without an end until the shell closes the connection.
pub(super) async fn endless_line() {
    let mut connection = RawConnection::started().await;
    log_fault("a line without an end");
    for _ in 0..64 * 1024 {
        if connection.try_send(&[b'x'; 1024]).await.is_err() {
            break;
        }
    }
    connection.serve().await;
}

pub(super) async fn truncated() {
    let mut connection = RawConnection::started().await;
    log_fault("half a message");
    let _ = connection.try_send(b"{\"jsonrpc\":\"2.0\",\"meth").await;
    drop(connection);
    std::future::pending().await
}

pub(super) async fn bytes(bytes: Vec<u8>) {
    let mut connection = RawConnection::started().await;
    log_fault(format_args!("{} bytes", bytes.len()));
    let _ = connection.try_send(&bytes).await;
    connection.serve().await;
}

/// Pseudo-random bytes, the same in each run.
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

/// Sends deeply nested JSON where the shell skips, parses and stores it.
pub(super) async fn deep_json() {
    let mut connection = RawConnection::started().await;
    let deep = format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS));
    let pushed = r#""jsonrpc":"2.0","method":"ipc/send","params":{"channel":"deep","payload":"#;
    let stored = r#""jsonrpc":"2.0","id":77,"method":"config/set","params":{"key":"deep","value":"#;
    let sent = format!("{{\"x\":{deep},{pushed}{deep}}}}}\n{{{stored}{deep}}}}}\n");
    let _ = connection.try_send(sent.as_bytes()).await;
    let answer = connection.read().await.unwrap_or_default();
    log_fault(format_args!("answered: {}", answer["error"]["code"]));
    connection.serve().await;
}

/// Sends responses without a request, and a request before the response to `start`.
pub(super) async fn out_of_order() {
    let (mut connection, start) = RawConnection::starting().await;
    for id in start.id + 1..start.id + 10 {
        connection.answer(id).await;
    }
    let answer = connection
        .ask("config/set", json!({ "key": "early", "value": 1 }))
        .await;
    log_fault(format_args!("{answer}"));
    connection.answer(start.id).await;
    connection.serve().await;
}

pub(super) async fn unknown_reply() {
    let mut connection = RawConnection::started().await;
    for id in [0, 999_999, u64::MAX] {
        connection.send(&done(id)).await;
    }
    log_fault("responses without a request");
    connection.serve().await;
}

pub(super) async fn two_replies() {
    let (mut connection, start) = RawConnection::starting().await;
    connection.answer(start.id).await;
    connection.answer(start.id).await;
    log_fault("answered twice");
    connection.serve().await;
}

/// Responds to a request after the shell has cancelled it.
pub(super) async fn reply_after_cancel() {
    let (mut connection, start) = RawConnection::starting().await;
    connection
        .ask("ipc/handle", json!({ "channel": "ask" }))
        .await;
    connection.answer(start.id).await;
    let Some(asked) = connection.next_request().await else {
        return;
    };
    log_fault("asked");
    while let Some(message) = connection.read().await {
        if message["method"] == "cancel" {
            assert_eq!(message["params"]["id"], asked.id);
            connection.answer(asked.id).await;
            log_fault("answered after the cancellation");
            break;
        }
    }
    connection.serve().await;
}

/// Sends two requests with the same id, of which the first waits for the disk.
pub(super) async fn duplicate_id() {
    let mut connection = RawConnection::started().await;
    let request = connection.request("config/set", json!({ "key": "twice", "value": 1 }));
    log_fault("asked twice in one breath");
    let _ = connection
        .try_send(format!("{request}\n{request}\n").repeat(8).as_bytes())
        .await;
    connection.serve().await;
}

/// Reads one byte a second.
pub(super) async fn reads_slowly() {
    let mut connection = RawConnection::started().await;
    log_fault("reads a byte a second");
    while connection.read_byte().await.is_some() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

pub(super) async fn never_reads() {
    let _connection = RawConnection::started().await;
    log_fault("reads nothing");
    std::future::pending().await
}
