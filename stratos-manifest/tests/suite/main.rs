//! The tests of the crate's promises, in one program.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod conventions;
mod fixtures;
mod hostile;
mod json_suite;
mod published;
mod render;
mod repair_promises;
mod verdict;
