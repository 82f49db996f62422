//! Why a command could not do its job.

use std::io;
use std::path::PathBuf;

use inquire::InquireError;
use stratos_host::ShellError;
use stratos_host::config::ProjectError;
use stratos_host::config::StratosTomlError;
use stratos_host::control::ClientError;
use stratos_host::owner::OwnerError;
use stratos_host::state_dir::StateDirError;
use stratos_host::store::StoreError;
use stratos_templates::RenderError;
use thiserror::Error;

use crate::exit;

/// By phase; printed once, in `main`.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// The arguments do not fit together or name something that is not there.
    #[error("{message}")]
    Usage {
        message: String,
        help: Option<String>,
    },
    /// A plugin's folder cannot be run.
    #[error("cannot use this plugin")]
    Project(#[source] ProjectError),
    /// `stratos.toml` cannot be used.
    #[error("cannot use the project's settings")]
    Settings(#[source] StratosTomlError),
    /// The state folder cannot be used.
    #[error("cannot open the shell's state")]
    State(#[source] StateDirError),
    /// The old config values cannot be forgotten.
    #[error("cannot start afresh")]
    Fresh(#[source] StoreError),
    /// The config values in a state folder cannot be read or written.
    #[error("cannot use the config values")]
    Config(#[source] StoreError),
    /// The mocked shell does not start.
    #[error("the mocked shell does not start")]
    Shell(#[source] ShellError),
    /// A scenario cannot be read.
    #[error("cannot read the scenario {}", path.display())]
    Scenario {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// There are no config values, since no shell has run with this state folder.
    #[error("nothing is stored in the state folder {}", folder.display())]
    NothingStored { folder: PathBuf },
    /// No running shell was found.
    #[error("no running shell was found")]
    Find(#[source] OwnerError),
    /// The running shell refused, which is an answer.
    #[error("{0}")]
    Refused(String),
    /// The running shell does not answer.
    #[error("cannot talk to the running shell")]
    Client(#[source] ClientError),
    /// The template of a new plugin cannot be rendered.
    #[error("cannot make the plugin")]
    Template(#[source] RenderError),
    /// A question got no answer.
    #[error("the question was not answered")]
    Question(#[source] InquireError),
    /// Git does not make a repository.
    #[error("git does not make a repository: {reason}")]
    Git { reason: String },
    /// A file cannot be read or written.
    #[error("cannot {what} {}", path.display())]
    File {
        what: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// A rule has a defect.
    #[error("the rule `{rule}` broke down while it looked at {path}")]
    BrokenRule { rule: &'static str, path: String },
    /// The check itself has a defect.
    #[error("the check broke down while it looked at {path}")]
    BrokenCheck { path: String },
    /// The operating system refuses something that commands rely on.
    #[error("cannot {what}")]
    System {
        what: &'static str,
        #[source]
        source: io::Error,
    },
    /// Whoever read our output has stopped, which is their right.
    #[error("the output was closed")]
    ClosedPipe,
}

impl Error {
    /// What to do about it.
    pub(crate) fn help(&self) -> Option<String> {
        let text = match self {
            Self::Usage { help, .. } => return help.clone(),
            Self::Project(ProjectError::NoPlugin { .. }) => {
                "make one with `cargo stratos new my-plugin --sdk-path DIR`, where DIR has the SDK's source, or name the plugin's folder"
            }
            Self::Project(ProjectError::Manifest { .. }) => {
                "`cargo stratos check` shows all mistakes"
            }
            Self::State(StateDirError::Owned { pid, .. }) => {
                return Some(format!(
                    "stop the other shell (process {pid}), or give this one a state of its own with `--state DIR`"
                ));
            }
            Self::State(StateDirError::Busy { .. }) => {
                "wait a moment and try again, or give this one a state of its own with `--state DIR`"
            }
            Self::State(StateDirError::Store {
                source: StoreError::Newer { .. },
                ..
            }) => {
                "install a newer cargo-stratos, or keep other config values here with `--state DIR`; the file is as it was"
            }
            Self::Shell(ShellError::PortTaken { .. }) => {
                "stop the other program, or run with `--port auto` and use the URL that is printed"
            }
            Self::Shell(ShellError::Persona(_)) => {
                "add personas of your own as `[auth.NAME]` in stratos.toml"
            }
            Self::Question(_) => "every answer has an option: see `cargo stratos new --help`",
            Self::Git { .. } => "make the plugin without a repository: add `--vcs none`",
            Self::Find(_) => {
                "start one with `cargo stratos run`; where it runs with another state folder, name it with `--state DIR`"
            }
            Self::NothingStored { .. } => {
                "the first `cargo stratos run` makes the store; where it ran with another state folder, name it with `--state DIR`"
            }
            Self::BrokenCheck { .. } => {
                "please report it, with the file if you can: nobody knows what is wrong in it"
            }
            Self::BrokenRule { .. } => {
                "please report it, with the manifest if you can: nobody knows what the rule would have found"
            }
            Self::Client(ClientError::Gone { .. }) => "start a shell with `cargo stratos run`",
            _ => return None,
        };
        Some(text.to_owned())
    }

    /// The exit code; the book's page on them says which is which.
    pub(crate) fn exit(&self) -> u8 {
        match self {
            Self::ClosedPipe => exit::GOOD,
            Self::Refused(_) => exit::NO,
            Self::Usage { .. }
            | Self::Project(_)
            | Self::Settings(_)
            | Self::Shell(ShellError::Persona(_))
            | Self::Scenario { .. }
            | Self::NothingStored { .. }
            | Self::Find(_) => exit::WRONG,
            Self::State(_)
            | Self::Fresh(_)
            | Self::Config(_)
            | Self::Shell(_)
            | Self::Client(_)
            | Self::Template(_)
            | Self::Question(_)
            | Self::Git { .. }
            | Self::File { .. }
            | Self::BrokenRule { .. }
            | Self::BrokenCheck { .. }
            | Self::System { .. } => exit::HINDERED,
        }
    }
}

impl From<ClientError> for Error {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Refused(reason) => Self::Refused(reason),
            error => Self::Client(error),
        }
    }
}
