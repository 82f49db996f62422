//! Damaged stores are detected, moved aside and reported.
//!
//! `STRATOS_FLIPS=6000 cargo test -p stratos-tests --test store corruption` is the long run.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use redb::{Database, TableDefinition};
use serde_json::json;
use stratos_host::store::{Backup, ConfigExport, ConfigStore, Notice, StoreError};
use stratos_tests::{Plugins, RunOptions, ShellProcess, campaign, report};
use tempfile::TempDir;

use crate::SAMPLE;

const VALUES: TableDefinition<'_, (&str, &str), &str> = TableDefinition::new("config-v1");
const FORMAT: TableDefinition<'_, &str, u32> = TableDefinition::new("format");

/// The bytes of an intact store and of its backup.
struct IntactStore {
    file: Vec<u8>,
    backup: Vec<u8>,
    values: ConfigExport,
}

/// The state after opening a store.
struct OpenedStore {
    values: ConfigExport,
    notices: Vec<Notice>,
    kept: Vec<Vec<u8>>,
}

impl IntactStore {
    fn new() -> Self {
        let folder = folder();
        let path = folder.path().join("config.redb");
        let (store, _) = ConfigStore::open(&path).unwrap();
        for n in 0..60 {
            let value = json!({ "n": n, "text": "x".repeat(n * 7) });
            store.set("sample", &format!("k{n}"), &value).unwrap();
        }
        for n in 0..20 {
            store.delete("sample", &format!("k{}", n * 2)).unwrap();
        }
        let values = store.export().unwrap();
        drop(store);
        // The backup is written when the store is opened again.
        drop(ConfigStore::open(&path).unwrap());
        Self {
            file: fs::read(&path).unwrap(),
            backup: fs::read(path.with_extension("backup.json")).unwrap(),
            values,
        }
    }

    /// Opens a store with these bytes, with or without the backup beside it.
    fn open(&self, file: &[u8], has_backup: bool) -> OpenedStore {
        let folder = folder();
        let path = folder.path().join("config.redb");
        fs::write(&path, file).unwrap();
        if has_backup {
            fs::write(path.with_extension("backup.json"), &self.backup).unwrap();
        }
        let (store, notices) = ConfigStore::open(&path).unwrap();
        let values = store.export().unwrap();
        store.set("sample", "later", &json!(1)).unwrap();
        OpenedStore {
            values,
            notices,
            kept: moved_aside_files(folder.path())
                .iter()
                .map(|path| fs::read(path).unwrap())
                .collect(),
        }
    }

    /// Asserts that either all values are read, or the file is kept and the damage is reported.
    fn check(&self, what: &str, file: &[u8], has_backup: bool) -> bool {
        let seen = self.open(file, has_backup);
        match &seen.notices[..] {
            [] => {
                assert_eq!(seen.values, self.values, "{what}: other values, silently");
                assert!(seen.kept.is_empty());
                false
            }
            [Notice::SetAside { backup, .. }] => {
                assert_eq!(seen.kept.len(), 1, "{what}");
                if has_backup {
                    assert!(matches!(backup, Backup::Used { values: 40, .. }), "{what}");
                    assert_eq!(seen.values, self.values, "{what}");
                } else {
                    assert_eq!(*backup, Backup::None, "{what}");
                    assert_eq!(seen.values, ConfigExport::default(), "{what}");
                }
                true
            }
            others => panic!("{what}: {others:?}"),
        }
    }
}

#[test]
fn a_flipped_byte_is_harmless_or_detected() {
    let good = IntactStore::new();
    let flips = campaign("STRATOS_FLIPS", 200_usize).min(good.file.len());
    let (mut noticed, begin) = (0, Instant::now());
    for n in 0..flips {
        // Half of the flips are in the first pages, which contain the structure of the file.
        let at = match n % 2 {
            0 => n * 16_384 / flips,
            _ => n * good.file.len() / flips,
        };
        let mut file = good.file.clone();
        file[at] ^= if n % 3 == 0 { 0xff } else { 1 << (n % 8) };
        noticed += usize::from(good.check(&format!("byte {at}"), &file, n % 4 < 2));
    }
    report(format_args!(
        "{flips} flips in {} bytes: {noticed} noticed, the others harmless, in {:?}",
        good.file.len(),
        begin.elapsed()
    ));
    assert!(noticed > flips / 50, "some flips are detected: {noticed}");
}

