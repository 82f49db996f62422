//! The plugin's durable key-value store.
//!
//! The plugin's id is not in the messages: a connection reaches its own plugin's values only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lifecycle::Done;
use crate::method::Request;

/// `config/get`, from the plugin (V1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Get {
    /// The key.
    pub key: String,
}

/// The answer to [`Get`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// False where nothing is stored under the key; a stored `null` is something.
    pub found: bool,
    /// The value, `null` where nothing was found.
    pub value: Value,
}

/// `config/set`, from the plugin (V1): answered when the value would survive a power cut.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Set {
    /// The key, at most [`CONFIG_KEY_BYTES`](crate::limits::CONFIG_KEY_BYTES).
    pub key: String,
    /// The value, at most [`CONFIG_VALUE_BYTES`](crate::limits::CONFIG_VALUE_BYTES) as JSON text.
    pub value: Value,
}

/// `config/delete`, from the plugin (V1): answered when the deletion would survive a power cut.
///
/// Deleting a key that is not there is no error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delete {
    /// The key.
    pub key: String,
}

/// `config/get_all`, from the plugin (V1): one page of the store, in the order of the keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetAll {
    /// The [`Page::next`] of the page before; absent for the first page.
    pub after: Option<String>,
}

/// The answer to [`GetAll`]; all values fit one frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The keys and values of this page.
    pub entries: BTreeMap<String, Value>,
    /// Where the next page begins; absent on the last one.
    pub next: Option<String>,
}

impl Request for Get {
    const METHOD: &'static str = "config/get";
    type Answer = Stored;
}

impl Request for Set {
    const METHOD: &'static str = "config/set";
    type Answer = Done;
}

impl Request for Delete {
    const METHOD: &'static str = "config/delete";
    type Answer = Done;
}

impl Request for GetAll {
    const METHOD: &'static str = "config/get_all";
    type Answer = Page;
}
