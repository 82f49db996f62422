//! The store: what may be asked of it.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

use redb::{ReadTransaction, ReadableDatabase as _, ReadableTable as _, TableError};
use serde_json::Value;
use stratos_protocol::limits::{CONFIG_DEPTH, CONFIG_KEY_BYTES, CONFIG_VALUE_BYTES};
use tokio::task::JoinError;

use crate::store::change::{Change, VALUES};
use crate::store::database::DatabaseHandle;
use crate::store::group_commit::GroupCommit;
use crate::store::recovery::Opened;
use crate::store::{ConfigExport, Notice, StoreError, recovery};

/// The config store of all plugins; one process owns its file. Cheap to clone.
///
/// When [`set`](Self::set) or another writing method has returned, what it wrote survives a
/// crash of the process and a power cut: it is in a transaction that was flushed to the disk.
/// Writes that wait at the same time share one.
#[derive(Debug, Clone)]
pub struct ConfigStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    disk: DatabaseHandle,
    commits: GroupCommit,
}

impl ConfigStore {
    /// Opens the store, or makes an empty one, and says what else it did.
    ///
    /// A file that is damaged is set aside, and the values of the last backup take its place. The backup is written
    /// here, from a store that could be read whole.
    ///
    /// # Errors
    ///
    /// When another process has it open, the disk refuses, or a newer version of this program wrote it.
    pub fn open(path: &Path) -> Result<(Self, Vec<Notice>), StoreError> {
        let Opened {
            disk,
            is_new,
            mut notices,
        } = recovery::open(path)?;
        let store = Self::new(disk);
        let (everything, damaged) = store.whole()?;
        if damaged.is_empty() && !is_new {
            notices.extend(recovery::back_up(path, &everything));
        }
        notices.extend(damaged);
        Ok((store, notices))
    }

