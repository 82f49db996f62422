//! Faults in the handshake.

use std::future::pending;
use std::io::Write as _;

use serde_json::{Value, json};

use crate::hostile::fault_log::log_fault;
use crate::hostile::raw_connection::{RawConnection, hello, notification};

/// More connections than the shell handles at once.
const STRANGERS: usize = 1_000;

pub(super) fn exits(code: i32) -> ! {
    println!("last line");
    let _ = std::io::stdout().flush();
    log_fault("exits");
    #[expect(clippy::disallowed_methods, reason = "it misbehaves on purpose")]
    std::process::exit(code)
}

pub(super) async fn never_connects() {
    log_fault("does not connect");
    pending().await
}

pub(super) async fn stays_silent() {
    let _connection = RawConnection::connect().await;
    log_fault("connected and silent");
    pending().await
}

pub(super) async fn half_a_hello() {
    let mut connection = RawConnection::connect().await;
    let line = hello().to_string();
    let half = connection
        .try_send(&line.as_bytes()[..line.len() / 2])
        .await;
    half.expect("the shell reads");
    log_fault("half a greeting");
    pending().await
}

/// Sends a wrong nonce. The shell refuses the connection and keeps waiting for the plugin.
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

/// Sends a modified `hello`, and responds to requests if the shell accepts it.
async fn greets_with(hello: Value) {
    let mut connection = RawConnection::connect().await;
    // Logged first, because the shell ends a refused plugin.
    log_fault(format_args!("greets with {}", hello["params"]));
    connection.send(&hello).await;
    let answer = connection.read().await.unwrap_or_default();
    match answer.get("result") {
        Some(welcome) => log_fault(format_args!("welcome: {welcome}")),
        None => log_fault(format_args!("refused: {}", answer["error"]["message"])),
    }
    connection.serve().await;
}

pub(super) async fn another_first_line() {
    let mut connection = RawConnection::connect().await;
    let request = connection.request("start", json!({}));
    log_fault("starts the shell");
    connection.send(&request).await;
    connection.serve().await;
}

pub(super) async fn notifies_first() {
    let mut connection = RawConnection::connect().await;
    log_fault("logs first");
    connection.send(&notification("log", &json!({}))).await;
    connection.serve().await;
}

pub(super) async fn malformed_hello() {
    let mut hello = hello();
    hello["params"]["protocol"] = json!("one");
    let mut connection = RawConnection::connect().await;
    log_fault("greets with the wrong shape");
    connection.send(&hello).await;
    connection.serve().await;
}

/// Connects a second and a third time with a nonce that is valid for one connection.
pub(super) async fn two_connections() {
    let mut first = RawConnection::connect().await;
    let mut second = RawConnection::connect().await;
    first.send(&hello()).await;
    let welcome = first
        .read()
        .await
        .expect("the first connection is accepted");
    assert!(welcome.get("result").is_some(), "{welcome}");
    second.send(&hello()).await;
    let second = match second.read().await {
        Some(answer) => answer.to_string(),
        None => "closed".to_owned(),
    };
    let third = match RawConnection::try_connect().await {
        Ok(_) => "accepted",
        Err(_) => "refused",
    };
    log_fault(format_args!("the second: {second}, a third: {third}"));
    first.serve().await;
}

/// Opens connections without a handshake, more than the shell has file descriptors.
pub(super) async fn strangers() {
    let mut silent = Vec::new();
    for _ in 0..STRANGERS {
        // Connecting blocks once the shell's limit and the system's backlog are reached.
        let patience = std::time::Duration::from_millis(500);
        match tokio::time::timeout(patience, RawConnection::try_connect()).await {
            Ok(Ok(connection)) => silent.push(connection),
            _ => break,
        }
    }
    log_fault(format_args!("{} silent connections", silent.len()));
    pending().await
}
