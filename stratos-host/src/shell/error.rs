//! Reasons why a shell cannot start.

use std::io;

use thiserror::Error;

use crate::remote::HostFileError;
use crate::services::UnknownPersona;

/// Reason why a shell cannot start.
#[derive(Debug, Error)]
pub enum ShellError {
    /// `host.json`, by which other commands find the shell, cannot be written.
    #[error("cannot tell other commands how to reach the shell")]
    HostFile(#[source] HostFileError),
    /// Another process listens on the port.
    #[error("port {port} is taken{}", holder.as_ref().map(|h| format!(" by {h}")).unwrap_or_default())]
    PortTaken {
        /// Port on 127.0.0.1.
        port: u16,
        /// Name and id of the other process, where the operating system tells.
        holder: Option<String>,
    },
    /// The port cannot be opened for another reason.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// Port on 127.0.0.1.
        port: u16,
        /// Error of the operating system.
        #[source]
        source: io::Error,
    },
    /// No persona has the name in [`ShellOptions::auth`](crate::ShellOptions::auth).
    #[error(transparent)]
    Persona(#[from] UnknownPersona),
}
