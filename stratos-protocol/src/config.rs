//! The config service: the plugin's durable key-value store.
//!
//! No message names the plugin: a connection reaches only the values of the plugin that opened it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::method::{Empty, methods};

/// `config/get`, from the plugin (V1): reads one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Get {
    /// The key to look up.
    pub key: String,
}

/// The result of [`Get`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GetResult {
    /// False if the store has no value under the key; true for a stored `null`.
    pub found: bool,
    /// The stored value, `null` if `found` is false.
    pub value: Value,
}

/// `config/set`, from the plugin (V1): writes one value.
///
/// Answered once the value would survive a power cut.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Set {
    /// The key, at most [`CONFIG_KEY_BYTES`](crate::limits::CONFIG_KEY_BYTES) long.
    pub key: String,
    /// The value, at most [`CONFIG_VALUE_BYTES`](crate::limits::CONFIG_VALUE_BYTES) long as JSON text.
    pub value: Value,
}

/// `config/delete`, from the plugin (V1): removes one value.
///
/// Answered once the deletion would survive a power cut. Deleting a key that does not exist is no error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delete {
    /// The key to remove.
    pub key: String,
}

/// `config/get_all`, from the plugin (V1): reads one page of the store, in the order of the keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetAll {
    /// The [`Page::next`] of the previous page, absent for the first page.
    pub after: Option<String>,
}

/// The result of [`GetAll`]: a page that fits into one frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The keys and values of this page.
    pub entries: BTreeMap<String, Value>,
    /// The cursor of the next page, absent on the last page.
    pub next: Option<String>,
}

/// `config/changed`, from the host: values were changed by someone other than the plugin, such as the pilot in the
/// settings page.
///
/// Assumed: no documented shell (V1 to V3) reports changes.
///
/// Sent only to a plugin with [`FEATURE_CONFIG_CHANGES`](crate::handshake::FEATURE_CONFIG_CHANGES), and after the values
/// are durable. The plugin reads again what it needs. Answered at once; until then the host sends no other one, and
/// combines all changes in between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigChanged {}

methods! {
    request Get = "config/get" -> GetResult;
    request Set = "config/set" -> Empty;
    request Delete = "config/delete" -> Empty;
    request GetAll = "config/get_all" -> Page;
    request ConfigChanged = "config/changed" -> Empty;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        let key = || "refresh_interval".to_owned();
        vec![
            golden::request(
                &Get { key: key() },
                r#"{"jsonrpc":"2.0","id":1,"method":"config/get","params":{"key":"refresh_interval"}}"#,
            ),
            golden::response::<Get>(
                &GetResult {
                    found: true,
                    value: json!(30),
                },
                r#"{"jsonrpc":"2.0","id":1,"result":{"found":true,"value":30}}"#,
            ),
            golden::request(
                &Set {
                    key: key(),
                    value: json!([1, null]),
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"config/set","params":{"key":"refresh_interval","value":[1,null]}}"#,
            ),
            golden::request(
                &Delete { key: key() },
                r#"{"jsonrpc":"2.0","id":1,"method":"config/delete","params":{"key":"refresh_interval"}}"#,
            ),
            golden::request(
                &GetAll { after: None },
                r#"{"jsonrpc":"2.0","id":1,"method":"config/get_all","params":{"after":null}}"#,
            ),
            golden::request(
                &GetAll { after: Some(key()) },
                r#"{"jsonrpc":"2.0","id":1,"method":"config/get_all","params":{"after":"refresh_interval"}}"#,
            ),
            golden::response::<GetAll>(
                &Page {
                    entries: BTreeMap::from([(key(), json!(30))]),
                    next: Some(key()),
                },
                r#"{"jsonrpc":"2.0","id":1,"result":{"entries":{"refresh_interval":30},"next":"refresh_interval"}}"#,
            ),
            golden::request(
                &ConfigChanged {},
                r#"{"jsonrpc":"2.0","id":1,"method":"config/changed","params":{}}"#,
            ),
        ]
    }
}
