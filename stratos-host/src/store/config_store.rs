//! The operations of the store.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

use redb::{ReadTransaction, ReadableDatabase as _, ReadableTable as _};
use serde_json::Value;
use stratos_protocol::limits::{CONFIG_DEPTH, CONFIG_KEY_BYTES, CONFIG_VALUE_BYTES};
use tokio::task::JoinError;
use tracing::debug;

use crate::event::nesting_depth;
use crate::store::change::{Change, VALUES};
use crate::store::database::DatabaseHandle;
use crate::store::error::StoreError;
use crate::store::export::ConfigExport;
use crate::store::group_commit::GroupCommit;
use crate::store::notice::Notice;
use crate::store::recovery::Opened;
use crate::store::{format, recovery};

/// The config values of all plugins, in a file that this process owns. Cheap to clone.
///
/// When [`set`](Self::set) or another write has returned, the change survives a crash of the process and a power cut,
/// because its transaction was synced to the disk. Concurrent writes share a transaction.
#[derive(Debug, Clone)]
pub struct ConfigStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    database: DatabaseHandle,
    commits: GroupCommit,
}

/// A stored value that is not JSON.
struct DamagedValue {
    plugin: String,
    key: String,
    error: serde_json::Error,
}

impl ConfigStore {
    /// Opens the store or creates an empty one, and returns notices about problems.
    ///
    /// A damaged file is renamed, and the values of the last backup are restored. Opening also writes the backup, from
    /// a store without damage.
    ///
    /// # Errors
    ///
    /// When another process owns the store, a newer version of this program has written it, or the disk fails.
    pub fn open(path: &Path) -> Result<(Self, Vec<Notice>), StoreError> {
        let Opened {
            database,
            is_new,
            notice,
        } = recovery::open(path)?;
        let mut notices = Vec::from_iter(notice);
        let store = Self::new(database);
        let (export, damaged) = store.read_all()?;
        if damaged.is_empty() && !is_new {
            notices.extend(recovery::write_backup(path, &export));
        }
        notices.extend(damaged.into_iter().map(|value| Notice::Damaged {
            plugin: value.plugin,
            key: value.key,
            reason: value.error.to_string(),
        }));
        let (path, notice_count) = (path.display(), notices.len());
        debug!(%path, is_new, notice_count, "config store opened");
        Ok((store, notices))
    }

    /// Creates an empty store in memory.
    ///
    /// # Errors
    ///
    /// When the database cannot be created.
    pub fn in_memory() -> Result<Self, StoreError> {
        let database = format::create_in_memory()
            .map_err(|error| StoreError::open(Path::new("(memory)"), error))?;
        Ok(Self::new(DatabaseHandle::in_memory(database)))
    }

    /// Returns the value under a plugin's key.
    ///
    /// # Errors
    ///
    /// When the value cannot be read or is damaged.
    pub fn get(&self, plugin: &str, key: &str) -> Result<Option<Value>, StoreError> {
        let text = self.read(|transaction| {
            let text = transaction.open_table(VALUES)?.get((plugin, key))?;
            Ok(text.map(|text| text.value().to_owned()))
        })?;
        text.map(|text| parse(key, &text)).transpose()
    }

    /// Stores a value.
    ///
    /// # Errors
    ///
    /// When the value exceeds a limit or cannot be written. The old value is kept then, unless the disk failed in the
    /// last step of the commit; [`get`](Self::get) returns the one that counts.
    pub fn set(&self, plugin: &str, key: &str, value: &Value) -> Result<(), StoreError> {
        self.set_if(plugin, key, value, || true).map(drop)
    }

