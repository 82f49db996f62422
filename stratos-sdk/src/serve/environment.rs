//! The only place that reads the process's environment.

use std::env;
use std::ffi::OsString;

use stratos_protocol::environment::{HOST_PID, HTTP_SOCKET, NONCE, SOCKET};

/// The least serious `tracing` events that become log lines: `error`, `warn`, `info` (the default),
/// `debug`, `trace` or `off`.
const LOG_LEVEL: &str = "STRATOS_LOG";

/// What the host tells a plugin process.
pub(super) struct Environment {
    pub(super) socket: OsString,
    pub(super) http_socket: OsString,
    pub(super) nonce: String,
    pub(super) host_pid: Option<u32>,
    pub(super) log_level: Option<String>,
}

impl Environment {
    /// `None` where no host started this process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub(super) fn read() -> Option<Self> {
        Some(Self {
            socket: env::var_os(SOCKET)?,
            http_socket: env::var_os(HTTP_SOCKET)?,
            nonce: env::var(NONCE).ok()?,
            host_pid: env::var(HOST_PID).ok().and_then(|pid| pid.parse().ok()),
            log_level: env::var(LOG_LEVEL).ok(),
        })
    }
}
