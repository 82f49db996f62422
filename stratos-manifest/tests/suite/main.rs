//! The tests of the crate's promises, in one program.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod conventions;
mod fixture_facts;
mod fixtures;
mod hostile;
mod json_free;
mod json_suite;
mod path_fixes;
mod published;
mod render;
mod repair_promises;
mod schema;
mod text_fixes;
mod verdict;
