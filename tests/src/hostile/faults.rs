//! Which fault has which name.
#![expect(clippy::disallowed_methods, reason = "it misbehaves on purpose")]

use std::process::ExitCode;
use std::time::Duration;

use stratos_protocol::limits::FRAME_BYTES;

use crate::hostile::hooks::Stopping;
use crate::hostile::web::Web;
use crate::hostile::{calls, ending, frames, greeting, hooks, output, web, wire};

/// No hostile process lives longer.
const LIFE: Duration = Duration::from_secs(120);

/// Commits the fault that its name says.
///
/// # Panics
///
/// When no fault has this name, or the shell does not behave.
pub fn hostile() -> ExitCode {
    std::thread::spawn(|| {
        std::thread::sleep(LIFE);
        std::process::exit(99);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(commit(&wire::id()));
    // Whatever it still does ends with it.
    runtime.shutdown_background();
    ExitCode::SUCCESS
}

async fn commit(fault: &str) {
    match std::env::var(ending::ROLE).as_deref() {
        Ok("closed") => return ending::serves_without_streams().await,
        Ok(role) => return ending::stays(role).await,
        Err(_) => {}
    }
    match fault {
        "exits-0" => greeting::exits(0),
        "exits-1" | "crash-loop" => greeting::exits(1),
        "exits-101" => greeting::exits(101),
        "aborts" => ending::aborts(),
        "never-connects" => greeting::never_connects().await,
        "stays-silent" => greeting::stays_silent().await,
        "half-a-hello" => greeting::half_a_hello().await,
        "wrong-nonce" => greeting::wrong_nonce().await,
        "two-connections" => greeting::two_connections().await,
        "strangers" => greeting::strangers().await,
        "major-0" => greeting::other_version(0, 0).await,
        "major-2" => greeting::other_version(2, 3).await,
        "minor-1" => greeting::other_version(1, 1).await,
        "other-id" => greeting::other_id().await,
        "unknown-feature" => greeting::features(vec!["teleport".to_owned()]).await,
        "duplicate-feature" => greeting::features(vec!["http".to_owned(); 2]).await,
        "many-features" => {
            let names = (0..10_000).map(|number| format!("feature-{number}"));
            greeting::features(names.collect()).await;
        }
        "another-first-line" => greeting::another_first_line().await,
        "notifies-first" => greeting::notifies_first().await,
        "malformed-hello" => greeting::malformed_hello().await,
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
        "log-flood" => calls::floods_with(calls::log()).await,
        "push-flood" => calls::floods_with(calls::push()).await,
        "request-flood" => calls::asks_without_listening().await,
        "unknown-methods" => calls::unknown_methods().await,
        "wrong-shapes" => calls::wrong_shapes().await,
        "foreign-prefix" => calls::registers("/api/sample").await,
        "reserved-prefix" => calls::registers("/__stratos/api").await,
        "many-prefixes" => calls::registers_many().await,
        "prints-much" => output::prints(output::lines(), 64 * 1024).await,
        "prints-one-line" => output::prints(output::no_line(), 64 * 1024).await,
        "prints-binary" => output::prints(output::binary(), 8).await,
        "prints-commands" => output::prints(output::commands(), 32).await,
        "start-fails" => hooks::start_fails().await,
        "start-never-ends" => hooks::start_never_ends().await,
        "start-crashes" => hooks::start_crashes().await,
        "crashes-later" => hooks::crashes_after(Duration::from_secs(1)).await,
        "handler-crashes" => hooks::handler_crashes().await,
        "stop-fails" => hooks::stops(Stopping::Fails).await,
        "stop-crashes" => hooks::stops(Stopping::Crashes).await,
        "stop-never-ends" => hooks::stops(Stopping::NeverEnds).await,
        "stop-lingers" => hooks::stops(Stopping::Lingers).await,
        "stop-asks" => hooks::stops(Stopping::Asks).await,
        "ignores-sigterm" => hooks::ignores_sigterm().await,
        "leaves-a-child" => ending::leaves_behind("stays").await,
        "child-escapes" => ending::leaves_behind("escapes").await,
        "deletes-its-sockets" => ending::deletes_its_sockets().await,
        "http-refuses" => web::serves(Web::Refuses).await,
        "http-silent" => web::serves(Web::Silent).await,
        "http-garbage" => web::serves(Web::Garbage).await,
        "http-closes-at-once" => web::serves(Web::ClosesAtOnce).await,
        "http-closes-mid-body" => web::serves(Web::ClosesMidBody).await,
        "http-endless-head" => web::serves(Web::EndlessHead).await,
        "http-body-too-short" => web::serves(Web::BodyTooShort).await,
        "http-body-too-long" => web::serves(Web::BodyTooLong).await,
        "http-two-lengths" => web::serves(Web::TwoLengths).await,
        "http-endless-continue" => web::serves(Web::EndlessContinue).await,
        other => commit_on_unix(other),
    }
}

#[cfg(unix)]
fn commit_on_unix(fault: &str) {
    use rustix::process::Signal;

    match fault {
        "segfaults" => ending::kills_itself(Signal::SEGV),
        "is-killed" => ending::kills_itself(Signal::KILL),
        "closes-its-streams" => panic!("{}", ending::closes_its_streams()),
        unknown => panic!("there is no fault `{unknown}`"),
    }
}

#[cfg(not(unix))]
fn commit_on_unix(fault: &str) {
    panic!("there is no fault `{fault}` on this system");
}
