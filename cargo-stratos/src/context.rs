//! Environment of a command. No other module reads environment variables.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use crate::error::Error;
use crate::output::{LOG_VARIABLE, Output};
use crate::state_search::find_state_dir;

/// Environment that every command gets.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) output: Output,
    /// Path of the cargo that started this program, otherwise `cargo`, to be found on the `PATH`.
    pub(crate) cargo: OsString,
    /// Whether prompts can be answered: stdin and stderr are a terminal, and this is no CI job.
    pub(crate) interactive: bool,
}

impl Context {
    /// Reads the environment of this process.
    pub(crate) fn from_env() -> Self {
        let terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        Self {
            output: Output,
            cargo: env_var("CARGO").unwrap_or_else(|| "cargo".into()),
            interactive: terminal && env_var("CI").is_none(),
        }
    }

    /// Value of an environment variable that is passed on to plugins.
    pub(crate) fn env_var(&self, name: &str) -> Option<OsString> {
        env_var(name)
    }

    /// The user's folder for sockets, on Linux.
    pub(crate) fn runtime_dir(&self) -> Option<PathBuf> {
        env_var("XDG_RUNTIME_DIR").map(PathBuf::from)
    }

    /// Filter for log messages, unless it is unset or empty.
    pub(crate) fn log_filter(&self) -> Option<OsString> {
        env_var(LOG_VARIABLE).filter(|filter| !filter.is_empty())
    }

    /// State folder that a command is about: `given`, or that of the shell that runs in the current folder, above or
    /// below.
    pub(crate) fn state_dir(&self, given: Option<PathBuf>) -> Result<PathBuf, Error> {
        let current = || std::env::current_dir().unwrap_or_default();
        given.map_or_else(|| find_state_dir(&current()), Ok)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the only place that reads the environment"
)]
fn env_var(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