    /// A store that is gone with the process.
    ///
    /// # Errors
    ///
    /// When the empty database cannot be laid out in memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        let disk = DatabaseHandle::in_memory();
        Ok(Self::new(disk.map_err(|error| {
            StoreError::open(Path::new("(memory)"), error)
        })?))
    }

    /// The value under a plugin's key.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn get(&self, plugin: &str, key: &str) -> Result<Option<Value>, StoreError> {
        let text = self.read(|transaction| match transaction.open_table(VALUES) {
            Ok(table) => Ok(table
                .get((plugin, key))?
                .map(|text| text.value().to_owned())),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(error.into()),
        })?;
        text.map(|text| parse(key, &text)).transpose()
    }

    /// Stores a value durably.
    ///
    /// # Errors
    ///
    /// When it could not be written. The old value is still there then, or the new one where the disk failed at the
    /// very last step; [`get`](Self::get) says which.
    pub fn set(&self, plugin: &str, key: &str, value: &Value) -> Result<(), StoreError> {
        self.set_if(plugin, key, value, || true).map(drop)
    }

    /// Stores a value durably if it is still allowed when it is this write's turn; false if it is not.
    ///
    /// Writes follow one another, so a write that was forbidden before another one began cannot
    /// overwrite what that one wrote.
    ///
    /// # Errors
    ///
    /// When it could not be written. The old value is still there then, or the new one where the disk failed at the
    /// very last step; [`get`](Self::get) says which.
    pub fn set_if(
        &self,
        plugin: &str,
        key: &str,
        value: &Value,
        allowed: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<bool, StoreError> {
        let change = Change::Set {
            plugin: plugin.to_owned(),
            key: key.to_owned(),
            text: text(key, value)?,
        };
        self.write(change, allowed).map(|done| done.is_some())
    }

    /// Removes a value durably; true if there was one.
    ///
    /// # Errors
    ///
    /// When it could not be removed.
    pub fn delete(&self, plugin: &str, key: &str) -> Result<bool, StoreError> {
        let done = self.write(deletion(plugin, key), || true)?;
        Ok(done == Some(true))
    }

    /// Removes a value durably, if there is one and it is still allowed; see [`set_if`](Self::set_if).
    ///
    /// # Errors
    ///
    /// When it could not be removed.
    pub fn delete_if(
        &self,
        plugin: &str,
        key: &str,
        allowed: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<bool, StoreError> {
        let done = self.write(deletion(plugin, key), allowed)?;
        Ok(done.is_some())
    }

    /// A plugin's values in the order of their keys, from the one after `after` on.
    ///
    /// Stops before the values' text exceeds `bytes`, but returns one value at least. The second part is
    /// the last key if there are more.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn page(
        &self,
        plugin: &str,
        after: Option<&str>,
        bytes: usize,
    ) -> Result<(BTreeMap<String, Value>, Option<String>), StoreError> {
        let (texts, more) = self.read(|transaction| {
            let table = match transaction.open_table(VALUES) {
                Ok(table) => table,
                Err(TableError::TableDoesNotExist(_)) => return Ok((Vec::new(), false)),
                Err(error) => return Err(error.into()),
            };
            let first = match after {
                Some(key) => Bound::Excluded((plugin, key)),
                None => Bound::Included((plugin, "")),
            };
            let (mut texts, mut length) = (Vec::new(), 0);
            for entry in table.range::<(&str, &str)>((first, Bound::Unbounded))? {
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
        let next = texts.last().filter(|_| more).map(|(key, _)| key.clone());
        let entries = texts
            .into_iter()
            .map(|(key, text)| parse(&key, &text).map(|value| (key, value)))
            .collect::<Result<_, _>>()?;
        Ok((entries, next))
    }

    /// All values of one plugin.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn all(&self, plugin: &str) -> Result<BTreeMap<String, Value>, StoreError> {
        Ok(self.page(plugin, None, usize::MAX)?.0)
    }

    /// Replaces all values of one plugin, in one step.
    ///
    /// # Errors
    ///
    /// When they could not be written; the old ones are still there then.
    pub fn replace(
        &self,
        plugin: &str,
        values: &BTreeMap<String, Value>,
    ) -> Result<(), StoreError> {
        let texts = values.iter();
        let texts = texts.map(|(key, value)| Ok((key.clone(), text(key, value)?)));
        let change = Change::Replace {
            plugin: plugin.to_owned(),
            texts: texts.collect::<Result<_, _>>()?,
        };
        self.write(change, || true).map(drop)
    }

    /// All values of all plugins.
    ///
    /// # Errors
    ///
    /// When the store cannot be read, or a value in it is damaged.
    pub fn export(&self) -> Result<ConfigExport, StoreError> {
        let mut everything = ConfigExport::default();
        for (plugin, key, text) in self.texts()? {
            let value = parse(&key, &text)?;
            let values = everything.plugins.entry(plugin).or_default();
            values.insert(key, value);
        }
        Ok(everything)
    }

    /// Replaces all values of all plugins, in one step.
    ///
    /// # Errors
    ///
    /// When they could not be written; the old ones are still there then.
    pub fn import(&self, everything: ConfigExport) -> Result<(), StoreError> {
        for (key, value) in everything.plugins.values().flatten() {
            text(key, value)?;
        }
        self.write(Change::ReplaceAll(everything), || true)
            .map(drop)
    }

    /// How many transactions were committed for all writes until now, or failed.
    #[cfg(test)]
    pub(crate) fn commits(&self) -> u64 {
        self.0.commits.count()
    }

    /// Work that may wait for the disk runs where waiting harms nobody. A store in memory never waits, and stays in
    /// order with what else its runtime does.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        if self.0.disk.is_in_memory() {
            return Ok(work(self));
        }
        let store = self.clone();
        tokio::task::spawn_blocking(move || work(&store)).await
    }

    /// Forgets everything.
    ///
    /// # Errors
    ///
    /// When it could not be written; everything is still there then.
    pub fn clear(&self) -> Result<(), StoreError> {
        self.import(ConfigExport::default())
    }

    fn new(disk: DatabaseHandle) -> Self {
        let commits = GroupCommit::default();
        Self(Arc::new(Inner { disk, commits }))
    }

    /// Everything that is readable, and what is not.
    fn whole(&self) -> Result<(ConfigExport, Vec<Notice>), StoreError> {
        let (mut everything, mut damaged) = (ConfigExport::default(), Vec::new());
        for (plugin, key, text) in self.texts()? {
            match serde_json::from_str(&text) {
                Ok(value) => {
                    let values = everything.plugins.entry(plugin).or_default();
                    values.insert(key, value);
                }
                Err(error) => damaged.push(Notice::Damaged {
                    plugin,
                    key,
                    reason: error.to_string(),
                }),
            }
        }
        Ok((everything, damaged))
    }

    fn texts(&self) -> Result<Vec<(String, String, String)>, StoreError> {
        self.read(|transaction| {
            let table = match transaction.open_table(VALUES) {
                Ok(table) => table,
                Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
                Err(error) => return Err(error.into()),
            };
            let mut texts = Vec::new();
            for entry in table.iter()? {
                let (key, text) = entry?;
                let (plugin, key) = key.value();
                texts.push((plugin.to_owned(), key.to_owned(), text.value().to_owned()));
            }
            Ok(texts)
        })
    }

    fn read<T>(
        &self,
        work: impl Fn(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let done = self.0.disk.with(|database| work(&database.begin_read()?));
        done.map_err(|error| StoreError::Read(Arc::new(error)))
    }

    /// None where it was not allowed, otherwise whether it changed anything.
    fn write(
        &self,
        change: Change,
        allowed: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<Option<bool>, StoreError> {
        let Inner { disk, commits } = &*self.0;
        commits
            .write(disk, change, allowed)
            .map_err(StoreError::Write)
    }
}

/// The text of a value that may be stored.
fn text(key: &str, value: &Value) -> Result<String, StoreError> {
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
        None if is_deeper(value, CONFIG_DEPTH) => Err(StoreError::TooDeep {
            limit: CONFIG_DEPTH,
        }),
        None => Ok(text),
    }
}

/// Whether a value has more levels of arrays and objects than these.
fn is_deeper(value: &Value, levels: usize) -> bool {
    let Some(below) = levels.checked_sub(1) else {
        return value.is_array() || value.is_object();
    };
    match value {
        Value::Array(values) => values.iter().any(|value| is_deeper(value, below)),
        Value::Object(values) => values.values().any(|value| is_deeper(value, below)),
        _ => false,
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
    fn values_belong_to_their_plugin_and_survive_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.redb");
        let store = ConfigStore::open(&path).unwrap().0;
        assert_eq!(store.get("a", "k").unwrap(), None);
        store.set("a", "k", &json!({ "n": 1 })).unwrap();
        store.set("ab", "k", &json!(null)).unwrap();
        assert!(matches!(
            ConfigStore::open(&path),
            Err(StoreError::Owned { .. })
        ));
        drop(store);

        let store = ConfigStore::open(&path).unwrap().0;
        assert_eq!(store.get("a", "k").unwrap(), Some(json!({ "n": 1 })));
        assert_eq!(store.get("ab", "k").unwrap(), Some(json!(null)));
        assert_eq!(store.all("a").unwrap().len(), 1);
        assert!(store.delete("a", "k").unwrap());
        assert!(!store.delete("a", "k").unwrap());
        assert_eq!(store.all("ab").unwrap().len(), 1);
    }

    #[test]
    fn what_is_stored_can_be_exported_and_read_again() {
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
        let plugins = [("p".to_owned(), values)].into();
        assert!(store.import(ConfigExport { plugins }).is_err());
        assert_eq!(store.get("p", "k").unwrap(), Some(deepest));
    }

    #[test]
    fn a_write_that_is_no_longer_allowed_changes_nothing() {
        let store = ConfigStore::in_memory().unwrap();
        store.set("p", "k", &json!(1)).unwrap();
        assert!(!store.set_if("p", "k", &json!(2), || false).unwrap());
        assert!(!store.delete_if("p", "k", || false).unwrap());
        assert_eq!(store.get("p", "k").unwrap(), Some(json!(1)));
        assert!(store.set_if("p", "k", &json!(2), || true).unwrap());
        assert!(store.delete_if("p", "k", || true).unwrap());
        assert_eq!(store.get("p", "k").unwrap(), None);
    }

    #[test]
    fn pages_cover_everything_once() {
        let store = ConfigStore::in_memory().unwrap();
        let values: BTreeMap<_, _> = (0..20)
            .map(|n| (format!("k{n}"), json!("x".repeat(n))))
            .collect();
        store.replace("p", &values).unwrap();
        let (mut found, mut after, mut pages) = (BTreeMap::new(), None::<String>, 0);
        loop {
            let (entries, next) = store.page("p", after.as_deref(), 30).unwrap();
            found.extend(entries);
            pages += 1;
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, values);
        assert!(pages > 5, "{pages}");
        store.replace("p", &BTreeMap::new()).unwrap();
        assert!(store.all("p").unwrap().is_empty());
    }

    /// Others wait behind it until somebody waits at the barrier.
    fn write_that_stands_at_the_disk<'scope>(
        scope: &'scope thread::Scope<'scope, '_>,
        store: ConfigStore,
    ) -> Arc<Barrier> {
        let (at_the_disk, is_free) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let (told, waits) = (Arc::clone(&at_the_disk), Arc::clone(&is_free));
        scope.spawn(move || {
            let allowed = move || {
                told.wait();
                waits.wait();
                true
            };
            store.set_if("p", "first", &json!(0), allowed).unwrap()
        });
        at_the_disk.wait();
        is_free
    }

    #[test]
    fn writes_that_wait_share_a_commit() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = ConfigStore::open(&folder.path().join("config.redb")).unwrap();
        thread::scope(|scope| {
            let is_free = write_that_stands_at_the_disk(scope, store.clone());
            for n in 1..=100 {
                let store = store.clone();
                scope.spawn(move || store.set("p", &format!("k{n}"), &json!(n)).unwrap());
            }
            while store.0.commits.waiting() < 100 {
                thread::yield_now();
            }
            is_free.wait();
        });
        assert_eq!(store.all("p").unwrap().len(), 101);
        println!("{} commits for 101 writes", store.commits());
        assert_eq!(store.commits(), 2);
    }

    #[test]
    fn a_write_that_waited_is_asked_when_it_is_its_turn() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = ConfigStore::open(&folder.path().join("config.redb")).unwrap();
        let is_retired = Arc::new(AtomicBool::new(false));
        thread::scope(|scope| {
            let is_free = write_that_stands_at_the_disk(scope, store.clone());
            let (late, retired) = (store.clone(), Arc::clone(&is_retired));
            let late = scope.spawn(move || {
                let allowed = move || !retired.load(Ordering::SeqCst);
                late.set_if("p", "k", &json!("late"), allowed).unwrap()
            });
            while store.0.commits.waiting() < 1 {
                thread::yield_now();
            }
            is_retired.store(true, Ordering::SeqCst);
            is_free.wait();
            assert!(!late.join().unwrap(), "it was allowed when it began only");
        });
        assert_eq!(store.get("p", "k").unwrap(), None);
    }
}
