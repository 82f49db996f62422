//! The commands of `cargo stratos` that start no plugin, and all that its commands print.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

mod archives;
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
mod doctor;
mod explain;
mod formats;
mod install;
mod logging;
mod new;
mod pack;
mod run_arguments;
mod ship_chain;
mod terminal;
mod test_command;
mod untrusted_text;
mod workflows;

/// The Node project with its packages, which are installed once. An error if Node or the packages are missing.
fn node_packages() -> Result<&'static Path, &'static str> {
    static PROJECT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli");
    let project = PROJECT.get_or_init(|| stratos_tests::node_project(&place));
    project.as_deref().map_err(String::as_str)
}

/// Path of the sample plugin's program.
const SAMPLE: &str = env!("CARGO_BIN_EXE_sample-plugin");
