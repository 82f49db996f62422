//! Environment variables of a plugin process. No other module reads the process's environment.

use std::env;
use std::ffi::OsString;

use stratos_protocol::environment::{
    DATA_FOLDER, HOST_PID, HTTP_SOCKET, NONCE, PLUGIN_FOLDER, SOCKET,
};
use stratos_transport::PluginFolders;

/// Variable with the maximum level of `tracing` events to forward: `error`, `warn`, `info` (the default), `debug`,
/// `trace` or `off`.
const LOG_LEVEL: &str = "STRATOS_LOG";

/// Values that the host passes to a plugin process.
pub(super) struct Environment {
    /// Address of the control socket.
    pub(super) socket: OsString,
    /// Address at which the plugin listens for HTTP connections.
    pub(super) http_socket: OsString,
    /// Secret for the handshake.
    pub(super) nonce: String,
    pub(super) folders: PluginFolders,
    pub(super) host_pid: Option<u32>,
    pub(super) log_level: Option<String>,
}

/// Error of [`Environment::read`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EnvironmentError {
    /// No host started this process.
    NoHost,
    /// A variable that the host, which is probably an older one, has not set.
    Missing(&'static str),
}

impl Environment {
    /// Reads the environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "the only place that reads the environment"
    )]
    pub(super) fn read() -> Result<Self, EnvironmentError> {
        let socket = env::var_os(SOCKET).ok_or(EnvironmentError::NoHost)?;
        let var = |name| env::var_os(name).ok_or(EnvironmentError::Missing(name));
        Ok(Self {
            socket,
            http_socket: var(HTTP_SOCKET)?,
            nonce: env::var(NONCE).map_err(|_| EnvironmentError::Missing(NONCE))?,
            folders: PluginFolders {
                plugin: var(PLUGIN_FOLDER)?.into(),
                data: var(DATA_FOLDER)?.into(),
            },
            host_pid: env::var(HOST_PID).ok().and_then(|pid| pid.parse().ok()),
            log_level: env::var(LOG_LEVEL).ok(),
        })
    }
}
