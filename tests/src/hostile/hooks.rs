//! Faults in the hooks and in handlers.
#![expect(clippy::disallowed_methods, reason = "it misbehaves on purpose")]

use std::future::pending;
use std::time::Duration;

use serde_json::json;

use crate::hostile::marks::mark;
use crate::hostile::wire::Wire;

pub(super) async fn start_fails() {
    let (mut wire, start) = Wire::starting().await;
    mark("refuses to start");
    let error = json!({ "code": -32000, "message": "no fuel\u{1b}[2J\nand no pilot" });
    let answer = json!({ "jsonrpc": "2.0", "id": start.id, "error": error });
    wire.send(&answer).await;
    wire.obey().await;
}

pub(super) async fn start_never_ends() {
    let (_wire, _start) = Wire::starting().await;
    mark("does not answer");
    pending().await
}

pub(super) async fn start_crashes() {
    let (_wire, _start) = Wire::starting().await;
    mark("crashes");
    std::process::exit(3)
}

/// Lives for a while, as if all were well.
pub(super) async fn crashes_after(time: Duration) {
    let wire = Wire::started().await;
    let crash = async {
        tokio::time::sleep(time).await;
        mark("crashes");
        std::process::exit(4)
    };
    tokio::join!(wire.obey(), crash);
}

pub(super) async fn handler_crashes() {
    let (mut wire, start) = Wire::starting().await;
    wire.ask("ipc/handle", json!({ "channel": "ask" })).await;
    wire.answer(start.id).await;
    while let Some(asked) = wire.asked().await {
        if asked.method == "ipc/invoke" {
            mark(format_args!(
                "crashes when asked {}",
                asked.params["payload"]
            ));
            std::process::exit(9);
        }
        wire.answer(asked.id).await;
    }
}

/// What it does when it is told to stop.
#[derive(Clone, Copy)]
pub(super) enum Stopping {
    Fails,
    Crashes,
    NeverEnds,
    /// It answers, and stays.
    Lingers,
    /// It asks the shell for more and more.
    Asks,
}

pub(super) async fn stops(how: Stopping) {
    let mut wire = Wire::started().await;
    while let Some(asked) = wire.asked().await {
        if asked.method != "stop" {
            wire.answer(asked.id).await;
            continue;
        }
        mark("told to stop");
        match how {
            Stopping::Fails => {
                let error = json!({ "code": -32000, "message": "not now" });
                let answer = json!({ "jsonrpc": "2.0", "id": asked.id, "error": error });
                wire.send(&answer).await;
            }
            Stopping::Crashes => std::process::exit(5),
            Stopping::NeverEnds => pending().await,
            Stopping::Lingers => {
                wire.answer(asked.id).await;
                pending().await
            }
            Stopping::Asks => loop {
                let answer = wire.ask("config/get_all", json!({ "after": null })).await;
                if answer.is_string() {
                    pending().await
                }
            },
        }
    }
}

/// Has nobody to tell, and does not care: it stays when it is told to terminate.
pub(super) async fn ignores_sigterm() {
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::SignalKind::terminate();
        let mut signals = tokio::signal::unix::signal(terminate).expect("it may listen");
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                mark("ignores SIGTERM");
            }
        });
    }
    stops(Stopping::NeverEnds).await;
}
