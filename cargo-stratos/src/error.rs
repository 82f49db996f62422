//! Errors of commands, with their help texts and exit codes.

use std::io;
use std::path::PathBuf;

use inquire::InquireError;
use stratos_bundle::{IgnoreFileError, WriteZipError};
use stratos_host::ShellError;
use stratos_host::StateDir;
use stratos_host::config::ProjectError;
use stratos_host::config::StratosTomlError;
use stratos_host::process::BuildError;
use stratos_host::remote::ClientError;
use stratos_host::remote::HostFileError;
use stratos_host::state_dir::StateDirError;
use stratos_host::store::StoreError;
use stratos_templates::RenderError;
use thiserror::Error;

use crate::exit;
use crate::platform::{PlatformUrlError, TokenError, UploadError};

/// Error of a command. `cli::main` prints it.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// The command line is wrong, or names something that does not exist.
    #[error("{message}")]
    Usage {
        message: String,
        help: Option<String>,
    },
    /// A plugin's folder cannot be run.
    #[error("cannot use this plugin")]
    Project(#[source] ProjectError),
    /// `stratos.toml` cannot be read.
    #[error("cannot use the project's settings")]
    Settings(#[source] StratosTomlError),
    /// The state folder cannot be opened.
    #[error("cannot open the shell's state")]
    State(#[source] StateDirError),
    /// `--fresh` cannot clear the config values.
    #[error("cannot clear the config values")]
    ClearConfig(#[source] StoreError),
    /// The config values in a state folder cannot be read or written.
    #[error("cannot use the config values")]
    Config(#[source] StoreError),
    /// The mocked shell does not start.
    #[error("the mocked shell does not start")]
    Shell(#[source] ShellError),
    /// A scenario file cannot be read.
    #[error("cannot read the scenario {}", path.display())]
    Scenario {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// A recording of a flight cannot be read or written.
    #[error("cannot use the recording {}", path.display())]
    Recording {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The state folder has no config store because no shell has used it yet.
    #[error("there are no config values in the state folder {}", folder.display())]
    NoConfigStore { folder: PathBuf },
    /// The state folder belongs to no running shell.
    #[error("no running shell was found")]
    NoRunningShell(#[source] HostFileError),
    /// The running shell refused the request.
    #[error("{0}")]
    Refused(String),
    /// The running shell does not answer.
    #[error("cannot talk to the running shell")]
    Client(#[source] ClientError),
    /// The template of a new plugin cannot be rendered.
    #[error("cannot create the plugin")]
    Template(#[source] RenderError),
    /// A prompt was cancelled or could not be shown.
    #[error("the question was not answered")]
    Prompt(#[source] InquireError),
    /// `git init` failed.
    #[error("cannot create a git repository: {reason}")]
    GitInit { reason: String },
    /// cargo, or a command of `stratos.toml` that builds or signs, reported an error. It was printed.
    #[error("{0}")]
    BuildFailed(String),
    /// A package has no program for the plugin.
    #[error("cannot use this package")]
    Program(#[source] BuildError),
    /// cargo cannot list the packages of a build.
    #[error("cannot read the package")]
    CargoMetadata(#[source] cargo_metadata::Error),
    /// The configuration of cargo cannot be read.
    #[error("cannot read cargo's configuration")]
    CargoConfig(#[source] cargo_config2::Error),
    /// A tool that a build needs is not installed.
    #[error("{message}")]
    MissingTool {
        message: String,
        /// The command that installs it.
        help: String,
    },
    /// The URL of the platform is not one to which a token may be sent.
    #[error("cannot use the URL of the platform")]
    PlatformUrl(#[source] PlatformUrlError),
    /// The platform's token is missing or wrong.
    #[error("cannot use the token for the platform")]
    Token(#[source] TokenError),
    /// The platform refused the same upload before.
    #[error("{0}")]
    RefusedBefore(String),
    /// An upload failed.
    #[error("the upload of {plugin} failed")]
    Upload {
        /// Id and version.
        plugin: String,
        #[source]
        source: UploadError,
    },
    /// A folder cannot be moved into its place.
    #[error("cannot move {}", path.display())]
    MoveFolder {
        path: PathBuf,
        /// Path of the folder that was there before, if it could not be moved back.
        kept: Option<PathBuf>,
        #[source]
        source: io::Error,
    },
    /// `.stratosignore` has an invalid pattern.
    #[error("cannot use {}", path.display())]
    IgnoreFile {
        path: PathBuf,
        #[source]
        source: IgnoreFileError,
    },
    /// The zip of a plugin cannot be written into memory.
    #[error("cannot pack the plugin")]
    Zip(#[source] WriteZipError),
    /// A signal has ended the command.
    #[error("interrupted")]
    Interrupted,
    /// An operation on a file or folder failed.
    #[error("cannot {operation} {}", path.display())]
    File {
        /// Verb of the message, such as `read`.
        operation: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The plugin of `cargo stratos doctor` cannot be removed from the app.
    #[error("cannot remove {}", path.display())]
    RemoveProbe {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// A rule panicked.
    #[error("internal error: the rule `{rule}` panicked while it checked {path}")]
    RulePanic { rule: &'static str, path: String },
    /// The linter panicked outside of a rule.
    #[error("internal error: the check of {path} panicked")]
    CheckPanic { path: String },
    /// An operation of the operating system failed.
    #[error("cannot {operation}")]
    System {
        /// Verb of the message with its object, such as `start cargo`.
        operation: &'static str,
        #[source]
        source: io::Error,
    },
    /// The reader of stdout closed the pipe, which counts as success.
    #[error("the output was closed")]
    BrokenPipe,
}

impl Error {
    /// A [`Usage`](Self::Usage) error with a help text.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            help: Some(help.into()),
        }
    }

    /// A [`File`](Self::File) error.
    pub(crate) fn file(
        operation: &'static str,
        path: impl Into<PathBuf>,
        source: io::Error,
    ) -> Self {
        Self::File {
            operation,
            path: path.into(),
            source,
        }
    }

    /// Constructor of a [`System`](Self::System) error, for `map_err`.
    pub(crate) fn system(operation: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::System { operation, source }
    }

    /// The command or edit that resolves the error.
    pub(crate) fn help(&self) -> Option<String> {
        let text = match self {
            Self::Usage { help, .. } => return help.clone(),
            Self::MissingTool { help, .. } => return Some(help.clone()),
            Self::Project(ProjectError::Manifest { .. }) => {
                "`cargo stratos check` shows all mistakes"
            }
            Self::Settings(StratosTomlError::Parse { source, .. }) => return source.help.clone(),
            Self::Settings(StratosTomlError::Conflict { .. }) => {
                "all plugins have one login: give one of the two another name, or make them equal"
            }
            Self::State(StateDirError::Owned { pid, .. }) => {
                return Some(format!(
                    "stop the other shell (process {pid}), or use another state folder with `--state DIR`"
                ));
            }
            Self::State(StateDirError::Busy { .. }) => {
                "wait a moment and try again, or use another state folder with `--state DIR`"
            }
            Self::State(error) if error.is_read_only() => {
                "name a state folder that this user can write to with `--state DIR`"
            }
            Self::State(StateDirError::Folder { .. }) => {
                "name a folder with `--state DIR`, which need not exist"
            }
            Self::State(StateDirError::Store {
                source: StoreError::Newer { .. },
                ..
            }) => {
                "install a newer cargo-stratos, or use another state folder with `--state DIR`; the file was not changed"
            }
            Self::Shell(ShellError::PortTaken { .. }) => {
                "stop the other program, or run with `--port auto` and use the URL that is printed"
            }
            Self::Shell(ShellError::Persona(_)) => {
                "add personas of your own as `[auth.NAME]` in stratos.toml"
            }
            Self::Prompt(_) => {
                "every question has an option that answers it: see `cargo stratos new --help`"
            }
            Self::GitInit { .. } => "create the plugin without a repository: add `--vcs none`",
            Self::NoRunningShell(HostFileError::NotFound { folder })
            | Self::NoConfigStore { folder }
                if folder.join(StateDir::NAME).is_dir() =>
            {
                let inner = folder.join(StateDir::NAME);
                return Some(format!(
                    "name the state folder in it: `--state {}`",
                    inner.display()
                ));
            }
            Self::NoRunningShell(_) => {
                "start one with `cargo stratos run`, or name the state folder of the running one with `--state DIR`"
            }
            Self::NoConfigStore { .. } => {
                "the first `cargo stratos run` creates them; if it used another state folder, name it with `--state DIR`"
            }
            Self::CheckPanic { .. } | Self::RulePanic { .. } => {
                "please report it, with the file if you can; the findings in this file are incomplete"
            }
            Self::PlatformUrl(_) => {
                "use an `https` URL without a user name, or `http` with the host localhost, 127.0.0.1 or [::1]"
            }
            Self::Token(_) => {
                "set the environment variable SKYVEX_API_TOKEN to a token with the scope `plugin:upload`; in CI, from a \
                 secret"
            }
            Self::MoveFolder {
                kept: Some(kept), ..
            } => return Some(format!("what was there before is now {}", kept.display())),
            Self::MoveFolder { source, .. } if is_locked(source) => {
                "close Stratos and other programs that use the folder, and run the command again"
            }
            Self::RefusedBefore(_) => {
                "raise the version in plugin.json and Cargo.toml and pack again, or pass `--again`"
            }
            Self::Upload { source, .. } => source.help()?,
            Self::RemoveProbe { .. } => {
                "quit Stratos, and then run `cargo stratos doctor --app --remove`"
            }
            Self::Client(ClientError::Unreachable { .. }) => {
                "start a shell with `cargo stratos run`"
            }
            _ => return None,
        };
        Some(text.to_owned())
    }

    /// The process exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::BrokenPipe => exit::SUCCESS,
            Self::Refused(_) | Self::RefusedBefore(_) | Self::BuildFailed(_) => exit::FAILURE,
            Self::Upload { source, .. } if source.is_refusal() => exit::FAILURE,
            Self::Usage { .. }
            | Self::Project(_)
            | Self::Settings(_)
            | Self::Program(_)
            | Self::CargoConfig(_)
            | Self::IgnoreFile { .. }
            | Self::Shell(ShellError::Persona(_))
            | Self::Recording { .. }
            | Self::Scenario { .. }
            | Self::NoConfigStore { .. }
            | Self::NoRunningShell(_)
            | Self::PlatformUrl(_)
            | Self::Token(_) => exit::USAGE,
            Self::State(_)
            | Self::ClearConfig(_)
            | Self::Config(_)
            | Self::Shell(_)
            | Self::Client(_)
            | Self::Template(_)
            | Self::Prompt(_)
            | Self::GitInit { .. }
            | Self::CargoMetadata(_)
            | Self::MissingTool { .. }
            | Self::Interrupted
            | Self::Zip(_)
            | Self::File { .. }
            | Self::RemoveProbe { .. }
            | Self::RulePanic { .. }
            | Self::CheckPanic { .. }
            | Self::Upload { .. }
            | Self::MoveFolder { .. }
            | Self::System { .. } => exit::ERROR,
        }
    }
}

/// Whether a program has a file in the folder open, which matters on Windows only.
pub(crate) fn is_locked(error: &io::Error) -> bool {
    const ERROR_SHARING_VIOLATION: i32 = 32;

    cfg!(windows)
        && (error.kind() == io::ErrorKind::PermissionDenied
            || error.raw_os_error() == Some(ERROR_SHARING_VIOLATION))
}

impl From<ClientError> for Error {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Rejected(reason) => Self::Refused(reason),
            error => Self::Client(error),
        }
    }
}

impl From<ProjectError> for Error {
    fn from(error: ProjectError) -> Self {
        match error {
            ProjectError::NotFound { .. } | ProjectError::NotAFolder { .. } => Self::usage(
                error.to_string(),
                "name a plugin's folder, or a folder with plugins in its subfolders",
            ),
            error => Self::Project(error),
        }
    }
}
