//! A power cut loses no acknowledged write.
//!
//! The writer runs on an ext4 file system in an image file. A copy of the image is the disk after a power cut: it lacks
//! the writes that the system has not synced yet. The copy is mounted, which replays its journal, and read.
//!
//! `STRATOS_CUTS=200 cargo test -p stratos-tests --test store power_cut` is the long run.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{sleep, yield_now};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use stratos_host::store::ConfigStore;
use stratos_tests::{Requirement, StoreWriter, Workload, campaign, report};
use tempfile::TempDir;

const WRITER: &str = env!("CARGO_BIN_EXE_store-writer");

type Values = BTreeMap<String, Value>;

#[test]
fn a_power_cut_loses_no_acknowledged_write() {
    let cuts = campaign("STRATOS_CUTS", 5_usize);
    let Some(lost) = lost_after_acknowledgements("store", cuts, read_store) else {
        return;
    };
    let lost_by_control = lost_after_acknowledgements("json", cuts, read_json).expect("a disk");
    report(format_args!(
        "{cuts} cuts after an acknowledgement: the store lost {}, a renamed file lost {}",
        lost.len(),
        lost_by_control.len()
    ));
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(
        lost_by_control.len() * 100 >= cuts * 95,
        "the comparison with unsynced files shows no loss: {lost_by_control:#?}"
    );
}

#[test]
fn a_power_cut_leaves_the_state_after_a_complete_write() {
    let cuts = campaign("STRATOS_CUTS", 5_usize).div_ceil(4);
    let Some(disk) = Disk::new() else { return };
    let path = disk.folder().join("config.redb");
    let (mut newer, mut of) = (0, Vec::new());
    for (name, workload) in Workload::ALL {
        let _ = fs::remove_file(&path);
        let _ = fs::remove_file(path.with_extension("backup.json"));
        let mut writer = StoreWriter::start(WRITER, &path, name, 0);
        let pid = Pid::from_raw(i32::try_from(writer.pid()).unwrap()).unwrap();
        for cut in 0..cuts {
            let mut acknowledged = 0;
            for _ in 0..=cut % 5 {
                acknowledged = writer.acknowledgement().unwrap();
            }
            sleep(Duration::from_micros(cut as u64 * 1_733 % 9_000));
            // The writer is paused, because a copy of an image that changes meanwhile is inconsistent.
            kill_process(pid, Signal::STOP).unwrap();
            while !stat(writer.pid()).contains(") T ") {
                yield_now();
            }
            let stored = disk.cut(read_store);
            kill_process(pid, Signal::CONT).unwrap();
            let stored = stored.unwrap_or_else(|wrong| panic!("{name}, cut {cut}: {wrong}"));
            let found = (acknowledged..acknowledged + 1_000).find(|n| workload.after(*n) == stored);
            let found = found.unwrap_or_else(|| {
                panic!(
                    "{name}, cut {cut}: not what {acknowledged} writes or more leave: {stored:?}"
                )
            });
            newer += usize::from(found > acknowledged);
        }
        of.push(writer.kill());
    }
    report(format_args!(
        "{} cuts at any moment of {} writes: {newer} had newer writes than the last acknowledged one, 0 lost",
        cuts * 4,
        of.iter().sum::<usize>()
    ));
}

/// The lost writes after each power cut, or `None` with a line that the test is skipped.
fn lost_after_acknowledgements(
    kind: &str,
    cuts: usize,
    read: fn(&Path) -> Result<Values, String>,
) -> Option<Vec<String>> {
    let disk = Disk::new()?;
    let path = disk.folder().join("config.redb");
    let mut writer = StoreWriter::start_as(WRITER, [kind, "steps"], &path, "many-keys", 0);
    let mut lost = Vec::new();
    for _ in 0..cuts {
        let acknowledged = writer.step();
        match disk.cut(read) {
            Ok(stored) if stored == Workload::ManyKeys.after(acknowledged) => {}
            Ok(stored) => lost.push(format!("write {acknowledged}: {} keys", stored.len())),
            Err(wrong) => lost.push(format!("write {acknowledged}: {wrong}")),
        }
    }
    drop(writer);
    Some(lost)
}

fn read_store(folder: &Path) -> Result<Values, String> {
    let path = folder.join("config.redb");
    if !path.exists() {
        return Err("there is no store".to_owned());
    }
    let (store, notices) = ConfigStore::open(&path).map_err(|error| error.to_string())?;
    if !notices.is_empty() {
        return Err(notices[0].to_string());
    }
    let everything = store.export().map_err(|error| error.to_string())?;
    Ok(everything.plugins.get("p").cloned().unwrap_or_default())
}

fn read_json(folder: &Path) -> Result<Values, String> {
    let bytes = fs::read(folder.join("config.redb")).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

/// A mounted ext4 file system in an image file.
struct Disk {
    root: TempDir,
    mount: Mount,
}

impl Disk {
    fn new() -> Option<Self> {
        let root = tempfile::tempdir().unwrap();
        let image = root.path().join("disk");
        File::create(&image).unwrap().set_len(16 << 20).unwrap();
        let made = Command::new("mkfs.ext4")
            .args(["-q", "-F"])
            .arg(&image)
            .output();
        let mount = match made {
            Ok(made) if made.status.success() => Mount::new(&image, root.path().join("mounted")),
            _ => None,
        };
        if mount.is_none() {
            Requirement::Loop.skip("power cuts need root, `mkfs.ext4` and a loop device");
        }
        mount.map(|mount| Self { root, mount })
    }

    fn folder(&self) -> &Path {
        &self.mount.0
    }

    /// Reads a copy of the file system, as after a power cut.
    fn cut<T>(&self, read: impl Fn(&Path) -> Result<T, String>) -> Result<T, String> {
        let cut = tempfile::tempdir_in(&self.root).unwrap();
        let copy = cut.path().join("disk");
        fs::copy(self.root.path().join("disk"), &copy).unwrap();
        let mount = Mount::new(&copy, cut.path().join("mounted")).expect("the copy mounts");
        read(&mount.0)
    }
}

/// A mount point, unmounted on drop, which also frees the loop device.
struct Mount(PathBuf);

impl Mount {
    fn new(image: &Path, at: PathBuf) -> Option<Self> {
        fs::create_dir_all(&at).unwrap();
        // With this commit interval, only explicit syncs are written during the test.
        let mounted = Command::new("mount")
            .args(["-t", "ext4", "-o", "loop,commit=300"])
            .args([image, &at])
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then_some(Self(at))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let unmount = |options: &[&str]| {
            let done = Command::new("umount").args(options).arg(&self.0).output();
            done.is_ok_and(|output| output.status.success())
        };
        // A process that is just starting or exiting may still use the mount point.
        for _ in 0..100 {
            if unmount(&[]) {
                return;
            }
            sleep(Duration::from_millis(20));
        }
        unmount(&["--lazy"]);
    }
}

fn stat(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/stat")).unwrap()
}
