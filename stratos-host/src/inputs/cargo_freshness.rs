//! Cargo's knowledge of what is built already.
//!
//! Cargo takes a unit for fresh unless one of its inputs has a later modification time than the unit's dep-info file,
//! `.fingerprint/*/dep-*`, or, for the run of a build script, than the script's output, `build/*/output`
//! (rust-lang/cargo#6529).

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Makes cargo build the units of the `affected` packages again that have a file with this modification time as an input,
/// and run those of their build scripts again that ran since.
///
/// `build_dir` is a target folder; false if it does not have the layout that this function knows.
///
/// # Errors
///
/// When a file of cargo cannot be changed, so that cargo may take its unit for fresh.
pub(super) fn invalidate(
    build_dir: &Path,
    affected: &BTreeSet<&str>,
    with_build_script: &BTreeSet<String>,
    modified: SystemTime,
) -> io::Result<bool> {
    let profiles = profiles(build_dir);
    let mut result = Ok(!profiles.is_empty());
    let mut check = |changed: io::Result<()>| match changed {
        // Another cargo has just removed the file, and builds the unit itself.
        Err(error) if error.kind() != io::ErrorKind::NotFound => result = Err(error),
        _ => {}
    };
    for profile in &profiles {
        for unit in entries(&profile.join(".fingerprint")) {
            let name = file_name(&unit);
            let package = name.rsplit_once('-').map_or(&*name, |(package, _)| package);
            if !affected.contains(package) {
                continue;
            }
            let files = entries(&unit).into_iter();
            for dep_info in files.filter(|file| file_name(file).starts_with("dep-")) {
                check(predate(&dep_info, modified));
            }
            let output = profile.join("build").join(&name).join("output");
            if with_build_script.contains(package) && is_since(&output, modified) {
                check(fs::remove_file(output));
            }
        }
    }
    result
}

/// Whether another cargo builds in a folder now: cargo locks a file in the folder of the profile (observed with 1.95).
pub(crate) fn is_locked(build_dir: &Path) -> bool {
    let locks = profiles(build_dir).into_iter();
    let mut locks = locks.filter_map(|profile| File::open(profile.join(".cargo-lock")).ok());
    locks.any(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The folders of the profiles, such as `debug` or `x86_64-unknown-linux-musl/release`.
fn profiles(build_dir: &Path) -> Vec<PathBuf> {
    let folders = entries(build_dir);
    let nested: Vec<_> = folders.iter().flat_map(|folder| entries(folder)).collect();
    let mut profiles = [folders, nested].concat();
    profiles.retain(|folder| folder.join(".fingerprint").is_dir());
    profiles
}

/// Sets a file's modification time before this time, unless it is.
fn predate(file: &Path, modified: SystemTime) -> io::Result<()> {
    if !is_since(file, modified) {
        return Ok(());
    }
    match modified.checked_sub(Duration::from_secs(1)) {
        Some(earlier) if modified > SystemTime::UNIX_EPOCH => File::options()
            .write(true)
            .open(file)?
            .set_modified(earlier),
        // Not every file system has earlier times. Without the file, cargo builds the unit too.
        _ => fs::remove_file(file),
    }
}

fn is_since(file: &Path, time: SystemTime) -> bool {
    let modified = file.metadata().and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified >= time)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect()
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
