//! Full, read-only and missing disks, and files that may not be read.
#![cfg(target_os = "linux")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use stratos_host::StateDir;
use stratos_host::store::{ConfigStore, StoreError};
use stratos_tests::{
    Plugins, RunOptions, ShellProcess, SmallDisk, Workload, report, spawn_copied, stratos,
};

use crate::SAMPLE;

/// User id that owns no files.
const NOBODY: u32 = 65534;
const WRITER: &str = env!("CARGO_BIN_EXE_store-writer");

#[test]
fn writes_fail_on_a_full_disk_and_work_again_when_there_is_space() {
    let Some(disk) = SmallDisk::mount(4) else {
        return;
    };
    let path = disk.path().join("config.redb");
    let (store, _) = ConfigStore::open(&path).unwrap();
    let ballast = disk.path().join("ballast");
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
        // A write that failed at its last step may be stored; the model follows the store.
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
                "there is space again"
            );
            model.remove(&key);
        }
        store.set("p", "last", &json!(round)).unwrap();
        model.insert("last".to_owned(), json!(round));
    }
    report(format_args!(
        "{refused} writes refused, {late} of them stored all the same"
    ));
    drop(store);
    let (store, notices) = ConfigStore::open(&path).unwrap();
    assert_eq!(notices, []);
    assert_eq!(store.all("p").unwrap(), model);
}

#[test]
fn a_write_beyond_the_file_size_limit_is_an_error_and_others_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.redb");
    // `ulimit` limits files to 400 blocks of 512 bytes.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$@\"", "sh"])
        .arg(WRITER)
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
        Workload::BigValues.after(acknowledged),
        stored,
        "{acknowledged} writes"
    );
    store.set("p", "more", &json!("x".repeat(250_000))).unwrap();
}

#[test]
fn a_deleted_or_replaced_store_is_an_error() {
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
fn a_read_only_disk_is_an_error_and_stays_unchanged() {
    let Some(disk) = SmallDisk::mount(4) else {
        return;
    };
    let state = disk.path().join("state");
    drop(StateDir::open(&state).unwrap());
    let before = fs::read(state.join("config.redb")).unwrap();
    disk.remount("ro");
    let error = StateDir::open(&state).map(drop).unwrap_err();
    assert!(
        error.to_string().contains("cannot use the state folder"),
        "{error}"
    );
    let error = StateDir::open(&disk.path().join("other"))
        .map(drop)
        .unwrap_err();
    assert!(
        error.to_string().contains("cannot create the state folder"),
        "{error}"
    );
    disk.remount("rw");
    assert!(fs::read(state.join("config.redb")).unwrap() == before);
    let (store, notices) = ConfigStore::open(&state.join("config.redb")).unwrap();
    assert_eq!(notices, []);
    store.set("p", "k", &json!(1)).unwrap();
}

/// A disk that is read-only for everybody, and a folder in which nobody may create one.
#[test]
fn a_shell_whose_state_folder_is_read_only_hints_at_another_one() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let expect_hint = |state: &Path| {
        let run = ["run", "--port", "auto", "--exit-when-ready", "--state"];
        let arguments = run.map(Path::new).into_iter().chain([state]);
        let refused = stratos(&plugins.root().join("sample"), arguments);
        assert_eq!(refused.code, Some(3), "{refused:?}");
        let hint = "help: name a state folder that this user can write to with `--state DIR`\n";
        assert!(refused.stderr.ends_with(hint), "{refused:?}");
    };
    expect_hint(Path::new("/sys/stratos"));
    let Some(disk) = SmallDisk::mount(4) else {
        return;
    };
    let state = disk.path().join("state");
    drop(StateDir::open(&state).unwrap());
    disk.remount("ro");
    expect_hint(&state);
    expect_hint(&disk.path().join("other"));
}

#[test]
fn a_store_without_permission_is_not_treated_as_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let path = state.join("config.redb");
    let program = folder.path().join("store-writer");
    fs::create_dir(&state).unwrap();
    fs::copy(WRITER, &program).unwrap();
    drop(ConfigStore::open(&path).unwrap());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    for open in [folder.path(), &state, &state.join("config.lock")] {
        fs::set_permissions(open, fs::Permissions::from_mode(0o777)).unwrap();
    }
    let mut writer = Command::new(program);
    writer.args(["store", "runs", "one-key", "0"]).arg(&path);
    if rustix::process::geteuid().is_root() {
        // Permissions do not apply to root.
        writer.uid(NOBODY);
    }
    let writer = spawn_copied(writer.stderr(Stdio::piped()));
    let output = writer.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("the store opens: Open {"), "{stderr}");
    let files = fs::read_dir(&state).unwrap();
    let names: BTreeSet<_> = files.map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names, ["config.lock", "config.redb"].map(Into::into).into());
}

#[test]
fn a_shell_on_a_full_disk_refuses_writes_and_keeps_stored_values() {
    let Some(disk) = SmallDisk::mount(64) else {
        return;
    };
    let (plugins, state) = (Plugins::new(SAMPLE, &["sample"]), disk.path());
    let start = || {
        let options = RunOptions {
            state: Some(state.to_owned()),
            ..RunOptions::default()
        };
        ShellProcess::start_with(plugins.root(), options)
    };
    let shell = start();
    shell.set_config("sample", "home", "\"EDDF\"");
    fs::write(state.join("ballast"), vec![0; 64 * 1024 * 1024]).unwrap_err();
    let large = format!("\"{}\"", "x".repeat(100_000));
    let failed = (0..100).map(|n| {
        shell.command(&[
            "config",
            "set",
            "--force",
            "sample",
            &format!("k{n}"),
            &large,
        ])
    });
    let failed = failed
        .filter(|set| set.code != Some(0))
        .take(1)
        .collect::<Vec<_>>();
    assert_eq!(failed[0].code, Some(1), "{failed:?}");
    assert!(
        failed[0].stderr.contains("cannot write the config store"),
        "{failed:?}"
    );
    assert_eq!(shell.config("sample", "home"), "\"EDDF\"\n");
    assert_eq!(shell.get("/api/sample/hello/x").status, 200);
    fs::remove_file(state.join("ballast")).unwrap();
    let again = shell.command(&["config", "set", "--force", "sample", "home", "\"EDDM\""]);
    assert_eq!(
        again.code,
        Some(0),
        "writes work again when there is space: {again:?}"
    );
    shell.kill();
    let shell = start();
    assert_eq!(shell.config("sample", "home"), "\"EDDM\"\n");
}
