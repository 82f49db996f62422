//! A writer that is killed at any moment loses no acknowledged write.
//!
//! `STRATOS_KILLS=1000 cargo test -p stratos-tests --test store killed_writer` is the long run.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

use stratos_host::store::ConfigStore;
use stratos_tests::{StoreWriter, Workload, campaign, report};

const WRITER: &str = env!("CARGO_BIN_EXE_store-writer");

#[test]
fn a_killed_writer_loses_no_acknowledged_write() {
    let kills = campaign("STRATOS_KILLS", 28_usize).div_ceil(Workload::ALL.len());
    let mut results = Vec::new();
    for (name, workload) in Workload::ALL {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.redb");
        let (mut writes, mut on_its_way) = (0, 0);
        for kill in 0..kills {
            let mut writer = StoreWriter::start(WRITER, &path, name, writes);
            // On a slow disk, a write may take longer than the delays below.
            if kill % 2 == 0 {
                writer.acknowledgement().expect("it writes");
            }
            // Delays from before the first write to the middle of a later one; step and span are coprime.
            sleep(Duration::from_micros(kill as u64 * 17_389 % 60_000));
            let acknowledged = writer.kill();
            let (store, notices) = ConfigStore::open(&path).unwrap();
            assert_eq!(notices, [], "{name}, kill {kill}");
            let stored = store.export().unwrap().plugins;
            let stored = stored.get("p").cloned().unwrap_or_default();
            writes = workload
                .count(acknowledged, &stored)
                .unwrap_or_else(|wrong| panic!("{name}, kill {kill}: {wrong}"));
            on_its_way += writes - acknowledged;
        }
        assert!(writes > 0, "{name}: the writer was killed while it wrote");
        results.push(format!(
            "{name}: {kills} kills, {writes} writes, {on_its_way} stored but not acknowledged yet, 0 lost"
        ));
    }
    report(results.join("\n"));
}

#[test]
fn the_workload_check_detects_a_lost_write() {
    for (_, workload) in Workload::ALL {
        for acknowledged in 5..100 {
            assert_eq!(
                workload.count(acknowledged, &workload.after(acknowledged)),
                Ok(acknowledged)
            );
            // Four consecutive writes change at least one value.
            let later = workload.after(acknowledged + 4);
            assert!(workload.count(acknowledged, &later).is_err());
            let lost = workload.after(acknowledged - 3);
            assert!(workload.count(acknowledged, &lost).is_err());
            assert!(workload.count(acknowledged, &BTreeMap::new()).is_err());
        }
    }
}
