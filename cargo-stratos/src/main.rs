//! `cargo stratos`: scaffold, check and run Stratos plugins.

mod app_data;
mod block_on;
mod bundle_file;
mod cli;
mod commands;
mod config_entry;
mod context;
mod error;
mod exit;
mod git;
mod lint;
mod manifests;
mod move_folder;
mod output;
mod parallel;
mod platform;
mod release;
mod replace_file;
mod state_search;
mod stop_signals;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
