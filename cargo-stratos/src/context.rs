//! What commands know about the world around them; the only place that reads the environment.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::output::Output;

/// Handed to every command.
#[derive(Debug)]
pub(crate) struct Context {
    /// Where all output goes.
    pub(crate) output: Output,
    /// The cargo that called us, or the one on the PATH.
    pub(crate) cargo: OsString,
    /// Whether somebody can be asked.
    pub(crate) interactive: bool,
}

impl Context {
    pub(crate) fn from_environment() -> Self {
        use std::io::IsTerminal as _;

        #[expect(clippy::disallowed_methods, reason = "this is the one place")]
        let (cargo, ci) = (std::env::var_os("CARGO"), std::env::var_os("CI"));
        let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        Self {
            output: Output,
            cargo: cargo.unwrap_or_else(|| "cargo".into()),
            interactive: terminal && ci.is_none(),
        }
    }

    /// A variable of the environment, for the plugins.
    pub(crate) fn variable(&self, name: &str) -> Option<OsString> {
        #[expect(clippy::disallowed_methods, reason = "this is the one place")]
        std::env::var_os(name)
    }

    /// The state folder that commands mean: the one given, or the nearest `.stratos` here or above that has a
    /// running shell, or else the nearest one that has config values.
    pub(crate) fn state_folder(&self, given: Option<PathBuf>) -> PathBuf {
        given.unwrap_or_else(|| {
            let here = std::env::current_dir().unwrap_or_default();
            let folders = here.ancestors().map(|folder| folder.join(".stratos"));
            let folders: Vec<_> = folders.collect();
            let with = |file: &str| folders.iter().find(|folder| folder.join(file).is_file());
            let found = with("host.json").or_else(|| with("config.redb"));
            found.cloned().unwrap_or_else(|| PathBuf::from(".stratos"))
        })
    }
}
