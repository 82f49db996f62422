//! [`SettingSpec`]: a setting of the manifest, which `#[stratos::plugin]` embeds in the program.

use serde_json::Value;

/// A setting that the manifest declares.
#[derive(Debug)]
pub struct SettingSpec {
    /// Key of the value.
    pub key: &'static str,
    /// Whether a stored value has the setting's type or is one of its options. Does not check limits and patterns.
    pub accepts: fn(&Value) -> bool,
    /// The values that the setting takes, in words.
    pub accepted: &'static str,
    /// The setting as JSON, for the test shell.
    pub json: &'static str,
}
