//! The shell's HTTP server under attack, over raw sockets.
//!
//! `STRATOS_SERVER_CONNECTIONS` says how many connections `load.rs` opens; without it, it is a smoke.

mod answers;
mod load;
mod prefixes;
mod raw;
mod rule;
mod smuggling;
mod table;

/// The plugin.
const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
