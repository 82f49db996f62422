//! The version in a `package.json`.

use serde_json::Value;

use crate::facts::plugin_folder::PluginFolder;

/// The `version` of a `package.json`; `None` if the file or a textual version is missing.
pub(super) fn version(folder: &mut PluginFolder, file: &str) -> Option<String> {
    let package: Value = serde_json::from_slice(&folder.read_config(file)?).ok()?;
    Some(package.get("version")?.as_str()?.to_owned())
}
