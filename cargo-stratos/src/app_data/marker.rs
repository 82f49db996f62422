//! Marks a plugin's folder as installed by this program.

use std::fs::{self, File};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::manifests::read_limited;

/// Largest marker, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Contents of the file [`Marker::FILE_NAME`] in the folder of an installed plugin. The shell does not know the file: when
/// the shell replaces the folder by an update, the plugin is no longer ours, and the file is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marker {
    /// Name and version of the program that installed the plugin.
    pub(crate) installed_by: String,
    /// Id of the plugin, which is the name of the folder.
    pub(crate) id: String,
    /// Version of the plugin.
    pub(crate) version: String,
    /// Absolute path of the folder or zip that it was installed from.
    pub(crate) source: String,
    /// SHA-256 of the zip, or of all names and contents of the folder, in hexadecimal.
    pub(crate) sha256: String,
}

impl Marker {
    /// Name of the file.
    pub(crate) const FILE_NAME: &str = ".cargo-stratos.json";

    /// The marker of a plugin that this program installs.
    pub(crate) fn new(id: &str, version: &str, source: &Path, sha256: String) -> Self {
        Self {
            installed_by: concat!("cargo-stratos ", env!("CARGO_PKG_VERSION")).to_owned(),
            id: id.to_owned(),
            version: version.to_owned(),
            source: source.to_string_lossy().into_owned(),
            sha256,
        }
    }

    /// The marker in a plugin's folder. `None` if there is no valid one, or one of another plugin, which somebody copied.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        let path = folder.join(Self::FILE_NAME);
        // A pipe would block.
        if !fs::symlink_metadata(&path).ok()?.is_file() {
            return None;
        }
        let bytes = read_limited(File::open(path).ok()?, MAX_BYTES).ok()?;
        let marker: Self = serde_json::from_slice(&bytes).ok()?;
        let name = folder.file_name()?;
        (marker.id.as_str() == name).then_some(marker)
    }
}
