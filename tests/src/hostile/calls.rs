//! Requests and notifications that are well-formed, and too many or not allowed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::hostile::marks::mark;
use crate::hostile::wire::{Wire, notification};

/// How long a flood lasts.
const FLOOD: Duration = Duration::from_secs(2);
const PREFIXES: usize = 10_000;
/// So many are asked for in one breath, which is fewer than the shell works on at once.
const BATCH: usize = 100;

/// As many as the shell takes.
pub(super) async fn floods_with(message: Value) {
    let mut wire = Wire::started().await;
    let line = format!("{message}\n").repeat(100);
    let (begin, mut sent) = (Instant::now(), 0_u64);
    while begin.elapsed() < FLOOD && wire.try_send(line.as_bytes()).await.is_ok() {
        sent += 100;
        tokio::task::yield_now().await;
    }
    mark(format_args!("{sent} notifications"));
    wire.obey().await;
}

pub(super) fn log() -> Value {
    let params = json!({ "level": "info", "tag": "flood", "message": "x".repeat(200) });
    notification("log", &params)
}

pub(super) fn push() -> Value {
    let params = json!({ "channel": "flood", "payload": "x".repeat(200) });
    notification("ipc/send", &params)
}

/// Asks and asks, and never reads an answer.
pub(super) async fn asks_without_listening() {
    let mut wire = Wire::started().await;
    let (begin, mut sent) = (Instant::now(), 0_u64);
    while begin.elapsed() < FLOOD {
        let request = wire.request("config/get", json!({ "key": "flood" }));
        let line = format!("{request}\n");
        let send = wire.try_send(line.as_bytes());
        match tokio::time::timeout(FLOOD, send).await {
            Ok(Ok(())) => sent += 1,
            _ => break,
        }
        tokio::task::yield_now().await;
    }
    mark(format_args!("{sent} requests"));
    std::future::pending().await
}

pub(super) async fn unknown_methods() {
    let mut wire = Wire::started().await;
    let mut answers = BTreeMap::<String, u32>::new();
    for number in 0..1_000 {
        let answer = wire.ask(&format!("nonsense/{number}"), json!({})).await;
        *answers.entry(answer["code"].to_string()).or_default() += 1;
        wire.send(&notification("nonsense", &json!([number]))).await;
    }
    mark(format_args!("{answers:?}"));
    wire.obey().await;
}

pub(super) async fn wrong_shapes() {
    let mut wire = Wire::started().await;
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
            let answer = wire.ask(method, shape.clone()).await;
            let code = answer.get("code").unwrap_or(&answer).to_string();
            *answers.entry(code).or_default() += 1;
            wire.send(&notification("log", shape)).await;
            wire.send(&notification("ipc/send", shape)).await;
            wire.send(&notification("cancel", shape)).await;
        }
    }
    mark(format_args!("{answers:?}"));
    wire.obey().await;
}

/// When it is asked to: by then its neighbours have their prefixes.
pub(super) async fn registers(prefix: &str) {
    let (mut wire, start) = Wire::starting().await;
    wire.ask("ipc/handle", json!({ "channel": "ask" })).await;
    wire.answer(start.id).await;
    while let Some(asked) = wire.asked().await {
        if asked.method == "ipc/invoke" {
            let answer = wire
                .ask("server/register", json!({ "prefix": prefix }))
                .await;
            mark(format_args!("{answer}"));
        }
        wire.answer(asked.id).await;
    }
}

pub(super) async fn registers_many() {
    let (mut wire, start) = Wire::starting().await;
    // A busy machine may need longer than an `on_start` has.
    wire.answer(start.id).await;
    let begin = Instant::now();
    let (mut accepted, mut refused) = (0, 0);
    for batch in 0..PREFIXES / BATCH {
        let mut lines = String::new();
        for number in 0..BATCH {
            let prefix = format!("/api/many-prefixes/{batch}/{number}");
            let request = wire.request("server/register", json!({ "prefix": prefix }));
            lines.push_str(&format!("{request}\n"));
        }
        let _ = wire.try_send(lines.as_bytes()).await;
        for _ in 0..BATCH {
            let answer = wire.read().await.expect("the shell answers");
            accepted += usize::from(answer.get("result").is_some());
            refused += usize::from(answer.get("error").is_some());
        }
    }
    let ms = begin.elapsed().as_millis();
    mark(format_args!(
        "{accepted} accepted and {refused} refused of {PREFIXES}, in {ms} ms"
    ));
    wire.obey().await;
}
