//! `ctx.plugin`: the plugin's identity and folders.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use stratos_protocol::handshake::Identity;
use stratos_transport::PluginFolders;

/// Identity and folders of the plugin. Cheap to clone.
///
/// ```no_run
/// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
/// let airports = std::fs::read_to_string(ctx.plugin.folder().join("assets/airports.csv"))?;
/// let cache = ctx.plugin.data_folder()?.join("cache.json");
/// ctx.logger.info("MyPlugin", format_args!("version {}", ctx.plugin.version()));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct PluginInfo(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    identity: Identity,
    folders: PluginFolders,
}

impl PluginInfo {
    pub(crate) fn new(identity: Identity, folders: PluginFolders) -> Self {
        Self(Arc::new(Inner { identity, folders }))
    }

    /// Id in the plugin's manifest.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.identity.id
    }

    /// Version in the plugin's manifest.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.identity.version
    }

    /// Folder with the plugin's `plugin.json` and `assets/`, as an absolute path.
    ///
    /// Read from it only: an update replaces the folder, and the pilot may have no permission to write there. In the
    /// mocked shell it is the folder of the project, and in a test that of the package.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0.folders.plugin
    }

    /// Folder for the plugin's own files, as an absolute path. Created if it does not exist.
    ///
    /// Updates and restarts of the shell leave the folder as it is, and no other plugin uses it. In the mocked shell it is
    /// `.stratos/data/{id}`. In the real shell it is `plugins-data/{id}` (assumed; in V3, the folder of the plugin's
    /// databases).
    ///
    /// # Errors
    ///
    /// If the folder cannot be created.
    pub fn data_folder(&self) -> io::Result<PathBuf> {
        let folder = &self.0.folders.data;
        fs::create_dir_all(folder)?;
        Ok(folder.clone())
    }
}
