//! All values of all plugins, and their form as JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The form of the JSON text.
const FORM: u32 = 1;

/// All values of all plugins: what `cargo stratos config export` writes, and what the backup holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConfigExport {
    /// The values by plugin and key.
    pub plugins: BTreeMap<String, BTreeMap<String, Value>>,
}

#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "stratosConfig")]
    form: u32,
    plugins: &'a BTreeMap<String, BTreeMap<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(rename = "stratosConfig", deserialize_with = "known_form")]
    _form: u32,
    plugins: Unique<Unique<Value>>,
}

impl ConfigExport {
    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.plugins.values().map(BTreeMap::len).sum()
    }

    /// The text of an export.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("config values are JSON");
        text.push('\n');
        text
    }

    /// Reads an export.
    ///
    /// # Errors
    ///
    /// When it is none, is of a form that is not known, or has a key twice; with line and column.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// Reads the export of one plugin.
    ///
    /// # Errors
    ///
    /// When it is no JSON object, or has a key twice; with line and column.
    pub fn values_from_json(bytes: &[u8]) -> Result<BTreeMap<String, Value>, serde_json::Error> {
        serde_json::from_slice::<Unique<Value>>(bytes).map(|values| values.0)
    }
}

impl Serialize for ConfigExport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { plugins } = self;
        Written {
            form: FORM,
            plugins,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ConfigExport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Read { plugins, .. } = Read::deserialize(deserializer)?;
        let plugins = plugins.0.into_iter();
        Ok(Self {
            plugins: plugins.map(|(plugin, values)| (plugin, values.0)).collect(),
        })
    }
}

fn known_form<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        FORM => Ok(FORM),
        form => Err(D::Error::custom(format!(
            "this is form {form} of an export, and only form {FORM} is known here"
        ))),
    }
}

/// An object that has no key twice: of two values, nobody could say which one counts.
struct Unique<V>(BTreeMap<String, V>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Unique<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UniqueVisitor(PhantomData))
    }
}

struct UniqueVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for UniqueVisitor<V> {
    type Value = Unique<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Unique<V>, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = access.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("the key {key:?} is there twice")));
            }
            map.insert(key, access.next_value()?);
        }
        Ok(Unique(map))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::store::ConfigStore;

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
            // What is no number becomes null before it is stored.
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
        fn an_export_brings_back_every_value(
            plugins in btree_map(text(), btree_map(text(), value(), 1..6), 0..4)
        ) {
            let everything = ConfigExport { plugins };
            let store = ConfigStore::in_memory().unwrap();
            store.set("old", "k", &json!(1)).unwrap();
            store.import(everything.clone()).unwrap();
            let stored = store.export().unwrap();
            prop_assert_eq!(&stored, &everything);
            let read = ConfigExport::from_json(stored.to_json().as_bytes()).unwrap();
            prop_assert_eq!(&read, &everything);
            // Minus zero equals zero, but is not the same.
            prop_assert_eq!(read.to_json(), everything.to_json());
        }

        #[test]
        fn an_export_that_lacks_its_end_is_refused(part in 0.0..1.0_f64) {
            let mut values = BTreeMap::new();
            values.insert("k".to_owned(), json!([1, "two", {"three": null}]));
            let everything = ConfigExport { plugins: BTreeMap::from([("p".to_owned(), values)]) };
            let text = everything.to_json();
            let length = (text.trim_end().len() as f64 * part) as usize;
            prop_assert!(ConfigExport::from_json(&text.as_bytes()[..length]).is_err());
        }
    }
}
