//! Failures of an upload.

use std::time::Duration;

use thiserror::Error;

use crate::platform::answer::Words;

/// Failure of an upload.
#[derive(Debug, Error)]
pub(crate) enum UploadError {
    /// The client cannot be created, for example because a proxy's URL is wrong.
    #[error("cannot prepare the upload")]
    Client(#[source] reqwest::Error),
    /// No connection was established: nothing was sent.
    #[error("cannot connect to the platform; nothing was sent")]
    Connect(#[source] reqwest::Error),
    /// The server's certificate is not valid, or its issuer is unknown: nothing was sent.
    #[error("the platform's certificate is not trusted; nothing was sent")]
    Certificate(#[source] reqwest::Error),
    /// The platform asks to come back later.
    #[error("the platform does not take uploads now (status {status}{})", asks(*.retry_after))]
    Busy {
        status: u16,
        retry_after: Option<Duration>,
        #[source]
        words: Option<Words>,
    },
    /// The connection ended or stood still before the whole bundle was sent.
    #[error(
        "the upload broke off after {sent} of {total} bytes, so the platform cannot have taken it"
    )]
    BrokenOff {
        sent: u64,
        total: u64,
        #[source]
        source: Option<reqwest::Error>,
    },
    /// The whole bundle was sent, and no answer came.
    #[error(
        "the whole bundle was sent, and no answer came: whether the platform took it is unknown"
    )]
    NoAnswer(#[source] Option<reqwest::Error>),
    /// The platform answered with a failure of its own.
    #[error("the platform failed with status {status}: whether it took the bundle is unknown")]
    Server {
        status: u16,
        #[source]
        words: Option<Words>,
    },
    /// The platform answered with another address.
    #[error("the platform redirects to {location} (status {status}), where the token is not sent")]
    Redirect { status: u16, location: String },
    /// The platform refused the bundle or the token.
    #[error("the platform refused it with status {status}")]
    Refused {
        status: u16,
        #[source]
        words: Option<Words>,
    },
}

impl UploadError {
    /// Whether the platform has judged the token or the bundle.
    pub(crate) const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// Whether the platform may have taken the bundle.
    pub(crate) const fn is_unclear(&self) -> bool {
        matches!(self, Self::NoAnswer(_) | Self::Server { .. })
    }

    /// Status code of the answer, if one came.
    pub(crate) const fn status(&self) -> Option<u16> {
        match self {
            Self::Busy { status, .. }
            | Self::Server { status, .. }
            | Self::Redirect { status, .. }
            | Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The platform's own explanation.
    pub(crate) const fn words(&self) -> Option<&Words> {
        match self {
            Self::Busy { words, .. } | Self::Server { words, .. } | Self::Refused { words, .. } => {
                words.as_ref()
            }
            _ => None,
        }
    }

    /// The command or edit that resolves the error.
    pub(crate) fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Client(_) => "check the environment variable HTTPS_PROXY",
            Self::Connect(_) => {
                "check the network, the URL of the platform and, behind a proxy, the environment variable HTTPS_PROXY"
            }
            Self::Certificate(_) => {
                "check the URL and this machine's clock; if a proxy inspects TLS, install its root certificate in the \
                 operating system"
            }
            Self::Busy { .. } | Self::BrokenOff { .. } => "run the command again later",
            Self::NoAnswer(_) | Self::Server { .. } => {
                "nothing was repeated: look in your account on the platform whether the version is there, and only then \
                 run the command again"
            }
            Self::Redirect { .. } => {
                "if the new address is right, name it with `--platform URL` or as `platform` of `[deploy]` in stratos.toml"
            }
            Self::Refused { status: 401, .. } => {
                "create a token with the scope `plugin:upload` in your account on the platform, and set \
                 SKYVEX_API_TOKEN to it"
            }
            Self::Refused { status: 403, .. } => {
                "check that the token has the scope `plugin:upload`, and that the plugin belongs to your account"
            }
            Self::Refused { status: 404, .. } => {
                "check the plugin's id and the URL of the platform; the plugin may have to be created there first"
            }
            Self::Refused { status: 409, .. } => {
                "raise the version in plugin.json and Cargo.toml, and run `cargo stratos pack` again"
            }
            Self::Refused { status: 413, .. } => {
                "`cargo stratos pack --list` shows what the bundle contains, and `.stratosignore` leaves files out"
            }
            Self::Refused { .. } => return None,
        })
    }
}

fn asks(retry_after: Option<Duration>) -> String {
    retry_after.map_or_else(String::new, |pause| {
        format!(", and asks to wait for {} s", pause.as_secs())
    })
}
