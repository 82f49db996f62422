//! Dispatches the names of faults.
#![expect(clippy::disallowed_methods, reason = "it misbehaves on purpose")]

use std::process::ExitCode;
use std::time::Duration;

use stratos_protocol::limits::FRAME_BYTES;

use crate::hostile::hooks::StopFault;
use crate::hostile::http_server::HttpFault;
use crate::hostile::{
    exits, frames, handshake, hooks, http_server, output, raw_connection, requests, services,
};

/// A hostile process exits after this time.
const MAX_LIFETIME: Duration = Duration::from_secs(120);

/// Commits the fault that the program's file name names.
///
/// # Panics
///
/// When no fault has this name, or the shell violates the protocol.
pub fn hostile() -> ExitCode {
    std::thread::spawn(|| {
        std::thread::sleep(MAX_LIFETIME);
        std::process::exit(99);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(run_fault(&raw_connection::plugin_id()));
    // Tasks that still run are dropped.
    runtime.shutdown_background();
    ExitCode::SUCCESS
}

async fn run_fault(fault: &str) {
    match std::env::var(exits::ROLE).as_deref() {
        Ok("closed") => return exits::serves_without_streams().await,
        Ok(role) => return exits::stays(role).await,
        Err(_) => {}
    }
    match fault {
        "exits-0" => handshake::exits(0),
        "exits-1" | "crash-loop" => handshake::exits(1),
        "exits-101" => handshake::exits(101),
        "aborts" => exits::aborts(),
        "never-connects" => handshake::never_connects().await,
        "stays-silent" => handshake::stays_silent().await,
        "half-a-hello" => handshake::half_a_hello().await,
        "wrong-nonce" => handshake::wrong_nonce().await,
        "two-connections" => handshake::two_connections().await,
        "strangers" => handshake::strangers().await,
        "major-0" => handshake::other_version(0, 0).await,
        "major-2" => handshake::other_version(2, 3).await,
        "newer-minor" => handshake::other_version(1, 2).await,
        "other-id" => handshake::other_id().await,
        "unknown-feature" => handshake::features(vec!["teleport".to_owned()]).await,
        "duplicate-feature" => handshake::features(vec!["http".to_owned(); 2]).await,
        "many-features" => {
            let names = (0..10_000).map(|number| format!("feature-{number}"));
            handshake::features(names.collect()).await;
        }
        "another-first-line" => handshake::another_first_line().await,
        "notifies-first" => handshake::notifies_first().await,
        "malformed-hello" => handshake::malformed_hello().await,
        "longest-frame" => frames::frame_of(FRAME_BYTES).await,
        "frame-too-long" => frames::frame_of(FRAME_BYTES + 1).await,
        "endless-line" => frames::endless_line().await,
        "truncated-frame" => frames::truncated().await,
        "invalid-utf8" => frames::bytes(b"{\"jsonrpc\":\"\xff\xfe\"}\n".to_vec()).await,
        "random-bytes" => frames::bytes(frames::random(64 * 1024)).await,
        "no-message" => frames::bytes(b"{\"jsonrpc\":\"2.0\"}\n".to_vec()).await,
        "deep-json" => frames::deep_json().await,
        "out-of-order" => frames::out_of_order().await,
        "unknown-reply" => frames::unknown_reply().await,
        "two-replies" => frames::two_replies().await,
        "reply-after-cancel" => frames::reply_after_cancel().await,
        "duplicate-id" => frames::duplicate_id().await,
        "reads-slowly" => frames::reads_slowly().await,
        "never-reads" => frames::never_reads().await,
        "log-flood" => requests::floods_with(requests::log()).await,
        "push-flood" => requests::floods_with(requests::push()).await,
        "request-flood" => requests::asks_without_listening().await,
        "unknown-methods" => requests::unknown_methods().await,
        "wrong-shapes" => requests::wrong_shapes().await,
        "foreign-prefix" => requests::registers("/api/sample").await,
        "reserved-prefix" => requests::registers("/__stratos/api").await,
        "many-prefixes" => requests::registers_many().await,
        "toast-flood" => services::shows_toasts().await,
        "flight-flood" => services::asks_of_flights().await,
        "dialog-flood" => services::opens_dialogs().await,
        "reaches-out" => services::reaches_out().await,
        "wrong-service-shapes" => services::sends_wrong_shapes().await,
        "prints-much" => output::prints(output::lines(), 64 * 1024).await,
        "prints-one-line" => output::prints(output::no_line(), 64 * 1024).await,
        "prints-binary" => output::prints(output::binary(), 8).await,
        "prints-commands" => output::prints(output::commands(), 32).await,
        "start-fails" => hooks::start_fails().await,
        "start-never-ends" => hooks::start_never_ends().await,
        "start-crashes" => hooks::start_crashes().await,
        "logs-and-exits" => hooks::logs_and_exits().await,
        "crashes-later" => hooks::crashes_after(Duration::from_secs(1)).await,
        "handler-crashes" => hooks::handler_crashes().await,
        "stop-fails" => hooks::stops(StopFault::Fails).await,
        "stop-crashes" => hooks::stops(StopFault::Crashes).await,
        "stop-never-ends" => hooks::stops(StopFault::NeverEnds).await,
        "stop-lingers" => hooks::stops(StopFault::Lingers).await,
        "stop-asks" => hooks::stops(StopFault::Asks).await,
        "ignores-sigterm" => hooks::ignores_sigterm().await,
        "leaves-a-child" => exits::leaves_behind("stays").await,
        "child-escapes" => exits::leaves_behind("escapes").await,
        "deletes-its-sockets" => exits::deletes_its_sockets().await,
        "http-refuses" => http_server::serves(HttpFault::Refuses).await,
        "http-silent" => http_server::serves(HttpFault::Silent).await,
        "http-garbage" => http_server::serves(HttpFault::Garbage).await,
        "http-closes-at-once" => http_server::serves(HttpFault::ClosesAtOnce).await,
        "http-closes-mid-body" => http_server::serves(HttpFault::ClosesMidBody).await,
        "http-endless-head" => http_server::serves(HttpFault::EndlessHead).await,
        "http-body-too-short" => http_server::serves(HttpFault::BodyTooShort).await,
        "http-body-too-long" => http_server::serves(HttpFault::BodyTooLong).await,
        "http-two-lengths" => http_server::serves(HttpFault::TwoLengths).await,
        "http-endless-continue" => http_server::serves(HttpFault::EndlessContinue).await,
        other => run_unix_fault(other),
    }
}

#[cfg(unix)]
fn run_unix_fault(fault: &str) {
    use rustix::process::Signal;

    match fault {
        "segfaults" => exits::kills_itself(Signal::SEGV),
        "is-killed" => exits::kills_itself(Signal::KILL),
        "closes-its-streams" => panic!("{}", exits::closes_its_streams()),
        unknown => panic!("there is no fault `{unknown}`"),
    }
}

#[cfg(not(unix))]
fn run_unix_fault(fault: &str) {
    panic!("there is no fault `{fault}` on this system");
}
