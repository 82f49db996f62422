//! The version in a `package.json`.

use serde_json::Value;

use crate::facts::plugin_folder::PluginFolder;

/// The `version` of a `package.json`; `None` if the file or a textual version is missing.
pub(super) fn version(folder: &mut PluginFolder, file: &str) -> Option<String> {
    let source = folder.read_config(file)?;
    // npm ignores a byte order mark, too.
    let json = source.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&source);
    let package: Value = serde_json::from_slice(json).ok()?;
    Some(package.get("version")?.as_str()?.to_owned())
}
