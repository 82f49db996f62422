//! The plugins' config values on disk.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use redb::backends::InMemoryBackend;
use redb::{
    Database, DatabaseError, ReadTransaction, ReadableDatabase as _, ReadableTable as _,
    TableDefinition, TableError, WriteTransaction,
};
use serde_json::Value;
use thiserror::Error;
use tokio::task::JoinError;

/// JSON text by plugin and key.
const VALUES: TableDefinition<'_, (&str, &str), &str> = TableDefinition::new("config-v1");

/// The config store of all plugins; one process owns its file. Cheap to clone.
///
/// When [`set`](Self::set) or another writing method has returned, what it wrote survives a
/// crash of the process and a power cut: each is one transaction that is flushed to the disk.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// None for a store in memory.
    path: Option<PathBuf>,
    /// None only where it could not be opened again after an error of the disk.
    database: RwLock<Option<Database>>,
}

/// Why the store could not do it. Nothing was changed then.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process has the file open.
    #[error("another process uses the config store {}", path.display())]
    Owned {
        /// The file.
        path: PathBuf,
    },
    /// The folder or the file cannot be made, read or written.
    #[error("cannot open the config store {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: Box<redb::Error>,
    },
    /// Reading failed.
    #[error("cannot read the config store")]
    Read(#[source] Box<redb::Error>),
    /// Writing failed, for example because the disk is full.
    #[error("cannot write the config store")]
    Write(#[source] Box<redb::Error>),
    /// A stored value is not JSON.
    #[error("the stored value of `{key}` is damaged")]
    Damaged {
        /// Its key.
        key: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

impl Store {
    /// Opens the store, or makes an empty one.
    ///
    /// # Errors
    ///
    /// When another process has it open, or the disk refuses.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let fail = |error: redb::Error| StoreError::Open {
            path: path.to_owned(),
            source: Box::new(error),
        };
        let is_new = !path.exists();
        let database = match Database::create(path) {
            Ok(database) => database,
            Err(DatabaseError::DatabaseAlreadyOpen) => {
                return Err(StoreError::Owned {
                    path: path.to_owned(),
                });
            }
            Err(error) => return Err(fail(error.into())),
        };
        if is_new && let Some(folder) = path.parent() {
            sync_folder(folder).map_err(|error| fail(error.into()))?;
        }
        Ok(Self::new(Some(path.to_owned()), database))
    }

    /// A store that is gone with the process.
    ///
    /// # Errors
    ///
    /// When the empty database cannot be laid out in memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        let database = Database::builder()
            .create_with_backend(InMemoryBackend::new())
            .map_err(|error| StoreError::Open {
                path: PathBuf::from("(memory)"),
                source: Box::new(error.into()),
            })?;
        Ok(Self::new(None, database))
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
    /// When it could not be written; the old value is still there then.
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
    /// When it could not be written; the old value is still there then.
    pub fn set_if(
        &self,
        plugin: &str,
        key: &str,
        value: &Value,
        allowed: impl Fn() -> bool,
    ) -> Result<bool, StoreError> {
        let text = value.to_string();
        self.write(|transaction| {
            let is_allowed = allowed();
            if is_allowed {
                let mut table = transaction.open_table(VALUES)?;
                table.insert((plugin, key), text.as_str())?;
            }
            Ok(is_allowed)
        })
    }

    /// Removes a value durably; true if there was one.
    ///
    /// # Errors
    ///
    /// When it could not be removed.
    pub fn delete(&self, plugin: &str, key: &str) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let mut table = transaction.open_table(VALUES)?;
            Ok(table.remove((plugin, key))?.is_some())
        })
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
        allowed: impl Fn() -> bool,
    ) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let is_allowed = allowed();
            if is_allowed {
                transaction.open_table(VALUES)?.remove((plugin, key))?;
            }
            Ok(is_allowed)
        })
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
        self.write(|transaction| {
            let mut table = transaction.open_table(VALUES)?;
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
            for (key, value) in values {
                table.insert((plugin, key.as_str()), value.to_string().as_str())?;
            }
            Ok(())
        })
    }

    /// Work that may wait for the disk runs where waiting harms nobody. A store in memory never waits, and stays in
    /// order with what else its runtime does.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        if self.0.path.is_none() {
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
        self.write(|transaction| {
            transaction.delete_table(VALUES)?;
            Ok(())
        })
    }

    fn new(path: Option<PathBuf>, database: Database) -> Self {
        let database = RwLock::new(Some(database));
        Self(Arc::new(Inner { path, database }))
    }

    fn read<T>(
        &self,
        work: impl Fn(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        self.0
            .with_database(|database| work(&database.begin_read()?))
            .map_err(|error| StoreError::Read(Box::new(error)))
    }

    /// Commits with redb's default durability, which returns after the data is on the disk.
    fn write<T>(
        &self,
        work: impl Fn(&WriteTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let done = self.0.with_database(|database| {
            let transaction = database.begin_write()?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        });
        done.map_err(|error| StoreError::Write(Box::new(error)))
    }
}

impl Inner {
    /// After an error of the disk, such as a full one, redb wants to be opened again.
    fn with_database<T>(
        &self,
        work: impl Fn(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, redb::Error> {
        let done = match &*self.database.read().unwrap_or_else(PoisonError::into_inner) {
            Some(database) => work(database),
            None => Err(redb::Error::PreviousIo),
        };
        let (Err(redb::Error::PreviousIo), Some(path)) = (&done, &self.path) else {
            return done;
        };
        let mut database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // The file has one owner, also within this process: close it before it is opened.
        *database = None;
        work(database.insert(Database::create(path)?))
    }
}

fn parse(key: &str, text: &str) -> Result<Value, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Damaged {
        key: key.to_owned(),
        source,
    })
}

/// Makes a new file's name durable: without it a power cut may take the whole file away.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
        if let Some(parent) = fs::canonicalize(folder)?.parent() {
            File::open(parent)?.sync_all()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_belong_to_their_plugin_and_survive_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.redb");
        let store = Store::open(&path).unwrap();
        assert_eq!(store.get("a", "k").unwrap(), None);
        store.set("a", "k", &json!({ "n": 1 })).unwrap();
        store.set("ab", "k", &json!(null)).unwrap();
        assert!(matches!(Store::open(&path), Err(StoreError::Owned { .. })));
        drop(store);

        let store = Store::open(&path).unwrap();
        assert_eq!(store.get("a", "k").unwrap(), Some(json!({ "n": 1 })));
        assert_eq!(store.get("ab", "k").unwrap(), Some(json!(null)));
        assert_eq!(store.all("a").unwrap().len(), 1);
        assert!(store.delete("a", "k").unwrap());
        assert!(!store.delete("a", "k").unwrap());
        assert_eq!(store.all("ab").unwrap().len(), 1);
    }

    #[test]
    fn a_write_that_is_no_longer_allowed_changes_nothing() {
        let store = Store::in_memory().unwrap();
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
        let store = Store::in_memory().unwrap();
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

    #[test]
    fn a_file_that_is_no_store_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.redb");
        fs::write(&path, "not a database").unwrap();
        assert!(matches!(Store::open(&path), Err(StoreError::Open { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"not a database");
    }
}
