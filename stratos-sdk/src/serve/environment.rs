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

impl Environment {
    /// Reads the environment. `None` if this process was not started by a host.
    #[expect(
        clippy::disallowed_methods,
        reason = "the only place that reads the environment"
    )]
    pub(super) fn read() -> Option<Self> {
        Some(Self {
            socket: env::var_os(SOCKET)?,
            http_socket: env::var_os(HTTP_SOCKET)?,
            nonce: env::var(NONCE).ok()?,
            folders: PluginFolders {
                plugin: env::var_os(PLUGIN_FOLDER)?.into(),
                data: env::var_os(DATA_FOLDER)?.into(),
            },
            host_pid: env::var(HOST_PID).ok().and_then(|pid| pid.parse().ok()),
            log_level: env::var(LOG_LEVEL).ok(),
        })
    }
}
