//! A disk that is full, read-only or gone is an error, and what is read is what is stored.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use stratos_host::StateDir;
use stratos_host::store::{ConfigStore, StoreError};

#[test]
fn a_full_disk_refuses_writes_and_takes_them_again_when_there_is_room() {
    let Some(disk) = SmallDisk::new() else { return };
    let path = disk.0.join("config.redb");
    let (store, _) = ConfigStore::open(&path).unwrap();
    let ballast = disk.0.join("ballast");
    let (mut model, mut refused) = (BTreeMap::<String, Value>::new(), 0);
    let (mut last, mut late) = ((String::new(), Value::Null), 0);
    for round in 0..5 {
        let before = refused;
        for n in 0..100 {
            let key = format!("{round}-{n}");
            let value = json!(key.repeat(10_000));
            match store.set("p", &key, &value) {
                Ok(()) => drop(model.insert(key, value)),
                Err(error) => {
                    assert!(matches!(error, StoreError::Write(_)), "{error:?}");
                    refused += 1;
                    last = (key, value);
                }
            }
            if refused > before {
                break;
            }
            let _ = fs::write(&ballast, vec![0; 1 << 20]);
        }
        assert!(refused > before, "the disk was full");
        let stored = store.all("p").unwrap();
        // What fails at the last step may be there; from now on it is known.
        if let Some((key, value)) = stored.get_key_value(&last.0) {
            assert_eq!(*value, last.1);
            model.insert(key.clone(), value.clone());
            late += 1;
        }
        let keys = || {
            (
                stored.keys().collect::<Vec<_>>(),
                model.keys().collect::<Vec<_>>(),
            )
        };
        assert!(
            stored == model,
            "round {round}: stored and acknowledged {:?}",
            keys()
        );
        fs::remove_file(&ballast).unwrap();
        for key in model.keys().cloned().collect::<Vec<_>>() {
            assert_eq!(
                store.delete("p", &key).ok(),
                Some(true),
                "there is room again"
            );
            model.remove(&key);
        }
        store.set("p", "last", &json!(round)).unwrap();
        model.insert("last".to_owned(), json!(round));
    }
    report(&format!(
        "{refused} writes refused, {late} of them stored all the same"
    ));
    drop(store);
    let (store, notices) = ConfigStore::open(&path).unwrap();
    assert_eq!(notices, []);
    assert_eq!(store.all("p").unwrap(), model);
}

#[test]
fn a_write_that_the_system_refuses_is_an_error_and_all_others_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.redb");
    // The system refuses to let files grow beyond 400 blocks of 512 bytes.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$@\"", "sh"])
        .arg(env!("CARGO_BIN_EXE_store-writer"))
        .args(["store", "runs", "big-values", "0"])
        .arg(&path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("it is stored: Write("), "{said}");
    let acknowledged = String::from_utf8_lossy(&output.stdout);
    let acknowledged = acknowledged.lines().filter(|line| *line != "ready").count();
    let (store, notices) = ConfigStore::open(&path).unwrap();
    assert_eq!(notices, []);
    let stored = store.all("p").unwrap();
    assert_eq!(
        stratos_tests::Workload::BigValues.after(acknowledged),
        stored,
        "{acknowledged} writes"
    );
    store.set("p", "more", &json!("x".repeat(250_000))).unwrap();
}

#[test]
fn a_store_that_is_deleted_or_replaced_is_an_error() {
    for replaced in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let path = state.join("config.redb");
        fs::create_dir(&state).unwrap();
        let (store, _) = ConfigStore::open(&path).unwrap();
        store.set("p", "k", &json!(1)).unwrap();
        fs::remove_dir_all(&state).unwrap();
        if replaced {
            fs::create_dir(&state).unwrap();
            fs::write(&path, "something else").unwrap();
        }
        let error = store.set("p", "k", &json!(2)).unwrap_err();
        let reason = std::error::Error::source(&error).unwrap().to_string();
        assert!(
            reason.contains("was deleted or replaced while it was open"),
            "{reason}"
        );
        assert!(matches!(store.get("p", "k"), Err(StoreError::Read(_))));
        assert_eq!(path.exists(), replaced);
        if replaced {
            assert_eq!(fs::read(&path).unwrap(), b"something else");
        }
    }
}

#[test]
fn a_read_only_disk_is_said_and_left_alone() {
    let Some(disk) = SmallDisk::new() else { return };
    let state = disk.0.join("state");
    drop(StateDir::open(&state).unwrap());
    let before = fs::read(state.join("config.redb")).unwrap();
    let remount = |options| {
        let mut mount = Command::new("mount");
        let done = mount.args(["-o", options]).arg(&disk.0).status().unwrap();
        assert!(done.success());
    };
    remount("remount,ro");
    let error = StateDir::open(&state).map(drop).unwrap_err();
    assert!(
        error.to_string().contains("cannot use the state folder"),
        "{error}"
    );
    let error = StateDir::open(&disk.0.join("other")).map(drop).unwrap_err();
    assert!(
        error.to_string().contains("cannot make the state folder"),
        "{error}"
    );
    remount("remount,rw");
    assert!(fs::read(state.join("config.redb")).unwrap() == before);
    let (store, notices) = ConfigStore::open(&state.join("config.redb")).unwrap();
    assert_eq!(notices, []);
    store.set("p", "k", &json!(1)).unwrap();
}

#[test]
fn a_folder_that_may_not_be_written_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.redb");
    drop(ConfigStore::open(&path).unwrap());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    match ConfigStore::open(&path) {
        Ok((_, notices)) => {
            assert_eq!(notices, []);
            report("skipped: root may open what nobody may");
        }
        Err(error) => assert!(matches!(error, StoreError::Open { .. }), "{error:?}"),
    }
    let files = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(files, 3, "the store, its lock and its backup");
}

/// A disk of 4 MiB in memory.
struct SmallDisk(
    PathBuf,
    #[expect(dead_code, reason = "it goes last")] tempfile::TempDir,
);

impl SmallDisk {
    fn new() -> Option<Self> {
        let root = tempfile::tempdir().unwrap();
        let at = root.path().join("disk");
        fs::create_dir(&at).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"])
            .arg(&at)
            .output();
        if !mount.is_ok_and(|output| output.status.success()) {
            report("skipped: a small disk needs root and mount");
            return None;
        }
        Some(Self(at, root))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        unmount(&self.0);
    }
}

fn unmount(at: &Path) {
    let _ = Command::new("umount").arg("--lazy").arg(at).status();
}

/// Not by a macro, whose output would be hidden.
fn report(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
