//! Environment variables that a host sets for a plugin process.

/// The address of the local socket that the plugin connects to for the protocol: a path on Unix, a pipe name on
/// Windows.
pub const SOCKET: &str = "STRATOS_SOCKET";
/// The address of the local socket that the plugin listens on for HTTP requests to its routes.
pub const HTTP_SOCKET: &str = "STRATOS_HTTP_SOCKET";
/// A secret for one start, which the plugin repeats in [`Hello`](crate::handshake::Hello).
pub const NONCE: &str = "STRATOS_NONCE";
/// The folder with the plugin's `plugin.json` and `assets/`, as an absolute path.
pub const PLUGIN_FOLDER: &str = "STRATOS_PLUGIN_FOLDER";
/// The folder for the plugin's own files, as an absolute path; the plugin creates it when it needs it.
pub const DATA_FOLDER: &str = "STRATOS_DATA_FOLDER";
/// The host's process id; a plugin with a different parent process was orphaned while it started, and exits.
pub const HOST_PID: &str = "STRATOS_HOST_PID";
