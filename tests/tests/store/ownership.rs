//! A store has one owner, even if several processes open it at once.

use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Barrier};
use std::thread;

use stratos_host::store::{ConfigStore, StoreError};
use stratos_tests::{Plugins, cargo_stratos};

use crate::SAMPLE;

#[test]
fn one_of_two_shells_that_start_at_once_owns_the_store() {
    let plugins = Plugins::new(SAMPLE, &["sample"]);
    let state = plugins.root().join("state");
    for round in 0..20 {
        let start = || -> Child {
            Command::new(cargo_stratos())
                .args(["run", "--port", "auto", "--json", "--no-watch", "--state"])
                .arg(&state)
                .arg(plugins.root())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        };
        let mut shells = [start(), start()];
        let loser = loop {
            let mut ended = shells.iter_mut();
            if let Some(at) = ended.position(|shell| shell.try_wait().unwrap().is_some()) {
                break at;
            }
            thread::yield_now();
        };
        let [first, second] = shells;
        let (lost, mut won) = if loser == 0 {
            (first, second)
        } else {
            (second, first)
        };
        let winner = won.id();
        assert!(
            won.try_wait().unwrap().is_none(),
            "round {round}: one shell runs"
        );
        let lost = lost.wait_with_output().unwrap();
        won.kill().unwrap();
        won.wait().unwrap();
        let said = String::from_utf8_lossy(&lost.stderr);
        assert_eq!(lost.status.code(), Some(3), "round {round}: {said}");
        assert!(
            said.contains(&format!("another shell (process {winner}, port "))
                || said.contains("another process, which has just started, uses"),
            "round {round}: {said}"
        );
    }
}

#[test]
fn a_damaged_store_is_moved_aside_once_by_concurrent_openers() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.redb");
        std::fs::write(&path, "no store").unwrap();
        let begin = Arc::new(Barrier::new(8));
        let openers: Vec<_> = (0..8)
            .map(|_| {
                let (path, begin) = (path.clone(), Arc::clone(&begin));
                thread::spawn(move || {
                    begin.wait();
                    let opened = ConfigStore::open(&path);
                    // The owner keeps the store open until all threads have tried.
                    begin.wait();
                    opened.map(|(_, notices)| notices.len())
                })
            })
            .collect();
        let opened: Vec<_> = openers.into_iter().map(|one| one.join().unwrap()).collect();
        let owners: Vec<_> = opened.iter().flatten().collect();
        assert_eq!(owners, [&1], "{opened:?}");
        for refused in opened.iter().filter_map(|one| one.as_ref().err()) {
            assert!(matches!(refused, StoreError::Owned { .. }), "{refused:?}");
        }
        let kept = std::fs::read_dir(folder.path()).unwrap();
        let kept = kept.filter(|file| {
            let name = file.as_ref().unwrap().file_name();
            name.to_string_lossy().contains(".corrupt-")
        });
        assert_eq!(kept.count(), 1);
    }
}

#[test]
fn the_owner_keeps_the_lock_when_the_store_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.redb");
    let (_store, _) = ConfigStore::open(&path).unwrap();
    if std::fs::rename(&path, folder.path().join("elsewhere")).is_err() {
        // Windows cannot rename an open file.
        return;
    }
    let second = ConfigStore::open(&path).map(drop);
    assert!(
        matches!(second, Err(StoreError::Owned { .. })),
        "{second:?}"
    );
}
