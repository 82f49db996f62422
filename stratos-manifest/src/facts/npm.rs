//! What `package.json` says.

use serde_json::Value;

use crate::facts::{folder::PluginFolder, read::read};

/// The version in a `package.json`, if it has one.
pub(super) fn version(folder: &mut PluginFolder, file: &str) -> Option<String> {
    let package: Value = serde_json::from_slice(&read(folder, file)?).ok()?;
    Some(package.get("version")?.as_str()?.to_owned())
}
