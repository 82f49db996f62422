//! What a write changes.

use std::ops::Bound;

use redb::{ReadableTable as _, Table, TableDefinition, WriteTransaction};

use crate::store::ConfigExport;

/// JSON text by plugin and key.
pub(super) const VALUES: TableDefinition<'_, (&str, &str), &str> =
    TableDefinition::new("config-v1");

/// A change of the stored values, which owns what it needs: another thread may commit it.
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
    /// All values of one plugin become these.
    Replace {
        plugin: String,
        texts: Vec<(String, String)>,
    },
    /// All values of all plugins become these.
    ReplaceAll(ConfigExport),
}

impl Change {
    /// True unless there was nothing to change.
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
            Self::ReplaceAll(everything) => {
                transaction.delete_table(VALUES)?;
                let mut table = transaction.open_table(VALUES)?;
                for (plugin, values) in &everything.plugins {
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
