//! Changes of stored values, as data.

use std::ops::Bound;

use redb::{ReadableTable as _, Table, TableDefinition, WriteTransaction};

use crate::store::export::ConfigExport;

/// The table of values: JSON text by plugin id and key.
pub(super) const VALUES: TableDefinition<'_, (&str, &str), &str> =
    TableDefinition::new("config-v1");

/// A change of stored values. Owns its data, because another thread may commit it.
#[derive(Debug)]
pub(super) enum Change {
    Set {
        plugin: String,
        key: String,
        text: String,
    },
    Delete {
        plugin: String,
        key: String,
    },
    /// Replaces all values of one plugin.
    Replace {
        plugin: String,
        texts: Vec<(String, String)>,
    },
    /// Replaces all values of all plugins.
    ReplaceAll(ConfigExport),
}

impl Change {
    /// Applies the change; returns false if there was no value to delete.
    pub(super) fn apply(&self, transaction: &WriteTransaction) -> Result<bool, redb::Error> {
        match self {
            Self::Set { plugin, key, text } => {
                let mut table = transaction.open_table(VALUES)?;
                table.insert((plugin.as_str(), key.as_str()), text.as_str())?;
            }
            Self::Delete { plugin, key } => {
                let mut table = transaction.open_table(VALUES)?;
                let old = table.remove((plugin.as_str(), key.as_str()))?;
                return Ok(old.is_some());
            }
            Self::Replace { plugin, texts } => {
                let mut table = transaction.open_table(VALUES)?;
                remove_all(&mut table, plugin)?;
                for (key, text) in texts {
                    table.insert((plugin.as_str(), key.as_str()), text.as_str())?;
                }
            }
            Self::ReplaceAll(export) => {
                transaction.delete_table(VALUES)?;
                let mut table = transaction.open_table(VALUES)?;
                for (plugin, values) in &export.plugins {
                    for (key, value) in values {
                        let text = value.to_string();
                        table.insert((plugin.as_str(), key.as_str()), text.as_str())?;
                    }
                }
            }
        }
        Ok(true)
    }
}

fn remove_all(
    table: &mut Table<'_, (&'static str, &'static str), &'static str>,
    plugin: &str,
) -> Result<(), redb::Error> {
    let from = (Bound::Included((plugin, "")), Bound::Unbounded);
    let mut old = Vec::new();
    for entry in table.range::<(&str, &str)>(from)? {
        let (key, _) = entry?;
        let (owner, key) = key.value();
        if owner != plugin {
            break;
        }
        old.push(key.to_owned());
    }
    for key in old {
        table.remove((plugin, key.as_str()))?;
    }
    Ok(())
}
