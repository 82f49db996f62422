//! Valid requests and notifications that are too many or not allowed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::hostile::fault_log::log_fault;
use crate::hostile::raw_connection::{RawConnection, notification};

/// Duration of a flood.
const FLOOD: Duration = Duration::from_secs(2);
const PREFIXES: usize = 10_000;
/// Requests in flight at once, fewer than the shell's limit.
const BATCH: usize = 100;

/// Sends a notification as fast as possible.
pub(super) async fn floods_with(message: Value) {
    let mut connection = RawConnection::started().await;
    let line = format!("{message}\n").repeat(100);
    let (begin, mut sent) = (Instant::now(), 0_u64);
    while begin.elapsed() < FLOOD && connection.try_send(line.as_bytes()).await.is_ok() {
        sent += 100;
        tokio::task::yield_now().await;
    }
    log_fault(format_args!("{sent} notifications"));
    connection.serve().await;
}

pub(super) fn log() -> Value {
    let params = json!({ "level": "info", "tag": "flood", "message": "x".repeat(200) });
    notification("log", &params)
}

pub(super) fn push() -> Value {
    let params = json!({ "channel": "flood", "payload": "x".repeat(200) });
    notification("ipc/send", &params)
}

/// Sends requests as fast as possible, and never reads a response.
pub(super) async fn asks_without_listening() {
    let mut connection = RawConnection::started().await;
    let (begin, mut sent) = (Instant::now(), 0_u64);
    while begin.elapsed() < FLOOD {
        let request = connection.request("config/get", json!({ "key": "flood" }));
        let line = format!("{request}\n");
        let send = connection.try_send(line.as_bytes());
        match tokio::time::timeout(FLOOD, send).await {
            Ok(Ok(())) => sent += 1,
            _ => break,
        }
        tokio::task::yield_now().await;
    }
    log_fault(format_args!("{sent} requests"));
    std::future::pending().await
}

pub(super) async fn unknown_methods() {
    let mut connection = RawConnection::started().await;
    let mut answers = BTreeMap::<String, u32>::new();
    for number in 0..1_000 {
        let answer = connection
            .ask(&format!("nonsense/{number}"), json!({}))
            .await;
        *answers.entry(answer["code"].to_string()).or_default() += 1;
        connection
            .send(&notification("nonsense", &json!([number])))
            .await;
    }
    log_fault(format_args!("{answers:?}"));
    connection.serve().await;
}

pub(super) async fn wrong_shapes() {
    let mut connection = RawConnection::started().await;
    let methods = [
        "config/get",
        "config/set",
        "config/delete",
        "config/get_all",
        "ipc/handle",
        "ipc/remove_handler",
        "server/register",
    ];
    let shapes = [
        json!(null),
        json!([]),
        json!(1),
        json!("x"),
        json!({ "key": 1, "after": 1, "channel": [], "prefix": {} }),
    ];
    let mut answers = BTreeMap::<String, u32>::new();
    for method in methods {
        for shape in &shapes {
            let answer = connection.ask(method, shape.clone()).await;
            let code = answer.get("code").unwrap_or(&answer).to_string();
            *answers.entry(code).or_default() += 1;
            connection.send(&notification("log", shape)).await;
            connection.send(&notification("ipc/send", shape)).await;
            connection.send(&notification("cancel", shape)).await;
        }
    }
    log_fault(format_args!("{answers:?}"));
    connection.serve().await;
}

/// Registers a prefix when its channel is invoked, because by then the other plugins have their prefixes.
pub(super) async fn registers(prefix: &str) {
    let (mut connection, start) = RawConnection::starting().await;
    connection
        .ask("ipc/handle", json!({ "channel": "ask" }))
        .await;
    connection.answer(start.id).await;
    while let Some(asked) = connection.next_request().await {
        if asked.method == "ipc/invoke" {
            let answer = connection
                .ask("server/register", json!({ "prefix": prefix }))
                .await;
            log_fault(format_args!("{answer}"));
        }
        connection.answer(asked.id).await;
    }
}

pub(super) async fn registers_many() {
    let (mut connection, start) = RawConnection::starting().await;
    // The registrations may take longer than the timeout of `on_start`.
    connection.answer(start.id).await;
    let begin = Instant::now();
    let (mut accepted, mut refused) = (0, 0);
    for batch in 0..PREFIXES / BATCH {
        let mut lines = String::new();
        for number in 0..BATCH {
            let prefix = format!("/api/many-prefixes/{batch}/{number}");
            let request = connection.request("server/register", json!({ "prefix": prefix }));
            lines.push_str(&format!("{request}\n"));
        }
        let _ = connection.try_send(lines.as_bytes()).await;
        for _ in 0..BATCH {
            let answer = connection.read().await.expect("the shell answers");
            accepted += usize::from(answer.get("result").is_some());
            refused += usize::from(answer.get("error").is_some());
        }
    }
    let ms = begin.elapsed().as_millis();
    log_fault(format_args!(
        "{accepted} accepted and {refused} refused of {PREFIXES}, in {ms} ms"
    ));
    connection.serve().await;
}
