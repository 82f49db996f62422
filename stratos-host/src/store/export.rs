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
    /// Key of the version, by which an export of all plugins is recognized.
    const VERSION: &str = "stratosConfig";

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
    /// When the JSON is not an object, contains a key twice, or is an export of all plugins; with line and column.
    pub fn plugin_values_from_json(
        bytes: &[u8],
    ) -> Result<BTreeMap<String, Value>, serde_json::Error> {
        let UniqueKeys(values) = serde_json::from_slice(bytes)?;
        match values.contains_key(Self::VERSION) {
            true => Err(serde_json::Error::custom("it is an export of all plugins")),
            false => Ok(values),
        }
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

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::store::config_store::ConfigStore;

    fn text() -> impl Strategy<Value = String> {
        let hostile: &'static [&str] = &[
            "",
            "__proto__",
            "constructor",
            "a.b",
            "../x",
            "\0",
            "\u{feff}",
            "\u{202e}",
            "é",
            "e\u{301}",
        ];
        prop_oneof![
            proptest::sample::select(hostile).prop_map(str::to_owned),
            any::<String>(),
        ]
    }

    fn value() -> impl Strategy<Value = Value> {
        let float = prop_oneof![Just(-0.0), Just(f64::MIN_POSITIVE), any::<f64>()];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            prop_oneof![Just(u64::MAX), Just((1 << 53) + 1), any::<u64>()].prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            // NaN and infinities become null before they are stored.
            float.prop_map(Value::from),
            text().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..6).prop_map(Value::from),
                btree_map(text(), inner, 0..6).prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn an_export_contains_every_value_exactly(
            plugins in btree_map(text(), btree_map(text(), value(), 1..6), 0..4)
        ) {
            let export = ConfigExport { plugins, ..ConfigExport::default() };
            let store = ConfigStore::in_memory().unwrap();
            store.set("old", "k", &json!(1)).unwrap();
            store.import(export.clone()).unwrap();
            let stored = store.export().unwrap();
            prop_assert_eq!(&stored, &export);
            let read = ConfigExport::from_json(stored.to_json().as_bytes()).unwrap();
            prop_assert_eq!(&read, &export);
            // The comparison of values takes minus zero for zero.
            prop_assert_eq!(read.to_json(), export.to_json());
        }

        #[test]
        fn a_truncated_export_is_refused(part in 0.0..1.0_f64) {
            let mut values = BTreeMap::new();
            values.insert("k".to_owned(), json!([1, "two", {"three": null}]));
            let mut export = ConfigExport::default();
            export.plugins.insert("p".to_owned(), values);
            let text = export.to_json();
            let length = (text.trim_end().len() as f64 * part) as usize;
            prop_assert!(ConfigExport::from_json(&text.as_bytes()[..length]).is_err());
        }
    }
}
