//! The environment variables that a host sets for a plugin process.

/// The local socket that the plugin connects to for the protocol.
///
/// A path on Unix, a pipe name on Windows.
pub const SOCKET: &str = "STRATOS_SOCKET";
/// The local socket that the plugin listens on for HTTP requests to its routes.
pub const HTTP_SOCKET: &str = "STRATOS_HTTP_SOCKET";
/// A secret of one use, which the plugin repeats in [`Hello`](crate::hello::Hello).
pub const NONCE: &str = "STRATOS_NONCE";
/// The host's process id: a plugin whose parent is another one was orphaned while it started.
pub const HOST_PID: &str = "STRATOS_HOST_PID";
