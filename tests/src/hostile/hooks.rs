//! Faults in hooks and handlers.
#![expect(clippy::disallowed_methods, reason = "it misbehaves on purpose")]

use std::future::pending;
use std::time::Duration;

use serde_json::json;

use crate::hostile::fault_log::log_fault;
use crate::hostile::raw_connection::{RawConnection, notification};

pub(super) async fn start_fails() {
    let (mut connection, start) = RawConnection::starting().await;
    log_fault("refuses to start");
    let error = json!({ "code": -32000, "message": "no fuel\u{1b}[2J\nand no pilot" });
    let answer = json!({ "jsonrpc": "2.0", "id": start.id, "error": error });
    connection.send(&answer).await;
    connection.serve().await;
}

pub(super) async fn start_never_ends() {
    let (_connection, _start) = RawConnection::starting().await;
    log_fault("does not answer");
    pending().await
}

pub(super) async fn start_crashes() {
    let (_connection, _start) = RawConnection::starting().await;
    log_fault("crashes");
    std::process::exit(3)
}

/// Exits as soon as the connection has taken 1,000 lines for the log.
pub(super) async fn logs_and_exits() {
    let mut connection = RawConnection::started().await;
    // The answer means that the shell has read that of `start`, so that the exit is not one during `on_start`.
    connection
        .ask("config/get_all", json!({ "after": null }))
        .await;
    let line = json!({ "level": "info", "tag": "flood", "message": "line" });
    let lines = format!("{}\n", notification("log", &line)).repeat(1_000);
    let sent = connection.try_send(lines.as_bytes()).await;
    log_fault(format_args!("logged 1000 lines: {sent:?}"));
    std::process::exit(0)
}

/// Crashes after a while without a fault.
pub(super) async fn crashes_after(time: Duration) {
    let connection = RawConnection::started().await;
    let crash = async {
        tokio::time::sleep(time).await;
        log_fault("crashes");
        std::process::exit(4)
    };
    tokio::join!(connection.serve(), crash);
}

pub(super) async fn handler_crashes() {
    let (mut connection, start) = RawConnection::starting().await;
    connection
        .ask("ipc/handle", json!({ "channel": "ask" }))
        .await;
    connection.answer(start.id).await;
    while let Some(asked) = connection.next_request().await {
        if asked.method == "ipc/invoke" {
            log_fault(format_args!(
                "crashes when asked {}",
                asked.params["payload"]
            ));
            std::process::exit(9);
        }
        connection.answer(asked.id).await;
    }
}

/// The reaction to the `stop` request.
#[derive(Clone, Copy)]
pub(super) enum StopFault {
    Fails,
    Crashes,
    NeverEnds,
    /// Responds, and does not exit.
    Lingers,
    /// Sends requests without end.
    Asks,
}

pub(super) async fn stops(how: StopFault) {
    let mut connection = RawConnection::started().await;
    while let Some(asked) = connection.next_request().await {
        if asked.method != "stop" {
            connection.answer(asked.id).await;
            continue;
        }
        log_fault("told to stop");
        match how {
            StopFault::Fails => {
                let error = json!({ "code": -32000, "message": "not now" });
                let answer = json!({ "jsonrpc": "2.0", "id": asked.id, "error": error });
                connection.send(&answer).await;
            }
            StopFault::Crashes => std::process::exit(5),
            StopFault::NeverEnds => pending().await,
            StopFault::Lingers => {
                connection.answer(asked.id).await;
                pending().await
            }
            StopFault::Asks => loop {
                let answer = connection
                    .ask("config/get_all", json!({ "after": null }))
                    .await;
                if answer.is_string() {
                    pending().await
                }
            },
        }
    }
}

/// Ignores SIGTERM and never responds to `stop`.
pub(super) async fn ignores_sigterm() {
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::SignalKind::terminate();
        let mut signals = tokio::signal::unix::signal(terminate).expect("it may listen");
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                log_fault("ignores SIGTERM");
            }
        });
    }
    stops(StopFault::NeverEnds).await;
}
