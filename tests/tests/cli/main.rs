//! The commands of `cargo stratos` that start no plugin, and all that its commands print.

mod build;
mod check;
mod check_discovery;
mod check_fix;
mod check_git;
mod check_levels;
mod check_suppressions;
mod ci_recipes;
mod config;
mod deploy;
mod explain;
mod formats;
mod install;
mod logging;
mod new;
mod pack;
mod run_arguments;
mod terminal;
mod test_command;
mod untrusted_text;

/// Path of the sample plugin's program.
const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
