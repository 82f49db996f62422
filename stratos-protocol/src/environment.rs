//! Environment variables that a host sets for a plugin process.

/// The address of the local socket that the plugin connects to for the protocol: a path on Unix, a pipe name on
/// Windows.
pub const SOCKET: &str = "STRATOS_SOCKET";
/// The address of the local socket that the plugin listens on for HTTP requests to its routes.
pub const HTTP_SOCKET: &str = "STRATOS_HTTP_SOCKET";
/// A secret for one start, which the plugin repeats in [`Hello`](crate::handshake::Hello).
pub const NONCE: &str = "STRATOS_NONCE";
/// The host's process id; a plugin with a different parent process was orphaned while it started, and exits.
pub const HOST_PID: &str = "STRATOS_HOST_PID";
