//! Arguments of `cargo stratos run`.

use std::ffi::OsString;
use std::path::PathBuf;

use stratos_host::{AnswerPolicy, ShellVersion};
use stratos_protocol::logger::Level;

/// Build plugins and run them in a mocked shell
///
/// No app, no login, no airline: the shell's HTTP server, config store, IPC, log, login, airline and
/// dialogs are mocked on this machine. Ctrl-C stops everything.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folders of plugins, or folders with folders of plugins
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) paths: Vec<PathBuf>,
    /// Port of the shell's HTTP server, or `auto` for any free one
    #[arg(long, value_name = "N|auto", default_value = "2066", value_parser = parse_port)]
    pub(super) port: u16,
    /// State folder, with the config values [default: .stratos in the plugin's folder]
    #[arg(long, value_name = "DIR")]
    pub(super) state: Option<PathBuf>,
    /// Delete the config values and data folders of earlier runs
    #[arg(long)]
    pub(super) fresh: bool,
    /// Login of the shell: signed-in, signed-out, expiring, or a name from stratos.toml
    #[arg(long, value_name = "PERSONA", default_value = "signed-in")]
    pub(super) auth: String,
    /// Answers to dialogs and prompts: wait for `cargo stratos answer`, none, or a default at once
    #[arg(
        long,
        value_name = "wait|none|default",
        default_value = "wait",
        hide_possible_values = true
    )]
    pub(super) answers: AnswersArg,
    /// Version of the shell to mock: v1 has its five services only, v3 stops and starts a plugin on every update
    #[arg(long, value_name = "VERSION", default_value = "all")]
    pub(super) shell: ShellArg,
    /// Do not rebuild plugins when a file is saved, but only on request
    #[arg(long)]
    pub(super) no_watch: bool,
    /// Compare files at intervals, where the file system reports no changes, such as those on a network drive
    #[arg(long, conflicts_with = "no_watch")]
    pub(super) poll: bool,
    /// Restart a plugin that crashes, with increasing delays; the real shell does not
    #[arg(long)]
    pub(super) supervise: bool,
    /// Set an environment variable of the plugins, or pass on its value; overrides stratos.toml
    #[arg(long = "env", value_name = "NAME[=VALUE]")]
    pub(super) env: Vec<String>,
    /// Debug the plugins: no timeouts, and a debugger's command line is printed before each on_start
    #[arg(long, conflicts_with = "exit_when_ready")]
    pub(super) attach: bool,
    /// Stop when all plugins have started; exit code 1 if one of them did not
    #[arg(long)]
    pub(super) exit_when_ready: bool,
    /// Maximum time for --exit-when-ready
    #[arg(long, value_name = "SECONDS", requires = "exit_when_ready")]
    pub(super) timeout: Option<u64>,
    /// Play a scenario when all plugins have started, then stop; exit code 1 if a step does not hold
    #[arg(long, value_name = "FILE", conflicts_with = "exit_when_ready")]
    pub(super) scenario: Option<PathBuf>,
    /// Print no HTTP requests, IPC calls, pushes and config changes
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Print events of this level and above: debug, info, warn, error
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "debug",
        hide_possible_values = true
    )]
    pub(super) log_level: LogLevel,
    /// Print events of this plugin and of the shell only
    #[arg(long, value_name = "ID")]
    pub(super) log_plugin: Option<String>,
    /// Print events as lines of JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Arguments for `cargo build`
    #[arg(last = true, value_name = "CARGO BUILD ARGS")]
    pub(super) cargo_args: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum ShellArg {
    All,
    V1,
    V3,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum AnswersArg {
    Wait,
    None,
    Default,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

impl From<LogLevel> for Level {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Debug => Self::Debug,
            LogLevel::Info => Self::Info,
            LogLevel::Warn => Self::Warn,
            LogLevel::Error => Self::Error,
        }
    }
}

impl From<AnswersArg> for AnswerPolicy {
    fn from(answers: AnswersArg) -> Self {
        match answers {
            AnswersArg::Wait => Self::Wait,
            AnswersArg::None => Self::None,
            AnswersArg::Default => Self::Default,
        }
    }
}

impl From<ShellArg> for ShellVersion {
    fn from(version: ShellArg) -> Self {
        match version {
            ShellArg::All => Self::All,
            ShellArg::V1 => Self::V1,
            ShellArg::V3 => Self::V3,
        }
    }
}

/// Parses a port; `auto` is port 0, for which the operating system chooses a free one.
fn parse_port(text: &str) -> Result<u16, String> {
    match text {
        "auto" => Ok(0),
        number => number
            .parse()
            .map_err(|_| "a port up to 65535; `auto` and 0 stand for any free one".to_owned()),
    }
}