#[test]
fn a_truncated_file_is_detected() {
    let good = IntactStore::new();
    let cuts = campaign("STRATOS_FLIPS", 200_usize) / 2;
    for n in 0..cuts {
        let length = n * good.file.len() / cuts;
        let is_noticed = good.check(
            &format!("length {length}"),
            &good.file[..length],
            n % 2 == 0,
        );
        assert!(is_noticed, "length {length}");
    }
}

#[test]
fn an_invalid_store_is_moved_aside_unchanged() {
    let good = IntactStore::new();
    let utf16: Vec<u8> = "{\"k\": 1}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let zeros = vec![0; good.file.len()];
    let mut headless = good.file.clone();
    headless[..4096].fill(0);
    let files: [&[u8]; 7] = [
        b"",
        b"not a database",
        b"{}",
        &utf16,
        &zeros,
        &headless,
        &[0xff; 5000],
    ];
    for file in files {
        for has_backup in [true, false] {
            let what = format!("{} bytes", file.len());
            assert!(good.check(&what, file, has_backup), "{what}");
            assert_eq!(
                good.open(file, has_backup).kept,
                [file],
                "{what}: kept as it is"
            );
        }
    }
}

#[test]
fn a_folder_in_place_of_the_store_is_moved_aside() {
    let folder = folder();
    let path = folder.path().join("config.redb");
    fs::create_dir_all(path.join("mine")).unwrap();
    let (store, notices) = ConfigStore::open(&path).unwrap();
    store.set("p", "k", &json!(1)).unwrap();
    let [Notice::SetAside { kept, .. }] = &notices[..] else {
        panic!("{notices:?}")
    };
    assert!(kept.join("mine").is_dir());
}

#[test]
fn files_moved_aside_do_not_overwrite_each_other() {
    let folder = folder();
    let path = folder.path().join("config.redb");
    for n in 0..5 {
        fs::write(&path, format!("damage {n}")).unwrap();
        drop(ConfigStore::open(&path).unwrap());
    }
    let texts = moved_aside_files(folder.path())
        .into_iter()
        .map(|path| fs::read_to_string(path).unwrap());
    let mut texts: Vec<_> = texts.collect();
    texts.sort();
    assert_eq!(
        texts,
        ["damage 0", "damage 1", "damage 2", "damage 3", "damage 4"]
    );
}

#[test]
fn a_store_that_is_only_read_is_backed_up_and_a_damaged_backup_is_kept() {
    let good = IntactStore::new();
    let folder = folder();
    let path = folder.path().join("config.redb");
    let backup = path.with_extension("backup.json");
    fs::write(&path, "damage").unwrap();
    fs::write(&backup, &good.backup[..good.backup.len() / 2]).unwrap();
    let (store, notices) = ConfigStore::open(&path).unwrap();
    let [
        Notice::SetAside {
            backup: Backup::Damaged { kept, reason },
            ..
        },
    ] = &notices[..]
    else {
        panic!("{notices:?}")
    };
    assert!(reason.contains("line "), "{reason}");
    assert_eq!(
        fs::read(kept).unwrap(),
        good.backup[..good.backup.len() / 2]
    );
    assert_eq!(store.export().unwrap(), ConfigExport::default());
    drop(store);
    assert!(!backup.exists(), "a new store has no backup");

    // A missing store does not overwrite the backup with an empty one.
    fs::write(&backup, &good.backup).unwrap();
    fs::remove_file(&path).unwrap();
    let (store, notices) = ConfigStore::open(&path).unwrap();
    assert!(
        matches!(notices[..], [Notice::Missing { .. }]),
        "{notices:?}"
    );
    assert_eq!(store.export().unwrap(), good.values);
    assert_eq!(fs::read(&backup).unwrap(), good.backup);
}

