//! Faults before the shell knows who connects.

use std::future::pending;
use std::io::Write as _;

use serde_json::{Value, json};

use crate::hostile::marks::mark;
use crate::hostile::wire::{Wire, hello, notification};

/// Far more than the shell listens to at once.
const STRANGERS: usize = 1_000;

pub(super) fn exits(code: i32) -> ! {
    println!("last words");
    let _ = std::io::stdout().flush();
    mark("exits");
    #[expect(clippy::disallowed_methods, reason = "it misbehaves on purpose")]
    std::process::exit(code)
}

pub(super) async fn never_connects() {
    mark("does not connect");
    pending().await
}

pub(super) async fn stays_silent() {
    let _wire = Wire::connect().await;
    mark("connected and silent");
    pending().await
}

pub(super) async fn half_a_hello() {
    let mut wire = Wire::connect().await;
    let line = hello().to_string();
    let half = wire.try_send(&line.as_bytes()[..line.len() / 2]).await;
    half.expect("the shell reads");
    mark("half a greeting");
    pending().await
}

/// The shell refuses it as it refuses a stranger, and goes on waiting for the plugin.
pub(super) async fn wrong_nonce() {
    let mut hello = hello();
    hello["params"]["nonce"] = json!("0000");
    greets_with(hello).await;
    pending().await
}

pub(super) async fn other_version(major: u16, minor: u16) {
    let mut hello = hello();
    hello["params"]["protocol"] = json!({ "major": major, "minor": minor });
    greets_with(hello).await;
}

pub(super) async fn other_id() {
    let mut hello = hello();
    hello["params"]["plugin"]["id"] = json!("sample");
    greets_with(hello).await;
}

pub(super) async fn features(features: Vec<String>) {
    let mut hello = hello();
    hello["params"]["features"] = json!(features);
    greets_with(hello).await;
}

/// Sends another greeting than a good one, and obeys if the shell accepts it.
async fn greets_with(hello: Value) {
    let mut wire = Wire::connect().await;
    // Before it is refused, and ended.
    mark(format_args!("greets with {}", hello["params"]));
    wire.send(&hello).await;
    let answer = wire.read().await.unwrap_or_default();
    match answer.get("result") {
        Some(welcome) => mark(format_args!("welcome: {welcome}")),
        None => mark(format_args!("refused: {}", answer["error"]["message"])),
    }
    wire.obey().await;
}

pub(super) async fn another_first_line() {
    let mut wire = Wire::connect().await;
    let request = wire.request("start", json!({}));
    mark("starts the shell");
    wire.send(&request).await;
    wire.obey().await;
}

pub(super) async fn notifies_first() {
    let mut wire = Wire::connect().await;
    mark("logs first");
    wire.send(&notification("log", &json!({}))).await;
    wire.obey().await;
}

pub(super) async fn malformed_hello() {
    let mut hello = hello();
    hello["params"]["protocol"] = json!("one");
    let mut wire = Wire::connect().await;
    mark("greets with the wrong shape");
    wire.send(&hello).await;
    wire.obey().await;
}

/// The nonce is good for one connection.
pub(super) async fn two_connections() {
    let mut first = Wire::connect().await;
    let mut second = Wire::connect().await;
    first.send(&hello()).await;
    let welcome = first.read().await.expect("the first is welcome");
    assert!(welcome.get("result").is_some(), "{welcome}");
    second.send(&hello()).await;
    let second = match second.read().await {
        Some(answer) => answer.to_string(),
        None => "closed".to_owned(),
    };
    let third = match Wire::try_connect().await {
        Ok(_) => "accepted",
        Err(_) => "refused",
    };
    mark(format_args!("the second: {second}, a third: {third}"));
    first.obey().await;
}

/// Connections that never greet, more of them than the shell has descriptors for in all.
pub(super) async fn strangers() {
    let mut silent = Vec::new();
    for _ in 0..STRANGERS {
        // Beyond what the shell takes and the system queues, connecting waits.
        let patience = std::time::Duration::from_millis(500);
        match tokio::time::timeout(patience, Wire::try_connect()).await {
            Ok(Ok(wire)) => silent.push(wire),
            _ => break,
        }
    }
    mark(format_args!("{} silent connections", silent.len()));
    pending().await
}
