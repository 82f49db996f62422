//! The connection of a plugin to its host.

use std::fmt;
use std::path::PathBuf;

use crate::listener::StreamListener;
use crate::stream::BoxedStream;

/// The plugin's end of its connection to the host.
pub struct HostConnection {
    /// The stream that carries the protocol.
    pub control: BoxedStream,
    /// The source of connections with HTTP requests to the plugin's routes.
    pub http: StreamListener,
    /// The secret that the host generated for this start of the plugin, and expects in the handshake.
    pub nonce: String,
    /// The plugin's folders.
    pub folders: PluginFolders,
}

/// The folders that a host gives to a plugin, as absolute paths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PluginFolders {
    /// The folder with `plugin.json` and `assets/`.
    pub plugin: PathBuf,
    /// The folder for the plugin's own files, which the plugin creates when it needs it.
    pub data: PathBuf,
}

impl fmt::Debug for HostConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostConnection")
            .field("http", &self.http)
            .finish_non_exhaustive()
    }
}