#[test]
fn a_damaged_value_is_reported_and_others_are_read() {
    let folder = folder();
    let path = folder.path().join("config.redb");
    let (store, _) = ConfigStore::open(&path).unwrap();
    store.set("p", "good", &json!(1)).unwrap();
    drop(store);
    drop(ConfigStore::open(&path).unwrap());
    let backup = fs::read(path.with_extension("backup.json")).unwrap();
    change(&path, |transaction| {
        let mut table = transaction.open_table(VALUES).unwrap();
        table.insert(("p", "bad"), "{\"half\":").unwrap();
    });
    let (store, notices) = ConfigStore::open(&path).unwrap();
    let text = notices[0].to_string();
    assert!(
        text.contains("stored value of \"p\" under \"bad\" is damaged"),
        "{text}"
    );
    assert_eq!(store.get("p", "good").unwrap(), Some(json!(1)));
    let error = store.get("p", "bad").unwrap_err();
    assert_eq!(error.to_string(), "the stored value of `bad` is damaged");
    assert_eq!(
        fs::read(path.with_extension("backup.json")).unwrap(),
        backup
    );
    store.delete("p", "bad").unwrap();
    drop(store);
    assert_eq!(ConfigStore::open(&path).unwrap().1, []);
}

#[test]
fn a_newer_format_version_is_refused_unchanged() {
    let folder = folder();
    let path = folder.path().join("config.redb");
    drop(ConfigStore::open(&path).unwrap());
    let set_version = |version| {
        change(&path, |transaction| {
            let mut table = transaction.open_table(FORMAT).unwrap();
            table.insert("version", version).unwrap();
        });
    };
    set_version(99);
    let before = fs::read(&path).unwrap();
    let refused = ConfigStore::open(&path).map(drop);
    assert!(
        matches!(
            refused,
            Err(StoreError::Newer {
                found: 99,
                known: 2,
                ..
            })
        ),
        "{refused:?}"
    );
    assert!(fs::read(&path).unwrap() == before, "it is as it was");
    assert_eq!(moved_aside_files(folder.path()), Vec::<PathBuf>::new());

    set_version(1);
    let (_, notices) = ConfigStore::open(&path).unwrap();
    assert!(
        matches!(notices[..], [Notice::SetAside { .. }]),
        "{notices:?}"
    );
}

#[test]
fn the_shell_reports_a_damaged_store() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let state = plugins.root().join("state");
    let options = || RunOptions {
        state: Some(state.clone()),
        ..RunOptions::default()
    };
    let shell = ShellProcess::start_with(plugins.root(), options());
    let stored = shell.command(&["config", "set", "--force", "sample", "home", "\"EDDF\""]);
    assert_eq!(stored.code, Some(0), "{stored:?}");
    shell.kill();
    ShellProcess::start_with(plugins.root(), options()).kill();
    fs::write(state.join("config.redb"), "damage").unwrap();
    let shell = ShellProcess::start_with(plugins.root(), options());
    let said = shell.stderr();
    assert!(said.contains("config.redb is damaged ("), "{said}");
    assert!(said.contains("the file is kept as "), "{said}");
    assert!(said.contains("values are back from "), "{said}");
    assert_eq!(shell.config("sample", "home"), "\"EDDF\"\n");
    assert_eq!(fs::read(&moved_aside_files(&state)[0]).unwrap(), b"damage");
}

fn change(path: &Path, change: impl FnOnce(&redb::WriteTransaction)) {
    let database = Database::open(path).unwrap();
    let transaction = database.begin_write().unwrap();
    change(&transaction);
    transaction.commit().unwrap();
}

fn moved_aside_files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let kept = paths.filter(|path| path.to_string_lossy().contains("redb.corrupt-"));
    kept.collect()
}

/// A temporary folder in memory where possible, because thousands of stores are created.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::tempdir_in(memory).unwrap_or_else(|_| tempfile::tempdir().unwrap())
}
