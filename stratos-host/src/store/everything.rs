//! All values of all plugins, and their form as JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The form of the JSON text.
const FORM: u32 = 1;

/// All values of all plugins: what `cargo stratos config export` writes, and what the backup holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Everything {
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

impl Everything {
    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.plugins.values().map(BTreeMap::len).sum()
    }

    /// The text of an export.
    #[must_use]
    pub fn to_json(&self) -> String {
        let written = Written {
            form: FORM,
            plugins: &self.plugins,
        };
        let mut text = serde_json::to_string_pretty(&written).expect("config values are JSON");
        text.push('\n');
        text
    }

    /// Reads an export.
    ///
    /// # Errors
    ///
    /// When it is none, is of a form that is not known, or has a key twice; with line and column.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let Read { plugins, .. } = serde_json::from_slice(bytes)?;
        let plugins = plugins.0.into_iter();
        Ok(Self {
            plugins: plugins.map(|(plugin, values)| (plugin, values.0)).collect(),
        })
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
