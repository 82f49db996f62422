//! Plugins that misbehave in every way we could think of, beside plugins that must not notice.
//!
//! Each fault happens twice where that is possible: when the shell starts, and once more when it runs. With
//! `STRATOS_FAULT_ROUNDS=10` everything is done ten times; `--nocapture` shows what came of it.

mod book;
mod matrix;
mod rows;
mod singles;

use self::matrix::try_all;
use self::rows::{CALLS, ENDS_EARLY, FRAMES, GREETINGS, HOOKS, OUTPUT, PROGRAMS, WEB};

use crate::SAMPLE;

const HOSTILE: &str = env!("CARGO_BIN_EXE_hostile-plugin");

#[test]
fn programs_that_cannot_be_started() {
    try_all(PROGRAMS);
}

#[test]
fn plugins_that_end_or_are_refused_at_once() {
    try_all(ENDS_EARLY);
}

#[test]
fn plugins_that_greet_in_the_wrong_way() {
    try_all(GREETINGS);
}

#[test]
fn lines_that_are_no_messages_or_not_for_this_moment() {
    try_all(FRAMES);
}

#[test]
fn calls_that_are_too_many_or_not_allowed() {
    try_all(CALLS);
}

#[test]
fn output_and_streams() {
    try_all(OUTPUT);
}

#[test]
fn hooks_and_handlers_that_fail() {
    try_all(HOOKS);
}

#[test]
fn http_servers_that_answer_wrongly() {
    try_all(WEB);
}
