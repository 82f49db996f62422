//! Why a test's shell did not do it.

use std::any::type_name;
use std::io;

use stratos_host::ShellError;
use stratos_host::control::ControlError;
use stratos_host::state_dir::StateDirError;
use stratos_host::store::StoreError;
use thiserror::Error;

use crate::builder::BuildError;
use crate::testing::host::HOST_VARIABLE;

/// Why a [`TestShell`](crate::testing::TestShell) did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// A plugin is errored.
    #[error("plugin `{id}` is errored: {reason}{log}")]
    Errored {
        /// The plugin.
        id: String,
        /// Why.
        reason: String,
        /// What happened until then, as lines.
        log: String,
    },
    /// A plugin cannot even be made.
    #[error("the plugin cannot be made: {0}")]
    Build(BuildError),
    /// The same id twice.
    #[error("two plugins have the id `{id}`")]
    SameId {
        /// The id.
        id: String,
    },
    /// The environment asks for something unknown.
    #[error("{HOST_VARIABLE} is `{said}`, but it can be `memory` or `process`")]
    Host {
        /// What it says.
        said: String,
    },
    /// A process is asked for, and nobody said which.
    #[error(
        "plugin `{plugin}` cannot run as a process: name its program with \
         `.program(env!(\"CARGO_BIN_EXE_{plugin}\"))`, or say `.in_memory()`"
    )]
    NoProgram {
        /// The plugin.
        plugin: String,
    },
    /// A process is asked for, and the clock stands still.
    #[error(
        "plugin `{plugin}` cannot run as a process in this test: virtual time (`start_paused`) exists in memory only; \
         say `.in_memory()`, or let the time be real"
    )]
    VirtualTime {
        /// The plugin.
        plugin: String,
    },
    /// The config values cannot be kept.
    #[error("cannot use the state folder")]
    State(#[source] StateDirError),
    /// The preset config values cannot be stored.
    #[error("cannot store the preset config values")]
    Preset(#[source] StoreError),
    /// Processes cannot be started here.
    #[error("cannot make a place for the plugins' programs")]
    Programs(#[source] io::Error),
    /// The shell itself does not start.
    #[error("the shell does not start")]
    Shell(#[source] ShellError),
}

/// Why a question on a channel has no answer of the wanted type.
#[derive(Debug, Error)]
pub enum InvokeError {
    /// The plugin did not answer, or with an error.
    #[error(transparent)]
    Refused(#[from] ControlError),
    /// What is asked has no JSON form.
    #[error("the payload for channel `{channel}` has no JSON form")]
    Payload {
        /// The channel.
        channel: String,
        /// The reason.
        #[source]
        source: serde_json::Error,
    },
    /// The answer is of another type.
    #[error("channel `{channel}` answered {answer}, which is no `{wanted}`")]
    Answer {
        /// The channel.
        channel: String,
        /// What it answered.
        answer: serde_json::Value,
        /// The Rust type that was asked for.
        wanted: &'static str,
        /// The exact mismatch.
        #[source]
        source: serde_json::Error,
    },
}

impl InvokeError {
    pub(crate) fn answer<T>(
        channel: &str,
        answer: serde_json::Value,
        source: serde_json::Error,
    ) -> Self {
        Self::Answer {
            channel: channel.to_owned(),
            answer,
            wanted: type_name::<T>(),
            source,
        }
    }
}