    /// Stores a value if `is_allowed` returns true during the transaction; returns whether it did.
    ///
    /// Transactions are serial, so a write that is no longer allowed never overwrites a later one.
    pub(crate) fn set_if(
        &self,
        plugin: &str,
        key: &str,
        value: &Value,
        is_allowed: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<bool, StoreError> {
        let change = Change::Set {
            plugin: plugin.to_owned(),
            key: key.to_owned(),
            text: checked_text(key, value)?,
        };
        let changed = self.write(change, is_allowed)?;
        Ok(changed.is_some())
    }

    /// Deletes a value; returns whether there was one.
    ///
    /// # Errors
    ///
    /// When the change cannot be written.
    pub fn delete(&self, plugin: &str, key: &str) -> Result<bool, StoreError> {
        let changed = self.write(deletion(plugin, key), || true)?;
        Ok(changed == Some(true))
    }

    /// Deletes a value if `is_allowed` returns true during the transaction; returns whether it did.
    pub(crate) fn delete_if(
        &self,
        plugin: &str,
        key: &str,
        is_allowed: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<bool, StoreError> {
        let changed = self.write(deletion(plugin, key), is_allowed)?;
        Ok(changed.is_some())
    }

    /// Returns a page of a plugin's values in the order of their keys, after the key `after`.
    ///
    /// The page contains at least one value, and more up to a total of `bytes` of JSON text. The second part is the
    /// last key of the page, if more values follow.
    pub(crate) fn page(
        &self,
        plugin: &str,
        after: Option<&str>,
        bytes: usize,
    ) -> Result<(BTreeMap<String, Value>, Option<String>), StoreError> {
        let (texts, has_more) = self.read(|transaction| {
            let table = transaction.open_table(VALUES)?;
            let start = match after {
                Some(key) => Bound::Excluded((plugin, key)),
                None => Bound::Included((plugin, "")),
            };
            let (mut texts, mut length) = (Vec::new(), 0);
            for entry in table.range::<(&str, &str)>((start, Bound::Unbounded))? {
                let (key, text) = entry?;
                let (owner, key) = key.value();
                if owner != plugin {
                    break;
                }
                length += key.len() + text.value().len();
                if length > bytes && !texts.is_empty() {
                    return Ok((texts, true));
                }
                texts.push((key.to_owned(), text.value().to_owned()));
            }
            Ok((texts, false))
        })?;
        let last = texts.last().filter(|_| has_more);
        let next = last.map(|(key, _)| key.clone());
        let values = texts
            .into_iter()
            .map(|(key, text)| parse(&key, &text).map(|value| (key, value)))
            .collect::<Result<_, _>>()?;
        Ok((values, next))
    }

    /// Returns all values of one plugin.
    ///
    /// # Errors
    ///
    /// When a value cannot be read or is damaged.
    pub fn all(&self, plugin: &str) -> Result<BTreeMap<String, Value>, StoreError> {
        Ok(self.page(plugin, None, usize::MAX)?.0)
    }

    /// Returns plugin ids and keys of all values, also of damaged ones.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn keys(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.read(|transaction| {
            let table = transaction.open_table(VALUES)?;
            let keys = table.iter()?.map(|entry| {
                let (key, _) = entry?;
                let (plugin, key) = key.value();
                Ok((plugin.to_owned(), key.to_owned()))
            });
            keys.collect()
        })
    }

    /// Replaces all values of one plugin in one transaction.
    ///
    /// # Errors
    ///
    /// When a value exceeds a limit or cannot be written. The old values are kept then.
    pub fn replace(
        &self,
        plugin: &str,
        values: &BTreeMap<String, Value>,
    ) -> Result<(), StoreError> {
        let texts = values
            .iter()
            .map(|(key, value)| Ok((key.clone(), checked_text(key, value)?)));
        let change = Change::Replace {
            plugin: plugin.to_owned(),
            texts: texts.collect::<Result<_, _>>()?,
        };
        self.write(change, || true).map(drop)
    }

    /// Returns the values of all plugins.
    ///
    /// # Errors
    ///
    /// When a value cannot be read or is damaged.
    pub fn export(&self) -> Result<ConfigExport, StoreError> {
        let (export, damaged) = self.read_all()?;
        match damaged.into_iter().next() {
            Some(DamagedValue { key, error, .. }) => Err(StoreError::Damaged {
                key,
                source: Arc::new(error),
            }),
            None => Ok(export),
        }
    }

    /// Replaces the values of all plugins in one transaction.
    ///
    /// # Errors
    ///
    /// When a value exceeds a limit or cannot be written. The old values are kept then.
    pub fn import(&self, export: ConfigExport) -> Result<(), StoreError> {
        for (key, value) in export.plugins.values().flatten() {
            checked_text(key, value)?;
        }
        self.write(Change::ReplaceAll(export), || true).map(drop)
    }

    /// Deletes the values of all plugins.
    ///
    /// # Errors
    ///
    /// When the change cannot be written. The old values are kept then.
    pub fn clear(&self) -> Result<(), StoreError> {
        self.import(ConfigExport::default())
    }

    /// Runs `work` on a blocking thread, or at once for a store in memory.
    ///
    /// A store in memory never waits for a disk, and keeps its order with other work of the same runtime.
    pub(crate) async fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        if self.0.database.is_in_memory() {
            return Ok(work(self));
        }
        let store = self.clone();
        tokio::task::spawn_blocking(move || work(&store)).await
    }

    fn new(database: DatabaseHandle) -> Self {
        Self(Arc::new(Inner {
            database,
            commits: GroupCommit::default(),
        }))
    }

    fn read_all(&self) -> Result<(ConfigExport, Vec<DamagedValue>), StoreError> {
        self.read(|transaction| {
            let (mut export, mut damaged) = (ConfigExport::default(), Vec::new());
            for entry in transaction.open_table(VALUES)?.iter()? {
                let (key, text) = entry?;
                let (plugin, key) = key.value();
                let (plugin, key) = (plugin.to_owned(), key.to_owned());
                match serde_json::from_str(text.value()) {
                    Ok(value) => {
                        let values = export.plugins.entry(plugin).or_default();
                        values.insert(key, value);
                    }
                    Err(error) => damaged.push(DamagedValue { plugin, key, error }),
                }
            }
            Ok((export, damaged))
        })
    }

    fn read<T>(
        &self,
        work: impl Fn(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let database = &self.0.database;
        let result = database.with(|database| work(&database.begin_read()?));
        result.map_err(|error| StoreError::Read(Arc::new(error)))
    }

    /// Returns None if the write was not allowed, otherwise whether it changed a value.
    fn write(
        &self,
        change: Change,
        is_allowed: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<Option<bool>, StoreError> {
        let Inner { database, commits } = &*self.0;
        commits
            .write(database, change, is_allowed)
            .map_err(StoreError::Write)
    }
}

/// The JSON text of a value, or an error if the key or the value exceeds a limit.
fn checked_text(key: &str, value: &Value) -> Result<String, StoreError> {
    let text = value.to_string();
    let parts = [
        ("key", key.len(), CONFIG_KEY_BYTES),
        ("value", text.len(), CONFIG_VALUE_BYTES),
    ];
    match parts.into_iter().find(|(_, length, limit)| length > limit) {
        Some((part, length, limit)) => Err(StoreError::TooLarge {
            part,
            length,
            limit,
        }),
        None if nesting_depth(&text) > CONFIG_DEPTH => Err(StoreError::TooDeep {
            limit: CONFIG_DEPTH,
        }),
        None => Ok(text),
    }
}

fn deletion(plugin: &str, key: &str) -> Change {
    Change::Delete {
        plugin: plugin.to_owned(),
        key: key.to_owned(),
    }
}

fn parse(key: &str, text: &str) -> Result<Value, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Damaged {
        key: key.to_owned(),
        source: Arc::new(source),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_limited_to_a_depth_that_an_export_can_contain() {
        let store = ConfigStore::in_memory().unwrap();
        let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
        let deepest = nested(CONFIG_DEPTH);
        store.set("p", "k", &deepest).unwrap();
        let exported = store.export().unwrap().to_json();
        let imported = ConfigExport::from_json(exported.as_bytes()).unwrap();
        assert_eq!(imported.plugins["p"]["k"], deepest);
        let deeper = nested(CONFIG_DEPTH + 1);
        let refused = store.set("p", "k", &deeper);
        assert!(
            matches!(refused, Err(StoreError::TooDeep { limit: 100 })),
            "{refused:?}"
        );
        let values = [("k".to_owned(), deeper)].into();
        assert!(store.replace("p", &values).is_err());
        let mut export = ConfigExport::default();
        export.plugins.insert("p".to_owned(), values);
        assert!(store.import(export).is_err());
        assert_eq!(store.get("p", "k").unwrap(), Some(deepest));
    }

    /// Starts a write whose commit blocks until the returned barrier is reached.
    fn start_blocked_write<'scope>(
        scope: &'scope thread::Scope<'scope, '_>,
        store: ConfigStore,
    ) -> Arc<Barrier> {
        let (begun, release) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let (has_begun, is_released) = (Arc::clone(&begun), Arc::clone(&release));
        scope.spawn(move || {
            let is_allowed = move || {
                has_begun.wait();
                is_released.wait();
                true
            };
            store.set_if("p", "first", &json!(0), is_allowed).unwrap()
        });
        begun.wait();
        release
    }

    #[test]
    fn concurrent_writes_share_a_commit() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = ConfigStore::open(&folder.path().join("config.redb")).unwrap();
        thread::scope(|scope| {
            let release = start_blocked_write(scope, store.clone());
            for n in 1..=100 {
                let store = store.clone();
                scope.spawn(move || store.set("p", &format!("k{n}"), &json!(n)).unwrap());
            }
            while store.0.commits.waiting() < 100 {
                thread::yield_now();
            }
            release.wait();
        });
        assert_eq!(store.all("p").unwrap().len(), 101);
        assert_eq!(store.0.commits.commits(), 2);
    }

    #[test]
    fn a_queued_write_is_checked_when_it_is_committed() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = ConfigStore::open(&folder.path().join("config.redb")).unwrap();
        let is_replaced = Arc::new(AtomicBool::new(false));
        thread::scope(|scope| {
            let release = start_blocked_write(scope, store.clone());
            let (late, replaced) = (store.clone(), Arc::clone(&is_replaced));
            let late = scope.spawn(move || {
                let is_allowed = move || !replaced.load(Ordering::SeqCst);
                late.set_if("p", "k", &json!("late"), is_allowed).unwrap()
            });
            while store.0.commits.waiting() < 1 {
                thread::yield_now();
            }
            is_replaced.store(true, Ordering::SeqCst);
            release.wait();
            assert!(
                !late.join().unwrap(),
                "the write was allowed only when it was queued"
            );
        });
        assert_eq!(store.get("p", "k").unwrap(), None);
    }
}
