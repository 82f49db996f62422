//! Environment of a command. No other module reads environment variables.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::output::{LOG_VARIABLE, Output};
use crate::platform::{ApiToken, TOKEN_VARIABLE, TokenError};

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

    /// The user's home folder.
    pub(crate) fn home_dir(&self) -> Option<PathBuf> {
        std::env::home_dir().filter(|path| path.is_absolute())
    }

    /// The folder in which cargo keeps packages and programs.
    pub(crate) fn cargo_home(&self) -> Option<PathBuf> {
        let given = env_var("CARGO_HOME").map(PathBuf::from);
        given.or_else(|| Some(self.home_dir()?.join(".cargo")))
    }

    /// Configuration of cargo in a folder: its files and variables.
    pub(crate) fn cargo_config(&self, folder: &Path) -> Result<cargo_config2::Config, Error> {
        cargo_config2::Config::load_with_cwd(folder).map_err(Error::CargoConfig)
    }

    /// Whether cargo-xwin has downloaded the libraries of Microsoft: it has no command that tells. The places are those
    /// of cargo-xwin 0.23, outside of Windows.
    pub(crate) fn has_xwin_cache(&self) -> bool {
        let given = env_var("XWIN_CACHE_DIR").map(PathBuf::from);
        let default = || {
            let system = match cfg!(target_os = "macos") {
                true => self.home_dir()?.join("Library/Caches"),
                false => match env_var("XDG_CACHE_HOME") {
                    Some(caches) => caches.into(),
                    None => self.home_dir()?.join(".cache"),
                },
            };
            Some(system.join("cargo-xwin"))
        };
        let cache = given.or_else(default);
        cache.is_some_and(|cache| cache.join("xwin/DONE").is_file())
    }

    /// The user's folder for sockets, on Linux.
    pub(crate) fn runtime_dir(&self) -> Option<PathBuf> {
        env_var("XDG_RUNTIME_DIR").map(PathBuf::from)
    }

    /// The folder in which the real shell keeps its data for this user (V2, V3).
    pub(crate) fn app_data_dir(&self) -> Option<PathBuf> {
        const NAME: &str = "Stratos";

        let home = || env_var("HOME").map(PathBuf::from);
        let folder = if cfg!(windows) {
            env_var("APPDATA").map(PathBuf::from)
        } else if cfg!(target_os = "macos") {
            home().map(|home| home.join("Library/Application Support"))
        } else {
            // The specification of the variable has relative paths ignored.
            let given = env_var("XDG_CONFIG_HOME").map(PathBuf::from);
            let given = given.filter(|folder| folder.is_absolute());
            given.or_else(|| Some(home()?.join(".config")))
        };
        Some(folder?.join(NAME))
    }

    /// Token of the platform's API.
    pub(crate) fn api_token(&self) -> Result<ApiToken, TokenError> {
        ApiToken::parse(env_var(TOKEN_VARIABLE))
    }

    /// Filter for log messages, unless it is unset or empty.
    pub(crate) fn log_filter(&self) -> Option<OsString> {
        env_var(LOG_VARIABLE).filter(|filter| !filter.is_empty())
    }

    /// The current folder.
    pub(crate) fn current_dir(&self) -> PathBuf {
        std::env::current_dir().unwrap_or_default()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the only place that reads the environment"
)]
fn env_var(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
