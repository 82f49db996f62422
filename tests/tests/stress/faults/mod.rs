//! Misbehaving plugins beside healthy plugins, which must not be affected.
//!
//! Each fault happens when the shell starts, and again after a restart where it can be repeated.
//! `STRATOS_FAULT_ROUNDS=10 cargo test -p stratos-tests --test stress faults -- --nocapture` is the long run, and
//! prints the outcome of each fault.

mod book;
mod fault_run;
mod fault_table;
mod single_plugin;

use stratos_tests::exclusive;

use self::fault_run::run_all;
use self::fault_table::{
    EARLY_EXITS, FRAMES, HANDSHAKES, HOOKS, HTTP, OUTPUT, PROGRAMS, REQUESTS, SERVICES,
};
use crate::{HOSTILE, SAMPLE};

#[test]
fn programs_that_cannot_start() {
    run_all(PROGRAMS);
}

#[test]
fn plugins_that_exit_or_are_refused_before_the_handshake() {
    run_all(EARLY_EXITS);
}

#[test]
fn invalid_handshakes() {
    run_all(HANDSHAKES);
}

#[test]
fn invalid_and_unexpected_frames() {
    let _lock = exclusive();
    run_all(FRAMES);
}

#[test]
fn too_many_and_forbidden_requests() {
    let _lock = exclusive();
    run_all(REQUESTS);
}

#[test]
fn misused_services_of_later_shells() {
    let _lock = exclusive();
    run_all(SERVICES);
}

#[test]
fn floods_of_output_and_closed_streams() {
    let _lock = exclusive();
    run_all(OUTPUT);
}

#[test]
fn failing_hooks_and_handlers() {
    run_all(HOOKS);
}

#[test]
fn invalid_http_responses() {
    run_all(HTTP);
}
