//! What `package.json` says.

use std::path::Path;

use serde_json::Value;

use crate::facts::read::read;

/// The version in a `package.json`, if it has one.
pub(super) fn version(path: &Path) -> Option<String> {
    let package: Value = serde_json::from_slice(&read(path)?).ok()?;
    Some(package.get("version")?.as_str()?.to_owned())
}
