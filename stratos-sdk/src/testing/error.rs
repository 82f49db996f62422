//! Errors of the test shell.

use std::fmt;
use std::io;

use stratos_host::ShellError;
use stratos_host::control::ControlError;
use stratos_host::state_dir::StateDirError;
use stratos_host::store::StoreError;
use stratos_protocol::error::chain;
use thiserror::Error;

use crate::builder::BuildError;
use crate::testing::host_kind::HOST_VARIABLE;

/// Error of [`TestShellBuilder::try_start`](crate::testing::TestShellBuilder::try_start).
#[derive(Error)]
pub enum StartError {
    /// A plugin is errored.
    #[error("plugin `{id}` is errored: {reason}{log}")]
    Errored {
        /// Id of the plugin.
        id: String,
        /// Reason that the shell shows.
        reason: String,
        /// Transcript so far, one line per entry.
        log: String,
    },
    /// A plugin cannot be built, since a hook is missing.
    #[error("cannot build the plugin: {0}")]
    Build(BuildError),
    /// Two plugins have the same id.
    #[error("two plugins have the id `{id}`")]
    DuplicateId {
        /// Id of both plugins.
        id: String,
    },
    /// The environment variable [`HOST_VARIABLE`] has an unknown value.
    #[error("{HOST_VARIABLE} is `{value}`, but must be `memory` or `process`")]
    UnknownHost {
        /// Value of the variable.
        value: String,
    },
    /// The plugin should run as a process, but the test does not name its program.
    #[error(
        "plugin `{plugin}` cannot run as a process: name its program with \
         `.program(env!(\"CARGO_BIN_EXE_{plugin}\"))`, or call `.in_memory()`"
    )]
    NoProgram {
        /// Id of the plugin.
        plugin: String,
    },
    /// The plugin should run as a process, but the test's clock is paused.
    #[error(
        "plugin `{plugin}` cannot run as a process in this test: virtual time (`start_paused`) works in memory only; \
         call `.in_memory()`, or use real time"
    )]
    VirtualTime {
        /// Id of the plugin.
        plugin: String,
    },
    /// The plugins should run as processes, which have the clock of the system, but the test sets the time.
    #[error(
        "a plugin that runs as a process has the clock of the system: leave out `time`, or call `.in_memory()`"
    )]
    TimeOfProcess,
    /// The state folder cannot be opened.
    #[error("cannot open the state folder")]
    StateFolder(#[source] StateDirError),
    /// The settings page would not store an initial value.
    #[error(
        "plugin `{plugin}` cannot start with this value of a setting; `unchecked_config` stores it without the check"
    )]
    Setting {
        /// Id of the plugin.
        plugin: String,
        /// The setting, and the values that it takes.
        #[source]
        source: ControlError,
    },
    /// The config values of the builder cannot be stored.
    #[error("cannot store the initial config values")]
    InitialConfig(#[source] StoreError),
    /// The folder for the shell's temporary files cannot be created, or the working folder does not exist.
    #[error("cannot create the folders of the test shell")]
    Files(#[source] io::Error),
    /// The shell cannot be started.
    #[error("cannot start the shell")]
    Shell(#[source] ShellError),
}

/// Error of [`TestPlugin::invoke`](crate::testing::TestPlugin::invoke).
#[derive(Error)]
pub enum InvokeError {
    /// The plugin did not answer, or its handler returned an error.
    #[error(transparent)]
    Refused(#[from] ControlError),
    /// The payload cannot be serialized to JSON.
    #[error("the payload for channel `{channel}` cannot be serialized to JSON")]
    Payload {
        /// Channel name without the prefix.
        channel: String,
        /// Error of the serializer.
        #[source]
        source: serde_json::Error,
    },
    /// The answer does not deserialize into the requested type.
    #[error("channel `{channel}` answered {answer}, which is not a `{wanted}`")]
    Answer {
        /// Channel name without the prefix.
        channel: String,
        /// Answer of the plugin.
        answer: serde_json::Value,
        /// Name of the requested Rust type.
        wanted: &'static str,
        /// Error of the deserializer.
        #[source]
        source: serde_json::Error,
    },
}

/// The sentences of the error and its causes, since `unwrap` in a test prints this.
impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&chain(self))
    }
}

/// The sentences of the error and its causes, since `unwrap` in a test prints this.
impl fmt::Debug for InvokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&chain(self))
    }
}
