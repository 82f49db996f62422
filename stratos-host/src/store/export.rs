//! Exports: the values of all plugins as JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The values of all plugins, the content of an export and of the backup.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigExport {
    #[serde(rename = "stratosConfig")]
    version: FormatVersion,
    /// The values by plugin id and key.
    #[serde(deserialize_with = "plugins_without_duplicates")]
    pub plugins: BTreeMap<String, BTreeMap<String, Value>>,
}

/// The only version of the JSON format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct FormatVersion;

impl ConfigExport {
    /// Number of values of all plugins.
    #[must_use]
    pub fn value_count(&self) -> usize {
        self.plugins.values().map(BTreeMap::len).sum()
    }

    /// Formats the export as JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("config values are JSON");
        text.push('\n');
        text
    }

    /// Parses an export.
    ///
    /// # Errors
    ///
    /// When the JSON is invalid, has another version, or contains a key twice; with line and column.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// Parses the export of one plugin: an object with its values by key.
    ///
    /// # Errors
    ///
    /// When the JSON is not an object, or contains a key twice; with line and column.
    pub fn plugin_values_from_json(
        bytes: &[u8],
    ) -> Result<BTreeMap<String, Value>, serde_json::Error> {
        serde_json::from_slice::<UniqueKeys<Value>>(bytes).map(|values| values.0)
    }
}

impl FormatVersion {
    const NUMBER: u32 = 1;
}

impl From<FormatVersion> for u32 {
    fn from(_: FormatVersion) -> Self {
        FormatVersion::NUMBER
    }
}

impl TryFrom<u32> for FormatVersion {
    type Error = String;

    fn try_from(version: u32) -> Result<Self, String> {
        match version {
            Self::NUMBER => Ok(Self),
            version => Err(format!(
                "the export has version {version}, and this program reads only version {}",
                Self::NUMBER
            )),
        }
    }
}

fn plugins_without_duplicates<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, BTreeMap<String, Value>>, D::Error> {
    let plugins = UniqueKeys::<UniqueKeys<Value>>::deserialize(deserializer)?;
    let plugins = plugins.0.into_iter();
    Ok(plugins.map(|(plugin, values)| (plugin, values.0)).collect())
}

/// A JSON object without duplicate keys, of which serde would silently keep the last one.
struct UniqueKeys<V>(BTreeMap<String, V>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for UniqueKeys<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UniqueKeysVisitor(PhantomData))
    }
}

struct UniqueKeysVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for UniqueKeysVisitor<V> {
    type Value = UniqueKeys<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<UniqueKeys<V>, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = access.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("the key {key:?} occurs twice")));
            }
            map.insert(key, access.next_value()?);
        }
        Ok(UniqueKeys(map))
    }
}
